import { walkedEntry } from '../../model/experiments/pageTable.ts';
import type { MapRange, PageKind, PageTableEntry, View } from '../../model/experiments/view.ts';
import { NO_PFN } from '../../model/host/frames.ts';
import { TOP_LEVEL } from '../../model/host/radixTable.ts';
import { EPT, NPT } from '../../model/kvm/spte.ts';
import type { Vm } from '../../model/kvm/vm.ts';
import type { RaceWorld } from '../../model/races/race.ts';
import { OWNERS } from '../../model/races/show.ts';

/** The guest's memory as a map, and the second stage that maps it as a tree; none where a race is about none. */
export function machineViews({ memory }: RaceWorld): readonly View[] {
  if (memory === undefined) return [];
  const { vm, gfns } = memory;
  const ranges = gfns.map(gfn => rangeOf(vm, gfn));
  const entries = gfns.flatMap(gfn => entriesOf(vm, gfn));
  const mapped = entries.filter(({ kind }) => kind !== 'unmapped').length;
  return [
    {
      kind: 'memory-map',
      title: 'Memory map',
      summary: ranges.map(({ gfn, note }) => `gfn ${gfn}: ${note}`).join('; '),
      ranges,
    },
    {
      kind: 'page-table',
      title: 'Page tables of the second stage',
      summary: `${mapped} of ${entries.length} entries map a page.`,
      levels: TOP_LEVEL,
      entries,
    },
  ];
}

function rangeOf(vm: Vm, gfn: number): MapRange {
  const slot = vm.memslots.set.find(gfn);
  const isPrivate = vm.isPrivate(gfn);
  const roots = vm.mmu.mirror === null ? [false] : [false, true];
  const spte = roots.map(root => vm.mmu.entry(gfn, root)).find(found => found?.present || found?.pinned);
  let kind: PageKind = isPrivate ? 'private' : 'shared';
  if (slot === undefined) kind = 'unmapped';
  else if (spte?.pinned) kind = 'pinned';
  let pfn = NO_PFN;
  if (slot !== undefined) {
    const file = isPrivate ? slot.gmem : null;
    const index = gfn - slot.baseGfn;
    pfn = file === null ? vm.mm.walk(slot.hva + index, false) : file.cachedPage(slot.gmemOffset + index);
  }
  const owner = pfn === NO_PFN ? 'no page' : `${OWNERS[vm.host.frames.owner(pfn)] ?? 'other'}, frame ${pfn}`;
  const note = spte?.present ? `mapped to frame ${spte.pfn}` : 'not mapped';
  return { gfn, pages: 1, kind, slot: slot?.id ?? null, backing: slot === undefined ? '' : owner, note };
}

function entriesOf(vm: Vm, gfn: number): PageTableEntry[] {
  const { mmu } = vm;
  const format = vm.profile.arch === 'svm' ? NPT : EPT;
  const { name } = format;
  const roots =
    mmu.mirror === null
      ? [{ isPrivate: false, root: name }]
      : [
          { isPrivate: false, root: `${name}, shared` },
          { isPrivate: true, root: `${name}, private (mirror)` },
        ];
  return roots.map(({ isPrivate, root }) => {
    const { level, low, high } = mmu.entry(gfn, isPrivate) ?? { level: 1, low: 0, high: 0 };
    const kind = isPrivate || (mmu.mirror === null && vm.isPrivate(gfn)) ? 'private' : 'shared';
    return walkedEntry(format, { gfn, level, low, high }, root, kind);
  });
}
