import type { Actor } from '../../engine/step.ts';
import { CHRISTOPHERSON_SHARED_ONLY, ROTH_SNP_SKIP, SEV_FLUSH_617 } from '../../evidence/sources.ts';
import { flushCaches, flushPages, hasEncryptedLines, WBINVD_ALL } from '../../kvm/cacheFlush.ts';
import type { ReclaimDesign } from '../../kvm/reclaim.ts';
import { giveBack, rmpRuns } from '../../kvm/rmpUpdate.ts';
import type { Vm } from '../../kvm/vm.ts';

/** A VM whose private memory can only be in guest_memfd has none that a host event could free. */
function* flushUnlessGmemOnly(vm: Vm): Actor {
  if (hasEncryptedLines(vm) && !vm.rules.privateMemory) yield* flushCaches(vm, WBINVD_ALL);
}

/**
 * As merged for SNP in 6.11: host events cannot reach private memory and flush nothing; guest_memfd makes each page
 * it frees shared in the RMP and flushes that page's lines. SEV and SEV-ES go on flushing for every event.
 */
export const flushOnGmemFree: ReclaimDesign = {
  name: 'flush-on-gmem-free',
  title: 'No flush on events, each page that guest_memfd frees (6.11)',
  mail: ROTH_SNP_SKIP,
  guestMemoryReclaimed: flushUnlessGmemOnly,
  *gmemFreed(vm, pfns) {
    for (const run of rmpRuns(vm, pfns)) {
      yield* giveBack(vm, run);
      if (hasEncryptedLines(vm)) yield* flushPages(vm, run);
    }
  },
};

/** As the mail of September 2023 has it: the same, but guest_memfd flushes every CPU when it frees memory. */
export const flushAllOnGmemFree: ReclaimDesign = {
  name: 'flush-all-on-gmem-free',
  title: 'No flush on events, all caches when guest_memfd frees (September 2023)',
  mail: CHRISTOPHERSON_SHARED_ONLY,
  guestMemoryReclaimed: flushUnlessGmemOnly,
  *gmemFreed(vm, pfns) {
    if (hasEncryptedLines(vm)) yield* flushCaches(vm, WBINVD_ALL);
    yield* giveBack(vm, pfns);
  },
};

/**
 * As merged in 6.17: an SNP guest is treated as before; for SEV and SEV-ES every event still flushes, with the
 * instruction that keeps the lines, on the CPUs that have ever run the VM.
 */
export const flushRanCpusKeepingLines: ReclaimDesign = {
  ...flushOnGmemFree,
  name: 'ran-cpus-wbnoinvd',
  title: 'SNP as in 6.11; SEV with WBNOINVD, on CPUs that ever ran the VM (6.17)',
  mail: SEV_FLUSH_617,
  *guestMemoryReclaimed(vm) {
    if (hasEncryptedLines(vm) && !vm.rules.privateMemory)
      yield* flushCaches(vm, { cpus: 'ran', dropsLines: false });
  },
};
