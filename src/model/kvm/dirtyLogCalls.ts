/**
 * Reading and clearing the log of dirty pages (kvm_get_dirty_log_protect and kvm_clear_dirty_log_protect,
 * virt/kvm/kvm_main.c).
 */
import { type Actor, POINT } from '../engine/step.ts';
import { EINVAL, ENOENT } from '../host/errno.ts';
import { writeProtectGfns } from './dirtyWriteProtect.ts';
import type { Memslot } from './memslots.ts';
import type { Vm } from './vm.ts';

/**
 * The pages of a slot that were written since they were last cleared, counted from its first. Unless userspace clears
 * them itself, they are cleared and caught again.
 *
 * @returns the pages, or -ENOENT where nothing is logged.
 */
export function* getDirtyLog(vm: Vm, asId: number, id: number): Actor<number[] | number> {
  yield vm.slotsLock.lock();
  const slot = vm.memslots.active(asId).byId(id);
  const result = slot?.dirty == null ? -ENOENT : yield* readLog(vm, slot);
  vm.slotsLock.unlock();
  return result;
}

function* readLog(vm: Vm, slot: Memslot): Actor<number[]> {
  const dirty = slot.dirty!;
  yield vm.costs.dirtyLogGet;
  if (vm.memslots.manualProtect !== 0) return [...dirty.dirty()];
  yield vm.mmuLock.write();
  const pages = dirty.takeAll();
  if (vm.engine.stepwise) yield POINT;
  // safety: dirty-log-protects-after-clearing
  yield* protectPages(vm, slot, pages);
  vm.mmuLock.writeUnlock();
  return pages;
}

/**
 * Clears pages of a slot's log and catches their next write.
 *
 * @param first first page, counted from the slot's first; a multiple of 64.
 * @param count number of pages.
 * @param pages which of them to clear, counted from `first`.
 * @returns 0, -ENOENT where nothing is logged, -EINVAL where the range does not fit the slot.
 */
export function* clearDirtyLog(
  vm: Vm,
  asId: number,
  id: number,
  first: number,
  count: number,
  pages: readonly number[],
): Actor<number> {
  yield vm.slotsLock.lock();
  const slot = vm.memslots.active(asId).byId(id);
  let result = 0;
  if (slot?.dirty == null) {
    result = -ENOENT;
  } else if (
    first > slot.pages ||
    count > slot.pages - first ||
    (count % 64 !== 0 && count < slot.pages - first)
  ) {
    result = -EINVAL;
  } else {
    const { dirty } = slot;
    yield vm.costs.dirtyLogGet;
    yield vm.mmuLock.write();
    const wanted = pages.filter(page => page < count && first + page < slot.pages);
    const cleared = wanted.map(page => first + page).filter(page => dirty.clear(page));
    // safety: dirty-clear-protects
    yield* protectPages(vm, slot, cleared);
    vm.mmuLock.writeUnlock();
  }
  vm.slotsLock.unlock();
  return result;
}

function* protectPages(vm: Vm, slot: Memslot, pages: readonly number[]): Actor {
  for (let i = 0; i < pages.length; ) {
    let end = i + 1;
    while (end < pages.length && pages[end] === pages[end - 1] + 1) end++;
    yield* writeProtectGfns(vm, slot.baseGfn + pages[i], slot.baseGfn + pages[end - 1] + 1);
    i = end;
  }
}
