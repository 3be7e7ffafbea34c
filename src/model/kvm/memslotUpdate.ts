/**
 * Creating, moving and deleting memslots, and changing their flags (kvm_set_memory_region and kvm_set_memslot,
 * virt/kvm/kvm_main.c). What can be checked without looking at the slots is the system call's to check.
 */
import { type Actor, POINT } from '../engine/step.ts';
import { EEXIST, EINVAL } from '../host/errno.ts';
import { writeProtectGfns } from './dirtyWriteProtect.ts';
import { checkGmem, GMEM_MMAP, type GuestMemfd } from './guestMemfd.ts';
import {
  classify,
  gmemEnds,
  newSlot,
  prepareRegion,
  type RegionRequest,
  type SlotChange,
} from './memslotRequest.ts';
import {
  MEM_GUEST_MEMFD,
  MEM_LOG_DIRTY_PAGES,
  MEM_READONLY,
  MEM_USERFAULT,
  MEMSLOT_GMEM_ONLY,
  MEMSLOT_INVALID,
  type Memslot,
} from './memslots.ts';
import { recoverHugePages } from './recoverHugePages.ts';
import type { RmapMmu } from './rmap/rmapMmu.ts';
import type { Vm } from './vm.ts';
import { FILTER_PRIVATE, FILTER_SHARED, zapGfns } from './zap.ts';

/** Carries out a request, with slots_lock taken. Returns 0 or a negated errno with nothing changed. */
export function* setMemoryRegion(vm: Vm, request: RegionRequest): Actor<number> {
  yield vm.slotsLock.lock();
  const result = yield* setRegionLocked(vm, request);
  vm.slotsLock.unlock();
  return result;
}

function* setRegionLocked(vm: Vm, request: RegionRequest): Actor<number> {
  const set = vm.memslots.inactive(request.asId);
  const old = set.byId(request.id);
  const change = classify(old, request);
  if (typeof change === 'number') return change;
  if (change === 'delete') return yield* setSlot(vm, old, undefined, 'delete');
  const { baseGfn, pages, id } = request;
  if (change !== 'flags' && set.overlaps(baseGfn, baseGfn + pages, id)) return -EEXIST;
  const slot = newSlot(vm, old, request);
  if (request.flags & MEM_GUEST_MEMFD && change === 'flags') {
    keepGmem(old!, slot);
  } else if (request.flags & MEM_GUEST_MEMFD) {
    const bound = yield* bindGmem(vm, slot, request);
    if (bound !== 0) return bound;
  }
  const refused = change === 'flags' ? 0 : prepareRegion(vm, slot);
  if (refused !== 0) {
    if (slot.gmem !== null) yield* slot.gmem.unbind(slot);
    return refused;
  }
  if (change === 'create') {
    const unregistered = yield* register(vm, slot);
    if (unregistered !== 0) return unregistered;
  }
  return yield* setSlot(vm, old, slot, change);
}

/** Tells the pinning design of a slot that is about to be. Returns 0, or a negated errno with nothing changed. */
function* register(vm: Vm, slot: Memslot): Actor<number> {
  if (vm.pinning?.slotCreated === undefined) return 0;
  const refused = yield* vm.pinning.slotCreated(slot);
  if (refused !== 0 && slot.gmem !== null) yield* slot.gmem.unbind(slot);
  return refused;
}

/** The slot goes on with the file that it is bound to. */
function keepGmem(old: Memslot, slot: Memslot): void {
  slot.gmem = old.gmem;
  (slot as { flags: number }).flags |= old.flags & MEMSLOT_GMEM_ONLY;
  old.gmem?.rebind(old, slot);
}

function* bindGmem(vm: Vm, slot: Memslot, request: RegionRequest): Actor<number> {
  const file = request.gmem();
  const wrong = checkGmem(vm, file);
  if (wrong !== 0) return wrong;
  const gmem = file as GuestMemfd;
  if (gmemEnds(vm, gmem, slot)) return -EINVAL;
  const result = yield* gmem.bind(slot);
  if (result === 0 && gmem.flags & GMEM_MMAP) {
    (slot as { flags: number }).flags |= MEMSLOT_GMEM_ONLY;
  }
  return result;
}

/** Makes the change, whose outcome is certain now (kvm_set_memslot). */
function* setSlot(
  vm: Vm,
  old: Memslot | undefined,
  slot: Memslot | undefined,
  change: SlotChange,
): Actor<number> {
  const { costs, memslots } = vm;
  const asId = (slot ?? old)?.asId ?? 0;
  let published = old;
  if (change === 'delete' || change === 'move') {
    published = { ...old!, flags: old!.flags | MEMSLOT_INVALID };
    yield* invalidate(vm, asId, old!, published);
  }
  if (change === 'delete' && old!.gmem !== null) yield* old!.gmem.unbind(old!);
  memslots.inactive(asId).replace(old, slot);
  yield* swapActive(vm, asId);
  memslots.inactive(asId).replace(published, slot);
  vm.conversion.slotChanged?.(change === 'create' ? undefined : old, change === 'delete' ? undefined : slot);
  if (vm.rmapMmu !== null && (change === 'create' || change === 'delete')) yield* limitTables(vm, vm.rmapMmu);
  if (change === 'flags') yield* applyFlags(vm, old!, slot!);
  if (change === 'delete' && vm.pinning?.slotDeleted !== undefined) yield* vm.pinning.slotDeleted(old!);
  yield costs[COST_OF[change]];
  return 0;
}

/** How many table pages a VM may have follows from the pages of its slots (kvm_arch_commit_memory_region). */
function* limitTables(vm: Vm, mmu: RmapMmu): Actor {
  let pages = 0;
  let end = 0;
  for (const slot of vm.memslots.all()) {
    pages += slot.pages;
    end = Math.max(end, slot.baseGfn + slot.pages);
  }
  yield vm.mmuLock.write();
  mmu.slotsChanged(pages, end);
  vm.mmuLock.writeUnlock();
}

const COST_OF = {
  create: 'memslotCreate',
  delete: 'memslotDelete',
  move: 'memslotMove',
  flags: 'memslotFlags',
} as const;

/** Publishes a slot as being on its way out, and takes away every mapping made from it (kvm_invalidate_memslot). */
function* invalidate(vm: Vm, asId: number, old: Memslot, invalid: Memslot): Actor {
  // safety: slot-invalid-before-flush
  vm.memslots.inactive(asId).replace(old, invalid);
  yield* swapActive(vm, asId);
  if (vm.engine.stepwise) yield POINT;
  const zapped = yield* flushShadow(vm, old);
  yield* vm.reclaim.guestMemoryReclaimed(vm, { range: null, zapped });
}

function* flushShadow(vm: Vm, slot: Memslot): Actor<number> {
  const both = FILTER_SHARED | FILTER_PRIVATE;
  yield vm.mmuLock.write();
  const [start, end] = vm.slotZapAll
    ? [0, Number.MAX_SAFE_INTEGER]
    : [slot.baseGfn, slot.baseGfn + slot.pages];
  const zapped = yield* zapGfns(vm, start, end, both, 'slot');
  vm.mmuLock.writeUnlock();
  return zapped;
}

/**
 * Publishes the other set once no announcement of a host change is under way, and returns when nobody reads the old
 * one any more (kvm_swap_active_memslots).
 */
function* swapActive(vm: Vm, asId: number): Actor {
  const { memslots } = vm;
  // safety: swap-waits-for-invalidations
  while (memslots.activeInvalidations > 0) yield memslots.swapWaiters.wait();
  memslots.swap(asId);
  vm.mmio.beginUpdate();
  // safety: swap-waits-for-readers
  yield* vm.srcu.synchronize();
  memslots.generation += memslots.addressSpaces;
  vm.mmio.endUpdate();
}

/** Flags were changed of a slot that stays where it is (kvm_mmu_slot_apply_flags). */
function* applyFlags(vm: Vm, before: Memslot, after: Memslot): Actor {
  const toggled = before.flags ^ after.flags;
  // What is mapped would never be looked up in the bitmap.
  if (toggled & after.flags & MEM_USERFAULT) {
    yield vm.mmuLock.write();
    // safety: userfault-enable-zaps
    yield* zapGfns(
      vm,
      after.baseGfn,
      after.baseGfn + after.pages,
      FILTER_SHARED | FILTER_PRIVATE,
      'userfault',
    );
    vm.mmuLock.writeUnlock();
  }
  // On arm64 what was made small stays so until something else takes it away (kvm_arch_commit_memory_region).
  const recovers = vm.profile.arch !== 'arm64';
  if (recovers && toggled & before.flags & MEM_USERFAULT) yield* recoverHugePages(vm, after);
  // What cannot be written is neither protected nor made large again.
  if (!(toggled & MEM_LOG_DIRTY_PAGES) || after.flags & MEM_READONLY) return;
  if (before.flags & MEM_LOG_DIRTY_PAGES) {
    if (recovers) yield* recoverHugePages(vm, after);
    return;
  }
  // Pages that are dirty to begin with need not be caught.
  if (vm.memslots.manualProtect === 3) return;
  yield vm.mmuLock.write();
  // safety: dirty-log-begins-protected
  yield* writeProtectGfns(vm, after.baseGfn, after.baseGfn + after.pages);
  vm.mmuLock.writeUnlock();
}

/** Adds a slot. Returns 0, or -EEXIST where it overlaps another. */
export function* createSlot(vm: Vm, slot: Memslot): Actor<number> {
  yield vm.slotsLock.lock();
  const asId = slot.asId ?? 0;
  let result = 0;
  if (vm.memslots.inactive(asId).overlaps(slot.baseGfn, slot.baseGfn + slot.pages, slot.id)) {
    result = -EEXIST;
  } else {
    const { gmem } = slot;
    if (gmem !== null) result = yield* gmem.bind(slot);
    if (result === 0) result = yield* register(vm, slot);
    if (result === 0) result = yield* setSlot(vm, undefined, slot, 'create');
  }
  vm.slotsLock.unlock();
  return result;
}

/**
 * Deletes a slot. While its shadow is flushed the slot is published as invalid, and faults on it start over.
 *
 * Returns 0, or -EINVAL where there is no such slot.
 */
export function* deleteSlot(vm: Vm, id: number): Actor<number> {
  yield vm.slotsLock.lock();
  const slot = vm.memslots.inactive(0).byId(id);
  const result = slot === undefined ? -EINVAL : yield* setSlot(vm, slot, undefined, 'delete');
  vm.slotsLock.unlock();
  return result;
}
