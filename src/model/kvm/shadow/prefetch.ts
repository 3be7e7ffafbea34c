import { NO_PFN } from '../../host/frames.ts';
import { isDirtyTracked } from '../dirtyLog.ts';
import { MEM_READONLY, MEMSLOT_INVALID } from '../memslots.ts';
import type { Vm } from '../vm.ts';

/** Entries in a naturally aligned group that a fault looks at (PTE_PREFETCH_NUM). */
const GROUP = 8;

/**
 * Fills in the neighbours of an entry that a fault has made, as long as their frames are at hand and writable on the
 * host (FNAME(pte_prefetch), arch/x86/kvm/mmu/paging_tmpl.h). It stops at the first one it cannot fill in.
 *
 * Called under mmu_lock.
 */
export function prefetchAround(vm: Vm, page: number, role = 0): void {
  const shadow = vm.shadow!;
  if (vm.invalidation.inProgress > 0) return;
  const first = page - (page % GROUP);
  for (let at = first; at < first + GROUP; at++) {
    if (at === page || shadow.isPresent(at, role)) continue;
    if (!prefetch(vm, at, role)) return;
  }
}

function prefetch(vm: Vm, page: number, role: number): boolean {
  const shadow = vm.shadow!;
  const mayWrite = shadow.guest.isDirty(page);
  const slot = vm.memslots.set.find(page);
  if (slot === undefined || slot.flags & MEMSLOT_INVALID) return false;
  // A page that would count as written must not be mapped before somebody asks for it.
  if (mayWrite && isDirtyTracked(slot)) return false;
  if (slot.flags & MEM_READONLY) return false;
  // The frame is looked up at the slot's host address even where the slot takes its pages from guest_memfd: so does
  // Linux 6.18, and the guest then finds the host's page there (seen on a live kernel).
  const pfn = vm.mm.lookup(slot.hva + page - slot.baseGfn, true);
  if (pfn === NO_PFN) return false;
  shadow.install(page, pfn, true, mayWrite, role);
  return true;
}
