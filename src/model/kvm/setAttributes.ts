import { type Actor, POINT } from '../engine/step.ts';
import { rangeOfHugePages } from './hugeLevel.ts';
import type { Vm } from './vm.ts';
import { FILTER_PRIVATE, FILTER_SHARED, zapGfns } from './zap.ts';

/** Something that keeps which frames are private. */
interface Keeper {
  isAll(start: number, end: number, isPrivate: boolean): boolean;
  set(start: number, end: number, isPrivate: boolean): void;
}

/**
 * Changes the attribute of gfns [start, end) (kvm_vm_set_mem_attributes, virt/kvm/kvm_main.c): the invalidation is
 * open from before the zap until after the store, so that a fault which read the old attribute cannot install.
 *
 * @param entryNs what storing one page's entry takes.
 */
export function* setAttributes(
  vm: Vm,
  keeper: Keeper,
  start: number,
  end: number,
  toPrivate: boolean,
  entryNs: number,
): Actor<number> {
  yield vm.slotsLock.lock();
  if (keeper.isAll(start, end, toPrivate)) {
    yield vm.costs.systemCall;
    vm.slotsLock.unlock();
    return 0;
  }
  yield vm.mmuLock.write();
  // safety: attributes-begin
  vm.invalidation.begin();
  // safety: attributes-range-of-huge-pages
  vm.invalidation.addRange(...rangeOfHugePages(vm, start, end));
  yield* zapGfns(vm, start, end, toPrivate ? FILTER_SHARED : FILTER_PRIVATE, 'attributes');
  vm.mmuLock.writeUnlock();
  if (vm.engine.stepwise) yield POINT;
  keeper.set(start, end, toPrivate);
  yield vm.costs.setAttributes + entryNs * (end - start);
  yield vm.mmuLock.write();
  vm.invalidation.finish();
  vm.mmuLock.writeUnlock();
  vm.slotsLock.unlock();
  return 0;
}
