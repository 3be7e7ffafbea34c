/** Where the MMU and the rest of KVM tell dirty logging that a page was written, or may be from now on. */
import { MEM_LOG_DIRTY_PAGES, type Memslot } from './memslots.ts';
import type { Vm } from './vm.ts';

/** What keeps the dirty pages of a slot: a bitmap, or a ring a vCPU. */
export interface DirtySink {
  /** Page `index` of the slot, counted from its first gfn, has been written. */
  mark(slot: Memslot, index: number): void;
}

/** Whether a slot's writes are logged (kvm_slot_dirty_track_enabled). */
export function isDirtyTracked(slot: Memslot): boolean {
  return (slot.flags & MEM_LOG_DIRTY_PAGES) !== 0;
}

/** Logs a page of a slot whose writes are logged; nothing otherwise (mark_page_dirty_in_slot). */
export function markPageDirty(vm: Vm, slot: Memslot, gfn: number): void {
  if ((slot.flags & MEM_LOG_DIRTY_PAGES) !== 0) vm.dirtySink?.mark(slot, gfn - slot.baseGfn);
}
