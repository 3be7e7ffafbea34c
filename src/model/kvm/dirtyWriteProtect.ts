import type { Actor } from '../engine/step.ts';
import type { Vm } from './vm.ts';

/**
 * Makes the next write to each of gfns [start, end) fault, so that it is noticed. Called with mmu_lock held for
 * writing; flushes TLBs where an entry changed.
 */
export function* writeProtectGfns(vm: Vm, start: number, end: number): Actor {
  if (vm.shadow === null) {
    if (vm.mmu.writeProtect(start, end) > 0) yield vm.costs.zap;
    return;
  }
  if (vm.shadow.writeProtect(start, end) > 0) yield vm.costs.zap;
}
