import type { Actor } from '../../engine/step.ts';
import type { Source } from '../../evidence/published.ts';
import { LOUGHLIN_WBNOINVD, SHEN_RAN_CPUS, ZHANG_HOOK } from '../../evidence/sources.ts';
import { type FlushKind, flushCaches, hasEncryptedLines, WBINVD_ALL } from '../../kvm/cacheFlush.ts';
import type { ReclaimDesign } from '../../kvm/reclaim.ts';
import { giveBack } from '../../kvm/rmpUpdate.ts';
import type { Vm } from '../../kvm/vm.ts';

/** Flushes on every event that hits a slot, and when guest_memfd gives memory back. */
function flushing(name: string, title: string, mail: Source, kind: FlushKind): ReclaimDesign {
  function* flush(vm: Vm): Actor {
    if (hasEncryptedLines(vm)) yield* flushCaches(vm, kind);
  }
  return {
    name,
    title,
    mail,
    guestMemoryReclaimed: flush,
    *gmemFreed(vm, pfns) {
      yield* flush(vm);
      yield* giveBack(vm, pfns);
    },
  };
}

/**
 * As from 5.18: every notifier event that hits a slot writes back and invalidates every CPU's cache, and so does
 * giving up private memory.
 */
export const flushEveryEvent = flushing(
  'flush-every-event',
  'Flush all caches on every event that hits a slot (5.18)',
  ZHANG_HOOK,
  WBINVD_ALL,
);

/** The same, with the instruction that writes lines back and keeps them. */
export const flushKeepingLines = flushing(
  'wbnoinvd',
  'Flush on every event with WBNOINVD, which keeps the lines (January 2025)',
  LOUGHLIN_WBNOINVD,
  { cpus: 'all', dropsLines: false },
);

/** The same, on the CPUs that have ever run the VM. */
export const flushRanCpus = flushing(
  'ran-cpus',
  'Flush the CPUs that ever ran the VM, on every event (March 2024)',
  SHEN_RAN_CPUS,
  { cpus: 'ran', dropsLines: true },
);
