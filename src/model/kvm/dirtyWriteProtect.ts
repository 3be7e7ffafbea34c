import type { Actor } from '../engine/step.ts';
import type { Vm } from './vm.ts';

/**
 * Makes the next write to each of gfns [start, end) fault, so that it is noticed. Called with mmu_lock held for
 * writing; flushes TLBs where an entry changed.
 */
export function* writeProtectGfns(vm: Vm, start: number, end: number): Actor {
  const changed = (vm.shadow ?? vm.mmu).writeProtect(start, end);
  if (changed === 0) return;
  vm.stats.tlbFlushes++;
  yield vm.costs.zap;
}
