import { ZHANG_FLUSH } from '../../evidence/sources.ts';
import { flushEveryCpu } from '../../kvm/cacheFlush.ts';
import type { ReclaimDesign } from '../../kvm/reclaim.ts';

/**
 * As from 5.18: every notifier event that hits a slot writes back and invalidates every CPU's cache, and so does
 * giving up private memory.
 */
export const flushEveryEvent: ReclaimDesign = {
  name: 'flush-every-event',
  title: 'Flush all caches on every event that hits a slot (5.18)',
  mail: ZHANG_FLUSH,
  guestMemoryReclaimed: vm => flushEveryCpu(vm),
  *gmemFreed(vm, pfns) {
    yield* flushEveryCpu(vm);
    for (const pfn of pfns) {
      if (vm.rmp === null) continue;
      vm.rmp.makeShared(pfn);
      yield vm.costs.rmpUpdate;
    }
  },
};
