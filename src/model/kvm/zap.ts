import type { Actor } from '../engine/step.ts';
import type { Vm } from './vm.ts';

/** Which mappings an operation is about (enum kvm_gfn_range_filter, include/linux/kvm_host.h). */
export const FILTER_SHARED = 1 << 0;
export const FILTER_PRIVATE = 1 << 1;

/** Why an SPTE goes. */
export type ZapReason =
  /** The host's mapping changes. */
  | 'notifier'
  /** Its slot is deleted or moved, or another slot is and everything goes. */
  | 'slot'
  /** Its gfn becomes private or shared. */
  | 'attributes'
  /** guest_memfd gives the page up. */
  | 'gmem'
  /** The slot is given the userfault flag. */
  | 'userfault'
  /** The table it is in is needed elsewhere. */
  | 'recycle'
  /** It is replaced by smaller or larger leaves. */
  | 'resize'
  /** Its memory type is to be worked out anew. */
  | 'memory-type'
  /** The guest has given the page up, and says so. */
  | 'balloon'
  /** The VM or its address space goes. */
  | 'end';

/**
 * Removes the second-stage mappings of gfns [start, end) and flushes TLBs if there were any. Called with mmu_lock
 * held for writing.
 *
 * @param filter kinds of mappings meant. It selects a root where a VM has two (TDX); with one root everything in
 *   the range goes (kvm_gfn_range_filter_to_root_types, arch/x86/kvm/mmu/tdp_mmu.h), unless the reclaim design knows
 *   better.
 * @returns number of entries removed.
 */
export function* zapGfns(
  vm: Vm,
  start: number,
  end: number,
  filter: number,
  reason: ZapReason = 'attributes',
): Actor<number> {
  const { secureEpt } = vm;
  const removals = secureEpt?.removals ?? 0;
  const demotions = secureEpt?.demotions ?? 0;
  const judged = vm.stats.judged;
  const zapped = vm.mmu.zap(start, end, filter, reason) + (vm.shadow?.zap(start, end) ?? 0);
  vm.stats.zapped += zapped;
  if (zapped > 0) vm.stats.tlbFlushes++;
  if (secureEpt !== null) {
    const { tdxPageRemove, tdxDemote } = vm.costs;
    const ns =
      (secureEpt.removals - removals) * tdxPageRemove + (secureEpt.demotions - demotions) * tdxDemote;
    if (ns > 0) yield ns;
  }
  const asked = vm.stats.judged - judged;
  if (zapped > 0 || asked > 0) yield (zapped > 0 ? vm.costs.zap : 0) + asked * (vm.reclaim.sparesNs ?? 0);
  return zapped;
}
