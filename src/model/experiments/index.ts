import { calibrationExperiment } from './calibration/calibration.ts';
import type { AnyExperiment } from './experiment.ts';
import { litmusExperiment } from './memoryType/litmus.ts';
import { matrixExperiment } from './memoryType/matrix.ts';
import { streamsExperiment } from './memoryType/streams.ts';
import { bootDelayExperiment } from './pinning/bootDelay.ts';
import { failuresExperiment } from './pinning/failures.ts';
import { footprintExperiment } from './pinning/footprint.ts';
import { conversionExperiment } from './primer/conversion.ts';
import { dirtyLogExperiment } from './primer/dirtyLog.ts';
import { faultExperiment } from './primer/fault.ts';
import { memslotsExperiment } from './primer/memslots.ts';
import { postCopyExperiment } from './primer/postCopy.ts';
import { sequenceExperiment } from './primer/sequence.ts';
import { bootExperiment } from './privateMemory/boot.ts';
import { bootConstantsExperiment } from './privateMemory/bootConstants.ts';
import { doubleAllocationExperiment } from './privateMemory/doubleAllocation.ts';
import { flushShareExperiment } from './privateMemory/flushShare.ts';
import { launchExperiment } from './privateMemory/launch.ts';
import { trackingExperiment } from './privateMemory/tracking.ts';
import { flushCostExperiment } from './sharedOnly/flushCost.ts';
import { spuriousFaultsExperiment } from './sharedOnly/spuriousFaults.ts';
import { accessExperiment } from './userfault/access.ts';
import { hugetlbExperiment } from './userfault/hugetlb.ts';
import { latencyExperiment } from './userfault/latency.ts';
import { migrationExperiment } from './userfault/migration.ts';
import { pagingRateExperiment } from './userfault/pagingRate.ts';

/** Every experiment, in the order of the debates, then the primer's. */
export const experiments: readonly AnyExperiment[] = [
  bootExperiment,
  flushShareExperiment,
  bootConstantsExperiment,
  trackingExperiment,
  doubleAllocationExperiment,
  launchExperiment,
  flushCostExperiment,
  spuriousFaultsExperiment,
  bootDelayExperiment,
  failuresExperiment,
  footprintExperiment,
  matrixExperiment,
  litmusExperiment,
  streamsExperiment,
  accessExperiment,
  pagingRateExperiment,
  latencyExperiment,
  hugetlbExperiment,
  migrationExperiment,
  memslotsExperiment,
  faultExperiment,
  sequenceExperiment,
  conversionExperiment,
  dirtyLogExperiment,
  postCopyExperiment,
  calibrationExperiment,
];

/** The experiment of an id, or undefined. */
export function findExperiment(id: string): AnyExperiment | undefined {
  return experiments.find(e => e.id === id);
}
