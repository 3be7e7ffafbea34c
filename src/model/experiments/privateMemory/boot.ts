import { COST_TABLE } from '../../costs/table.ts';
import { reclaimDesigns } from '../../designs/reclaim/index.ts';
import { BOOT_SNP, BOOT_UPM, BOOT_UPM_KEEP_SHARED, SHARED_DISCARDS } from '../../evidence/boot.ts';
import { compare } from '../../evidence/published.ts';
import { across } from '../across.ts';
import { experiment } from '../experiment.ts';
import { choice, int, number } from '../params.ts';
import { BOOT_VARIANTS, type BootVariant, boot } from './bootModel.ts';

const SECOND = 1e9;

/** Published figures by the boot they belong to, and whether a constant was fitted on them. */
const PUBLISHED = [
  { published: BOOT_SNP, variant: BOOT_VARIANTS.snp, fitted: true },
  { published: BOOT_UPM, variant: BOOT_VARIANTS.upm, fitted: true },
  { published: BOOT_UPM_KEEP_SHARED, variant: BOOT_VARIANTS.upmKeepShared, fitted: false },
];

/** Value of the parameter that leaves each boot the flushing of its time. */
const OF_ITS_TIME = 'of-its-time';

/** `private-memory/boot`: where the slow boots went, and what the designs that came later would have cost. */
export const bootExperiment = experiment({
  id: 'private-memory/boot',
  question: 'Why did a 1 GiB SNP guest take three times as long to boot from fd-based private memory?',
  params: {
    transactions: int({
      label: 'DMA transactions',
      help: 'Each makes the buffer shared and private again. Default: the discards that a later trace of a boot counts.',
      min: 0,
      max: 500_000,
      default: SHARED_DISCARDS,
      unit: 'transactions',
    }),
    pages: int({
      label: 'Pages flipped',
      help: 'The firmware flips one or two pages for a transaction.',
      min: 1,
      max: 16,
      default: 1,
      unit: 'pages',
    }),
    flushMicros: number({
      label: 'Flush of all caches',
      help: 'What a caller waits for WBINVD on every CPU. Fitted on the 103 s boot; nobody has published it.',
      min: 0,
      max: 5000,
      default: COST_TABLE.flushAllCpus.value / 1000,
      unit: 'µs',
    }),
    invalidation: choice({
      label: 'Cache flushes',
      help: 'That flushes are what made the boots slow is a hypothesis: the measurements do not say where the time went.',
      options: {
        [OF_ITS_TIME]: 'as at the time of each boot',
        ...Object.fromEntries(reclaimDesigns.map(design => [design.name, design.title])),
      },
      default: OF_ITS_TIME,
    }),
    restSeconds: number({
      label: 'Rest of the boot',
      help: 'Everything that is not converting memory. Fitted on the 32 s boot.',
      min: 0,
      max: 100,
      default: COST_TABLE.restOfBoot.value / SECOND,
      unit: 's',
    }),
    sharedDiscardFactor: number({
      label: 'Cost of discarding shared pages',
      help: 'Makes every discard of shared memory take so many times as long.',
      min: 1,
      max: 10,
      default: 1,
      unit: 'times',
    }),
    workingSet: int({
      label: 'Working set',
      help: 'Pages that the firmware touches between transactions; they matter where a conversion zaps everything.',
      min: 0,
      max: 4096,
      default: 32,
      unit: 'pages',
    }),
  },
  run(values, progress) {
    const variants: BootVariant[] = Object.values(BOOT_VARIANTS);
    const reclaim = reclaimDesigns.find(design => design.name === values.invalidation);
    return variants.map((ofItsTime, i) => {
      progress?.(i / variants.length);
      const variant =
        reclaim === undefined ? ofItsTime : { ...ofItsTime, designs: { ...ofItsTime.designs, reclaim } };
      const flushNs = Math.round(values.flushMicros * 1000);
      const result = boot(variant, { ...values, costs: { flushAllCpus: flushNs } });
      const flushSeconds = (result.flushes * flushNs) / SECOND;
      const convertingSeconds = result.convertingNs / SECOND;
      return {
        boot: variant.name,
        seconds: round(values.restSeconds + convertingSeconds),
        flushShare: convertingSeconds === 0 ? 0 : Math.round((flushSeconds / convertingSeconds) * 1000) / 10,
        rest: values.restSeconds,
        flushing: round(flushSeconds),
        converting: round(convertingSeconds - flushSeconds),
        flushes: result.flushes,
        faults: result.faults,
        wrongReads: result.wrongReads,
      };
    });
  },
  views(rows, { invalidation }) {
    const parts = rows.flatMap(row => [
      { boot: row.boot, part: 'rest of the boot', seconds: row.rest },
      { boot: row.boot, part: 'faults, exits, system calls', seconds: row.converting },
      { boot: row.boot, part: 'flushing caches', seconds: row.flushing },
    ]);
    return [
      {
        kind: 'plot',
        title: 'Boot time by design',
        summary:
          'Every bar begins with the same rest of the boot; the ways differ in flushes of the caches and in calls.',
        mark: 'stack',
        ...across('boot'),
        y: { key: 'seconds', label: 'Boot time', unit: 's', digits: 0 },
        series: 'part',
        rows: parts,
        published:
          invalidation === OF_ITS_TIME
            ? PUBLISHED.map(p => ({ x: p.variant.name, y: p.published.value, label: 'measured' }))
            : [],
      },
      {
        kind: 'table',
        folded: true,
        title: 'All figures of each boot',
        columns: [
          { key: 'boot', label: 'Boot' },
          { key: 'seconds', label: 'Time', unit: 's', digits: 1 },
          { key: 'rest', label: 'Rest of the boot', unit: 's', digits: 1 },
          { key: 'flushing', label: 'Flushing caches', unit: 's', digits: 1 },
          { key: 'converting', label: 'Faults, exits, system calls', unit: 's', digits: 1 },
          { key: 'flushShare', label: 'Flushing, of what converting takes', unit: '%', digits: 0 },
          { key: 'flushes', label: 'Flushes' },
          { key: 'faults', label: 'Faults' },
          { key: 'wrongReads', label: 'Wrong reads' },
        ],
        rows,
      },
    ];
  },
  /** The measured kernels flushed as their time did; with another design there is nothing to compare. */
  evidence(rows, { invalidation }) {
    if (invalidation !== OF_ITS_TIME) return [];
    return PUBLISHED.map(({ published, variant, fitted }) => {
      const row = rows.find(r => r.boot === variant.name)!;
      return compare(published, row.seconds, fitted);
    });
  },
});

/** Milliseconds are as fine as a boot time is worth reading. */
function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
