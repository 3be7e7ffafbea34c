import { ROTH_SNP_SKIP } from '../../evidence/sources.ts';
import type { ReclaimDesign } from '../../kvm/reclaim.ts';

/**
 * As merged for SNP in 6.11: host events cannot reach private memory and flush nothing; guest_memfd makes each page
 * it frees shared in the RMP and flushes that page's lines.
 */
export const flushOnGmemFree: ReclaimDesign = {
  name: 'flush-on-gmem-free',
  title: 'Flush nothing on host events, each page that guest_memfd frees (6.11)',
  mail: ROTH_SNP_SKIP,
  *guestMemoryReclaimed() {},
  *gmemFreed(vm, pfns) {
    for (const pfn of pfns) {
      if (vm.rmp !== null) {
        vm.rmp.makeShared(pfn);
        yield vm.costs.rmpUpdate;
      }
      yield vm.costs.cacheFlushPage;
    }
  },
};
