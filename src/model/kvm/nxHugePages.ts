import type { Actor } from '../engine/step.ts';
import type { Vm } from './vm.ts';
import { FILTER_PRIVATE, FILTER_SHARED, zapGfns } from './zap.ts';

/**
 * Turns the mitigation on or off that keeps guests from executing in large mappings (set_nx_huge_pages,
 * arch/x86/kvm/mmu/mmu.c of 5.9): where it changes, every SPTE of every VM goes, and comes back in the size that it may
 * have now.
 */
export function* setNxHugePages(vm: Vm, on: boolean): Actor {
  if (vm.nxHugePages === on) return;
  vm.nxHugePages = on;
  yield vm.costs.systemCall;
  yield vm.slotsLock.lock();
  yield vm.mmuLock.write();
  yield* zapGfns(vm, 0, Number.MAX_SAFE_INTEGER, FILTER_SHARED | FILTER_PRIVATE, 'resize');
  vm.mmuLock.writeUnlock();
  vm.slotsLock.unlock();
}
