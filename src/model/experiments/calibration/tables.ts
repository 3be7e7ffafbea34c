/** The published tables that the model is held against, and the constants that are free for each. */
import type { Cost } from '../../costs/cost.ts';
import { PAGING_COSTS, SECOND_MACHINE } from '../../costs/paging.ts';
import { POST_COPY_COSTS } from '../../costs/postCopy.ts';
import { COST_TABLE } from '../../costs/table.ts';
import { BOOT_SNP, BOOT_UPM, BOOT_UPM_KEEP_SHARED, SHARED_DISCARDS } from '../../evidence/boot.ts';
import { DADHANIA_STARTS } from '../../evidence/pinning.ts';
import { compare, type Evidence } from '../../evidence/published.ts';
import type { AnyExperiment } from '../experiment.ts';
import { streamsExperiment } from '../memoryType/streams.ts';
import { defaults } from '../params.ts';
import { bootDelayExperiment } from '../pinning/bootDelay.ts';
import { BOOT_VARIANTS, boot } from '../privateMemory/bootModel.ts';
import { latencyExperiment } from '../userfault/latency.ts';
import { firstTable, secondTable } from '../userfault/pagingFit.ts';

/** A published table beside the model. */
export interface CalibratedTable {
  readonly title: string;
  /** Constants that were fitted on points of this table. */
  readonly free: Readonly<Record<string, Cost>>;
  points(): readonly Evidence[];
}

/** The constants that were fitted, of a table of costs. */
function fittedOf(costs: Readonly<Record<string, Cost>>): Readonly<Record<string, Cost>> {
  return Object.fromEntries(Object.entries(costs).filter(([, cost]) => cost.origin.kind === 'fitted'));
}

function bootPoints(): Evidence[] {
  const options = {
    transactions: SHARED_DISCARDS,
    pages: 1,
    workingSet: 32,
    sharedDiscardFactor: 1,
    simulate: 32,
  };
  const published = [
    { figure: BOOT_SNP, variant: BOOT_VARIANTS.snp, fitted: true },
    { figure: BOOT_UPM, variant: BOOT_VARIANTS.upm, fitted: true },
    { figure: BOOT_UPM_KEEP_SHARED, variant: BOOT_VARIANTS.upmKeepShared, fitted: false },
  ];
  return published.map(({ figure, variant, fitted }) => {
    const { convertingNs } = boot(variant, { ...options, costs: {} });
    return compare(figure, (COST_TABLE.restOfBoot.value + convertingNs) / 1e9, fitted);
  });
}

function latencyPoints(): Evidence[] {
  const runs = [
    { pageSize: '4K', vcpus: 1 },
    { pageSize: '2M', vcpus: 1 },
    { pageSize: '4K', vcpus: 16 },
  ] as const;
  return runs.flatMap(run => {
    const values = { ...defaults(latencyExperiment.params), ...run };
    const points = latencyExperiment.evidence(latencyExperiment.run(values), values);
    // The others are bounds.
    return points.filter(point => point.unit === 'ms');
  });
}

/** Every point of an experiment at its defaults. */
function pointsOf(experiment: AnyExperiment): readonly Evidence[] {
  const values = defaults(experiment.params);
  return experiment.evidence(experiment.run(values), values);
}

/** Every table, in the order of the debates. */
export const CALIBRATED_TABLES: readonly CalibratedTable[] = [
  {
    title: 'Boot of an SNP guest of 1 GiB (Roth)',
    free: { restOfBoot: COST_TABLE.restOfBoot, flushAllCpus: COST_TABLE.flushAllCpus },
    points: bootPoints,
  },
  {
    title: 'Start of an SEV guest, 4 to 192 GiB (Dadhania)',
    free: {
      sevRestOfBoot: COST_TABLE.sevRestOfBoot,
      sevPageIn: COST_TABLE.sevPageIn,
      sevStage2Fault: COST_TABLE.sevStage2Fault,
    },
    points: () => pointsOf(bootDelayExperiment).slice(0, DADHANIA_STARTS.length),
  },
  {
    title: 'Start of an SEV guest, by stopwatch (van Tassell)',
    free: { sevSlowness: COST_TABLE.sevSlowness, sevOtherRest: COST_TABLE.sevOtherRest },
    points: () => pointsOf(bootDelayExperiment).slice(DADHANIA_STARTS.length),
  },
  {
    title: 'A frame copied to video memory (Zhao)',
    free: { uncachedStore: COST_TABLE.uncachedStore, combinedLine: COST_TABLE.combinedLine },
    points: () => pointsOf(streamsExperiment),
  },
  { title: 'Demand paging on 256 CPUs (Moorthy)', free: fittedOf(PAGING_COSTS), points: firstTable },
  { title: 'Demand paging on 96 CPUs (Houghton)', free: fittedOf(SECOND_MACHINE), points: secondTable },
  { title: 'Requested pages in QEMU (Xu)', free: fittedOf(POST_COPY_COSTS), points: latencyPoints },
];
