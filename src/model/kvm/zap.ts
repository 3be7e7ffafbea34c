import type { Actor } from '../engine/step.ts';
import type { Vm } from './vm.ts';

/** Which mappings an operation is about (enum kvm_gfn_range_filter, include/linux/kvm_host.h). */
export const FILTER_SHARED = 1 << 0;
export const FILTER_PRIVATE = 1 << 1;

/**
 * Removes the second-stage mappings of gfns [start, end) and flushes TLBs if there were any. Called with mmu_lock
 * held for writing.
 *
 * @param filter kinds of mappings meant. It selects a root where a VM has two (TDX); with one root everything in
 *   the range goes (kvm_gfn_range_filter_to_root_types, arch/x86/kvm/mmu/tdp_mmu.h).
 * @returns number of entries removed.
 */
export function* zapGfns(vm: Vm, start: number, end: number, filter: number): Actor<number> {
  const zapped = vm.mmu.zap(start, end, filter) + (vm.shadow?.zap(start, end) ?? 0);
  vm.stats.zapped += zapped;
  if (zapped > 0) yield vm.costs.zap;
  return zapped;
}
