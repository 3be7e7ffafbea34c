import type { ReclaimDesign } from '../../kvm/reclaim.ts';
import {
  flushEveryEvent,
  flushKeepingLines,
  flushRanCpus,
  flushRanCpusKeepingLines,
} from './flushEveryEvent.ts';
import { flushAllOnGmemFree, flushOnGmemFree } from './flushOnGmemFree.ts';

/** Every proposal for what a host event does to a guest's caches, in the order in which they were made. */
export const reclaimDesigns: readonly ReclaimDesign[] = [
  flushEveryEvent,
  flushAllOnGmemFree,
  flushOnGmemFree,
  flushRanCpus,
  flushKeepingLines,
  flushRanCpusKeepingLines,
];
