/** Boot times of a 1 GiB SNP guest, as published in the mail that opens the first debate. */
import type { Published } from './published.ts';
import { KALRA_TRACE, ROTH_BOOT } from './sources.ts';

export const BOOT_SNP: Published = {
  name: 'SNP without fd-based memory',
  unit: 's',
  value: 32,
  source: ROTH_BOOT,
};

export const BOOT_UPM: Published = {
  name: 'fd-based memory, both sides discarded',
  unit: 's',
  value: 103,
  source: ROTH_BOOT,
};

export const BOOT_UPM_KEEP_SHARED: Published = {
  name: 'fd-based memory, shared side kept',
  unit: 's',
  value: 68,
  source: ROTH_BOOT,
};

/** Calls of SEV's reclaim hook during one boot of an SNP guest with guest_memfd, by what caused them. */
export const RECLAIM_CALLS = {
  madvise: { name: 'calls from madvise', unit: 'calls', value: 69_677, source: KALRA_TRACE },
  fallocate: { name: 'calls from shmem fallocate', unit: 'calls', value: 5_465, source: KALRA_TRACE },
  memslot: { name: 'calls from memslot changes', unit: 'calls', value: 104, source: KALRA_TRACE },
  numa: { name: 'calls from NUMA protection changes', unit: 'calls', value: 4, source: KALRA_TRACE },
  exit: { name: 'calls from process exit', unit: 'calls', value: 1, source: KALRA_TRACE },
} as const satisfies Record<string, Published>;

/** Discards of shared memory that a boot makes: what the trace counts from madvise and fallocate. */
export const SHARED_DISCARDS = RECLAIM_CALLS.madvise.value + RECLAIM_CALLS.fallocate.value;
