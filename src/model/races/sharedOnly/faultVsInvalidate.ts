/**
 * The host takes memory away while vCPUs fault on it: what the notifier, the sequence check and the flush of freed
 * private pages are for (thread of September 2023).
 */
import type { TableConversion } from '../../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../../designs/reclaim/flushOnGmemFree.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Property } from '../../engine/explorer/program.ts';
import { type Actor, POINT } from '../../engine/step.ts';
import { NO_PFN } from '../../host/frames.ts';
import { GuestMemfd } from '../../kvm/guestMemfd.ts';
import type { ReclaimDesign } from '../../kvm/reclaim.ts';
import type { Vm } from '../../kvm/vm.ts';
import type { Race, RaceWorld } from '../race.ts';
import { hostPage, placeSlot, raceMachine } from '../setup.ts';
import { showMemory } from '../show.ts';
import { Watched } from '../watched.ts';
import { countAlone, rangeAlone, withoutCheck } from '../weaken.ts';

const GFN = 0;

const PRIVATE_DESIGNS = ['merged-private', 'flush-if-zapped', 'flush-before-zap'];

const NO_FREED = 'no SPTE maps a freed page';
const NO_DIRTY = 'no private page is freed with dirty cache lines';

export const faultVsInvalidate: Race = {
  id: 'shared-only/fault-vs-invalidate',
  question: 'Can a vCPU keep a page that the host has taken away, or leave its lines in the cache?',
  designs: [
    {
      name: 'merged',
      title: 'Shared memory: notifier and sequence check',
      expected: 'holds',
    },
    {
      name: 'merged-private',
      title: 'Private memory: guest_memfd flushes every page it frees (SNP, 6.11)',
      expected: 'holds',
    },
    {
      name: 'no-sequence-check',
      title: 'No check under mmu_lock',
      weakening: 'The fault installs without asking whether anything has changed.',
      expected: NO_FREED,
    },
    {
      name: 'count-alone',
      title: 'No range in progress',
      weakening: 'The fault compares the count alone, so that an invalidation under way goes unnoticed.',
      expected: NO_FREED,
    },
    {
      name: 'range-alone',
      title: 'No sequence count',
      weakening: 'The fault looks at the range in progress alone, so that one that has ended goes unnoticed.',
      expected: NO_FREED,
    },
    {
      name: 'flush-if-zapped',
      title: 'guest_memfd flushes where an SPTE was zapped',
      weakening: 'A page that nobody maps any more is freed without a flush.',
      expected: NO_DIRTY,
    },
    {
      name: 'flush-before-zap',
      title: 'guest_memfd flushes before it zaps',
      weakening: 'The flush comes first, while the guest can still write.',
      expected: NO_DIRTY,
    },
  ],
  build(engine, design): RaceWorld {
    return PRIVATE_DESIGNS.includes(design) ? privateWorld(engine, design) : sharedWorld(engine, design);
  },
};

/** A vCPU faults on a shared page while the VMM throws it away. */
function sharedWorld(engine: Engine, design: string): RaceWorld {
  const { vm, mm } = raceMachine(engine, { vmType: 'snp' });
  const hva = mm.map(1);
  hostPage(mm, hva);
  placeSlot(vm, { pages: 1, hva });
  if (design === 'no-sequence-check') withoutCheck(vm);
  if (design === 'count-alone') countAlone(vm);
  if (design === 'range-alone') rangeAlone(vm);
  engine.spawn('vCPU 0', vm.createVcpu().access(GFN, false, false));
  engine.spawn('madvise', mm.dontNeed(hva, hva + 1));
  return { properties: [noFreedPage(vm)], memory: { vm, gfns: [GFN] }, show: () => showMemory(vm, 1) };
}

/**
 * A vCPU writes to a private page while the VMM throws away the shared page at the same gfn, whose event zaps
 * everything on SNP, and punches the private page out of the file.
 */
function privateWorld(engine: Engine, design: string): RaceWorld {
  const line = new Watched(engine, 'dirty line', NO_PFN);
  const left = new Watched(engine, 'line left dirty', NO_PFN);
  const before = { zapped: 0 };
  const reclaim: ReclaimDesign = {
    ...flushOnGmemFree,
    *gmemFreed(vm, pfns, ...rest) {
      const skips = design === 'flush-if-zapped' && vm.stats.zapped === before.zapped;
      if (!skips && design !== 'flush-before-zap' && pfns.includes(line.get())) line.set(NO_PFN);
      yield* flushOnGmemFree.gmemFreed(vm, pfns, ...rest);
    },
  };
  const { vm, mm, host } = raceMachine(engine, { vmType: 'snp' }, { reclaim });
  const gmem = new GuestMemfd(vm, 1);
  const hva = mm.map(1);
  hostPage(mm, hva);
  placeSlot(vm, { pages: 1, hva, gmem });
  (vm.conversion as TableConversion).store.set(GFN, GFN + 1, true);
  const page = gmem.getPfn(0);
  vm.rmp!.makePrivate(page, GFN);
  vm.mmu.install(GFN, page, true, true);
  const onFree = (pfn: number) => {
    if (line.get() === pfn) left.set(pfn);
  };
  host.frames.onFree = onFree;
  engine.spawn('vCPU 0', writer(vm, line));
  engine.spawn('madvise', mm.dontNeed(hva, hva + 1));
  engine.spawn('hole punch', punch(vm, gmem, design === 'flush-before-zap' ? line : null, before));
  const clean = () => left.get() === NO_PFN || `frame ${left.get()} is free, and its lines are dirty`;
  return {
    properties: [noFreedPage(vm), { name: NO_DIRTY, when: 'always', check: clean }],
    memory: { vm, gfns: [GFN] },
    show: () => [
      ...showMemory(vm, 1),
      { title: 'Caches', columns: ['dirty lines of frame'], rows: [[line.get() ? `${line.get()}` : 'none']] },
    ],
  };
}

function* writer(vm: Vm, line: Watched<number>): Actor {
  const pfn = yield* vm.createVcpu().access(GFN, true, true);
  if (pfn !== NO_PFN) line.set(pfn);
}

/** @param flushedFirst the dirty line, where it is flushed before the file zaps. */
function* punch(
  vm: Vm,
  gmem: GuestMemfd,
  flushedFirst: Watched<number> | null,
  before: { zapped: number },
): Actor {
  if (flushedFirst !== null) {
    if (flushedFirst.get() === gmem.cachedPage(0)) flushedFirst.set(NO_PFN);
    yield POINT;
  }
  before.zapped = vm.stats.zapped;
  yield* gmem.punchHole(0, 1);
}

/** What both worlds must keep to. */
function noFreedPage(vm: Vm): Property {
  const check = () => {
    const pfn = vm.mmu.peek(GFN, false);
    if (pfn === NO_PFN || vm.host.frames.references(pfn) > 0) return true;
    return `gfn ${GFN} maps frame ${pfn}, which is free`;
  };
  return { name: NO_FREED, when: 'always', check };
}
