/** Proposals that touch fewer mappings, or flush for fewer events, than everything an event could be about. */
import {
  CHRISTOPHERSON_SHARED_ONLY,
  KALRA_TRACE,
  LI_EVENT_TYPES,
  SHARED_ONLY_PATCH,
} from '../../evidence/sources.ts';
import type { NotifierEvent } from '../../host/notifier.ts';
import { flushCaches, hasEncryptedLines, WBINVD_ALL } from '../../kvm/cacheFlush.ts';
import type { ReclaimDesign } from '../../kvm/reclaim.ts';
import { giveBack } from '../../kvm/rmpUpdate.ts';
import { FILTER_PRIVATE, FILTER_SHARED } from '../../kvm/zap.ts';
import { flushEveryEvent } from './flushEveryEvent.ts';
import { flushOnGmemFree } from './flushOnGmemFree.ts';

/** Before events were told apart: one on host addresses zaps the mappings of both kinds. */
export const zapBothKinds: ReclaimDesign = {
  ...flushOnGmemFree,
  name: 'zap-both-kinds',
  title: 'Host events zap shared and private mappings alike (before September 2023)',
  mail: SHARED_ONLY_PATCH,
  notifierFilter: () => FILTER_SHARED | FILTER_PRIVATE,
};

/**
 * Shared mappings only, also where both kinds are in one root: the RMP is asked about each leaf.
 *
 * @param lookupNs what asking takes.
 */
export function rmpLookup(lookupNs: number): ReclaimDesign {
  return {
    ...flushOnGmemFree,
    name: 'rmp-lookup',
    title: 'Ask the RMP about each SPTE, zap only shared ones (considered in September 2023)',
    mail: CHRISTOPHERSON_SHARED_ONLY,
    spares: (vm, _gfn, pfn, filter) => filter === FILTER_SHARED && vm.rmp !== null && vm.rmp.isPrivate(pfn),
    sparesNs: lookupNs,
  };
}

/** Pass over every slot that can hold private memory: what the trace was to show the worth of. */
export const skipPrivateSlots: ReclaimDesign = {
  ...flushEveryEvent,
  name: 'skip-private-slots',
  title: 'Pass over slots that can hold private memory (August 2023)',
  mail: KALRA_TRACE,
  ignores: (_vm, slot) => slot.gmem !== null,
};

/** Events after which a page may be somebody else's. */
const TAKES_AWAY: ReadonlySet<NotifierEvent> = new Set(['unmap', 'clear', 'release', 'migrate']);

/** Flush for some types of events only. Page migration and merging report a type that is among them. */
export const flushSomeEvents: ReclaimDesign = {
  ...flushEveryEvent,
  name: 'some-events',
  title: 'Flush on unmap, clear, release and migrate only (November 2023)',
  mail: LI_EVENT_TYPES,
  *guestMemoryReclaimed(vm, { range }) {
    if (!hasEncryptedLines(vm)) return;
    if (range === null || TAKES_AWAY.has(range.event)) yield* flushCaches(vm, WBINVD_ALL);
  },
};

/**
 * guest_memfd flushes every CPU when it frees memory, but only where the guest had it mapped. Nobody proposed it: the
 * mail rules it out as long as events may have zapped private mappings before.
 */
export const flushWhereZapped: ReclaimDesign = {
  ...flushOnGmemFree,
  name: 'flush-where-zapped',
  title: 'No flush on events, all caches when guest_memfd frees a mapped page (ruled out in September 2023)',
  mail: CHRISTOPHERSON_SHARED_ONLY,
  *gmemFreed(vm, pfns, zapped) {
    if (zapped > 0 && hasEncryptedLines(vm)) yield* flushCaches(vm, WBINVD_ALL);
    yield* giveBack(vm, pfns);
  },
};
