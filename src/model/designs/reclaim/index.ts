import { COST_TABLE } from '../../costs/table.ts';
import type { ReclaimDesign } from '../../kvm/reclaim.ts';
import { flushEveryEvent, flushKeepingLines, flushRanCpus } from './flushEveryEvent.ts';
import { flushAllOnGmemFree, flushOnGmemFree, flushRanCpusKeepingLines } from './flushOnGmemFree.ts';
import { flushSomeEvents, flushWhereZapped, rmpLookup, skipPrivateSlots } from './narrower.ts';

/** Every proposal for what a host event does to a guest's caches, in the order in which they were made. */
export const reclaimDesigns: readonly ReclaimDesign[] = [
  flushEveryEvent,
  skipPrivateSlots,
  flushAllOnGmemFree,
  flushWhereZapped,
  rmpLookup(COST_TABLE.rmpLookup.value),
  flushOnGmemFree,
  flushSomeEvents,
  flushRanCpus,
  flushKeepingLines,
  flushRanCpusKeepingLines,
];
