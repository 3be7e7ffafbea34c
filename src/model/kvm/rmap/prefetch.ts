import { NO_PFN } from '../../host/frames.ts';
import { isDirtyTracked } from '../dirtyLog.ts';
import { MEM_READONLY, type Memslot } from '../memslots.ts';
import type { Vm } from '../vm.ts';

/** Entries in a naturally aligned group that a fault looks at (PTE_PREFETCH_NUM). */
const GROUP = 8;

/**
 * Maps the neighbours of a page that was faulted on, as far as the host has them writable and at hand: not accessed yet,
 * and not where a page that can be written counts as written (direct_pte_prefetch, arch/x86/kvm/mmu/mmu.c of 5.8). It
 * stops at the first page that is not at hand. Where pins take memory, nobody has it here, and nothing is mapped.
 *
 * Called under mmu_lock.
 */
export function prefetchAround(vm: Vm, slot: Memslot, gfn: number): void {
  const { pinning } = vm;
  // A neighbour may be what is being taken away.
  if (vm.invalidation.inProgress > 0) return;
  if (isDirtyTracked(slot) || slot.flags & MEM_READONLY || pinning?.beforeInstall !== undefined) return;
  const first = gfn - (gfn % GROUP);
  for (let at = first; at < first + GROUP; at++) {
    if (at === gfn || vm.mmu.isMapped(at, false)) continue;
    if (at < slot.baseGfn || at >= slot.baseGfn + slot.pages) return;
    const pfn = vm.mm.lookup(slot.hva + at - slot.baseGfn, true);
    if (pfn === NO_PFN) return;
    const pinned = pinning?.installing?.(at, pfn, vm.mmu.keptPfn(at, false)) ?? false;
    vm.mmu.install(at, pfn, true, false, pinned, 1, vm.leafType(pfn), false);
  }
}
