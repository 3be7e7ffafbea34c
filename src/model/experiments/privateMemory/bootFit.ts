/**
 * Fits the two free constants of the boot: what everything else takes, on the boot without fd-based memory, and what
 * a flush of all caches takes, on the boot with both discards. The third boot is predicted from them.
 */
import type { Costs } from '../../costs/table.ts';
import { BOOT_SNP, BOOT_UPM, SHARED_DISCARDS } from '../../evidence/boot.ts';
import { BOOT_VARIANTS, boot } from './bootModel.ts';

export interface BootFit {
  readonly restOfBootNs: number;
  readonly flushAllCpusNs: number;
  /** The boot with the shared side kept, in s. */
  readonly predictedSeconds: number;
}

const SECOND = 1e9;

/** Fits both constants while the others are as given. Time is linear in both, so three short runs are enough. */
export function fitBoot(costs: Partial<Costs> = {}, transactions = SHARED_DISCARDS): BootFit {
  const options = {
    transactions,
    pages: 1,
    workingSet: 32,
    sharedDiscardFactor: 1,
    simulate: 32,
    costs: { ...costs, flushAllCpus: 0 },
  };
  const snp = boot(BOOT_VARIANTS.snp, options);
  const upm = boot(BOOT_VARIANTS.upm, options);
  const keepShared = boot(BOOT_VARIANTS.upmKeepShared, options);
  const restOfBootNs = BOOT_SNP.value * SECOND - snp.convertingNs;
  const flushAllCpusNs = (BOOT_UPM.value * SECOND - restOfBootNs - upm.convertingNs) / upm.flushes;
  const predicted = restOfBootNs + keepShared.convertingNs + keepShared.flushes * flushAllCpusNs;
  return { restOfBootNs, flushAllCpusNs, predictedSeconds: predicted / SECOND };
}
