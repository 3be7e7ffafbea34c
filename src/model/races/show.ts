/** A race's machine as tables. */
import { NO_PFN, OWNER_ANON, OWNER_CACHE, OWNER_FREE, OWNER_GMEM, OWNER_ZERO } from '../host/frames.ts';
import type { Vm } from '../kvm/vm.ts';
import type { StateTable } from './race.ts';

/** What frames are used for, in words. */
export const OWNERS: Readonly<Record<number, string>> = {
  [OWNER_FREE]: 'free',
  [OWNER_ANON]: 'anonymous',
  [OWNER_CACHE]: 'page cache',
  [OWNER_GMEM]: 'guest_memfd',
  [OWNER_ZERO]: 'zeros',
};

function frameOf(vm: Vm, pfn: number): string {
  if (pfn === NO_PFN) return '–';
  const owner = vm.host.frames.owner(pfn);
  return `${pfn} (${OWNERS[owner] ?? 'other'})`;
}

/** The slot of each gfn, its attribute, and what is mapped: in the second stage, by the host, in the file. */
export function showMemory(vm: Vm, pages: number): StateTable[] {
  const { mirror } = vm.mmu;
  const rows: string[][] = [];
  for (let gfn = 0; gfn < pages; gfn++) {
    const slot = vm.memslots.set.find(gfn);
    const row = [String(gfn)];
    if (vm.rules.privateMemory) row.push(vm.isPrivate(gfn) ? 'private' : 'shared');
    row.push(frameOf(vm, vm.mmu.peek(gfn, false)));
    if (mirror !== null) row.push(frameOf(vm, vm.mmu.peek(gfn, true)));
    row.push(slot === undefined ? 'no slot' : frameOf(vm, vm.mm.walk(slot.hva + gfn - slot.baseGfn, false)));
    if (vm.rules.privateMemory) {
      const page = slot?.gmem?.cachedPage(slot.gmemOffset + gfn - slot.baseGfn) ?? NO_PFN;
      row.push(frameOf(vm, page));
    }
    rows.push(row);
  }
  const stage2 = mirror === null ? ['SPTE'] : ['SPTE, direct root', 'SPTE, mirror root'];
  const columns = vm.rules.privateMemory
    ? ['gfn', 'attribute', ...stage2, 'host PTE', 'guest_memfd']
    : ['gfn', ...stage2, 'host PTE'];
  const { invalidation } = vm;
  return [
    { title: 'Guest memory', columns, rows },
    {
      title: 'Invalidation',
      columns: ['sequence', 'in progress'],
      rows: [[String(invalidation.sequence), String(invalidation.inProgress)]],
    },
  ];
}
