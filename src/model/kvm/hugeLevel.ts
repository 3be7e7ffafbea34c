/**
 * How large a leaf may be (kvm_mmu_hugepage_adjust and lpage_info, arch/x86/kvm/mmu/mmu.c). Levels: 1 for 4 KiB, 2 for
 * 2 MiB, 3 for 1 GiB.
 */
import { spanOf } from '../host/radixTable.ts';
import { MEM_LOG_DIRTY_PAGES, MEM_USERFAULT, MEMSLOT_GMEM_ONLY, type Memslot } from './memslots.ts';
import type { Vm } from './vm.ts';

/** Largest leaf that KVM installs. */
export const MAX_LEVEL = 3;

/** What keeps the pages of a slot small. */
const SMALL_ONLY = MEM_LOG_DIRTY_PAGES | MEM_USERFAULT | MEMSLOT_GMEM_ONLY;

/** The level of the leaf for a fault on gfn. Called with mmu_lock held, once the frame is known to be right. */
export function leafLevel(vm: Vm, slot: Memslot, gfn: number, isPrivate: boolean): number {
  if (isPrivate) return vm.profile.gmemHugePages ? privateLevel(vm, slot, gfn) : 1;
  // guest_memfd has pages of 4 KiB only.
  if (vm.conversion.sharedInFile || slot.flags & SMALL_ONLY) return 1;
  const page = slot.hva + gfn - slot.baseGfn;
  // What could never be large does not depend on what the host has.
  if (vm.engine.access.on && allowsLarge(vm, slot, gfn, 2)) vm.mm.table.noteLevelRead(page);
  let level = Math.min(vm.mm.table.levelOf(page), MAX_LEVEL);
  while (level > 1 && !allowsLarge(vm, slot, gfn, level)) level--;
  return level;
}

/** The same for a private page whose file may have large ones (kvm_gmem_get_pfn's max_order). */
function privateLevel(vm: Vm, slot: Memslot, gfn: number): number {
  const span = spanOf(2);
  const start = gfn - (gfn % span);
  const large =
    (slot.flags & MEM_USERFAULT) === 0 &&
    largeRun(slot, gfn) &&
    isUniform(vm, start, start + span) &&
    vm.secureEpt?.allowsLarge(gfn) !== false &&
    // No leaf may be larger than the entry of the RMP (sev_gmem_max_mapping_level).
    (vm.rmp === null || vm.rmp.levelOf(slot.gmem!.cachedPage(slot.gmemOffset + gfn - slot.baseGfn)) === 2);
  return large ? 2 : 1;
}

/** Whether the 2 MiB around gfn lie in one slot and, aligned alike, in one run of frames of its file. */
export function largeRun(slot: Memslot, gfn: number): boolean {
  const span = spanOf(2);
  return (
    fitsSlot(slot, gfn - (gfn % span), span) &&
    (slot.gmemOffset - slot.baseGfn) % span === 0 &&
    slot.gmem?.isLarge(slot.gmemOffset + gfn - slot.baseGfn) === true
  );
}

/** Whether a slot and its attributes allow a huge page around gfn. */
function allowsLarge(vm: Vm, slot: Memslot, gfn: number, level: number): boolean {
  const span = spanOf(level);
  const start = gfn - (gfn % span);
  return (
    fitsSlot(slot, start, span) &&
    // Guest and host address must be aligned alike.
    (slot.hva - slot.baseGfn) % span === 0 &&
    isUniform(vm, start, start + span)
  );
}

function fitsSlot(slot: Memslot, start: number, span: number): boolean {
  return start >= slot.baseGfn && start + span <= slot.baseGfn + slot.pages;
}

/** False where some of the gfns are private and some are shared (KVM_LPAGE_MIXED_FLAG). */
function isUniform(vm: Vm, start: number, end: number): boolean {
  if (!vm.rules.privateMemory) return true;
  const { conversion } = vm;
  if (conversion.isUniform !== undefined) return conversion.isUniform(start, end);
  const first = conversion.isPrivate(start);
  for (let gfn = start + 1; gfn < end; gfn++) if (conversion.isPrivate(gfn) !== first) return false;
  return true;
}

/**
 * The range that a change of gfns [start, end) must keep faults out of: a fault on a neighbour that has not changed may
 * be about to install a huge page over the edge.
 */
export function rangeOfHugePages(vm: Vm, start: number, end: number): readonly [start: number, end: number] {
  let first = start;
  let last = end;
  for (const slot of vm.memslots.set.slots) {
    for (let level = 2; level <= MAX_LEVEL; level++) {
      const span = spanOf(level);
      const head = start - (start % span);
      const tail = end - 1 - ((end - 1) % span);
      if (fitsSlot(slot, head, span)) first = Math.min(first, head);
      if (fitsSlot(slot, tail, span)) last = Math.max(last, tail + span);
    }
  }
  return [first, last];
}
