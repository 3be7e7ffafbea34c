import type { AnyExperiment } from './experiment.ts';
import { matrixExperiment } from './memoryType/matrix.ts';
import { memslotsExperiment } from './primer/memslots.ts';
import { bootExperiment } from './privateMemory/boot.ts';
import { bootConstantsExperiment } from './privateMemory/bootConstants.ts';
import { doubleAllocationExperiment } from './privateMemory/doubleAllocation.ts';
import { trackingExperiment } from './privateMemory/tracking.ts';
import { flushCostExperiment } from './sharedOnly/flushCost.ts';

/** Every experiment, in the order of the debates, then the primer's. */
export const experiments: readonly AnyExperiment[] = [
  bootExperiment,
  bootConstantsExperiment,
  trackingExperiment,
  doubleAllocationExperiment,
  flushCostExperiment,
  matrixExperiment,
  memslotsExperiment,
];

/** The experiment of an id, or undefined. */
export function findExperiment(id: string): AnyExperiment | undefined {
  return experiments.find(e => e.id === id);
}
