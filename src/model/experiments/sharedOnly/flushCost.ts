import { rulesOf, type VmType } from '../../arch/profile.ts';
import { COST_TABLE } from '../../costs/table.ts';
import { flushEveryEvent, flushKeepingLines, flushRanCpus } from '../../designs/reclaim/flushEveryEvent.ts';
import { flushAllOnGmemFree, flushRanCpusKeepingLines } from '../../designs/reclaim/flushOnGmemFree.ts';
import { reclaimDesigns } from '../../designs/reclaim/index.ts';
import { BOOT_UPM, RECLAIM_CALLS } from '../../evidence/boot.ts';
import type { ReclaimDesign } from '../../kvm/reclaim.ts';
import { across } from '../across.ts';
import { experiment } from '../experiment.ts';
import { choice, int, number, type Values } from '../params.ts';
import { type Cause, flushCost } from './flushModel.ts';

/** What figures call each design, by its name: a phone has no room for more. */
const LABELS: Readonly<Record<string, string>> = {
  'flush-every-event': 'every event (5.18)',
  'skip-private-slots': 'slots passed over (August 2023)',
  'flush-all-on-gmem-free': 'gmem frees, all caches (September 2023)',
  'flush-where-zapped': 'gmem frees, if mapped (ruled out)',
  'rmp-lookup': 'RMP asked (considered)',
  'flush-on-gmem-free': 'gmem frees, by page (6.11)',
  'some-events': 'some types (November 2023)',
  'ran-cpus': 'CPUs that ran it (March 2024)',
  wbnoinvd: 'WBNOINVD (January 2025)',
  'ran-cpus-wbnoinvd': 'by type of VM (6.17)',
};

/** Designs that the plot over core counts compares. */
const COMPARED: ReadonlySet<string> = new Set(
  [flushEveryEvent, flushAllOnGmemFree, flushRanCpus, flushKeepingLines, flushRanCpusKeepingLines].map(
    design => design.title,
  ),
);

/** Core counts of the sweep. */
const CPUS = [8, 16, 32, 64, 128, 256, 512];

const params = {
  guest: choice({
    label: 'Guest',
    help: 'An SEV guest has no private memory in a file, so nothing is discarded on conversion.',
    options: { snp: 'SNP, private memory in guest_memfd', sev: 'SEV, memory by host address', tdx: 'TDX' },
    default: 'snp',
  }),
  cpus: int({
    label: 'CPUs of the host',
    help: 'Shen, March 2024: hosts of 128 and more.',
    min: 1,
    max: 512,
    default: 128,
    unit: 'CPUs',
    scale: 'log',
  }),
  numa: int({
    label: 'Steps of NUMA balancing',
    help: 'The first mail on the matter names it; the trace has four.',
    min: 0,
    max: 1_000_000,
    default: RECLAIM_CALLS.numa.value,
    unit: 'events',
  }),
  moves: int({
    label: 'Moves of each vCPU',
    help: 'Times the scheduler puts a vCPU on another CPU meanwhile; 0 where vCPUs are pinned to theirs.',
    min: 0,
    max: 1000,
    default: 0,
    unit: 'moves',
  }),
  flushMicros: number({
    label: 'Flush of one CPU’s cache',
    help: 'Fitted on a boot of 103 s that was published, on the hypothesis that flushes made it slow; no mail gives a time.',
    min: 0,
    max: 5000,
    default: COST_TABLE.flushAllCpus.value / 1000,
    unit: 'µs',
  }),
  seconds: number({
    label: 'Within',
    help: 'How long the events take altogether. Default: the slow boot. The closer the flushes, the fewer lines are fetched between them.',
    min: 1,
    max: 100_000,
    default: BOOT_UPM.value,
    unit: 's',
    scale: 'log',
  }),
  vcpus: int({
    label: 'vCPUs',
    help: 'Shen’s guest has 8.',
    min: 1,
    max: 512,
    default: 8,
    unit: 'vCPUs',
    scale: 'log',
  }),
  madvise: int({
    label: 'Discards by madvise',
    help: 'Shared pages given back after a conversion to private. Default: the trace.',
    min: 0,
    max: 1_000_000,
    default: RECLAIM_CALLS.madvise.value,
    unit: 'events',
  }),
  fallocate: int({
    label: 'Discards by fallocate',
    help: 'The same for memory that is a file. Default: the trace.',
    min: 0,
    max: 1_000_000,
    default: RECLAIM_CALLS.fallocate.value,
    unit: 'events',
  }),
  gmemFrees: int({
    label: 'Discards of private pages',
    help: 'The trace does not count them; as many as of shared ones unless moved.',
    min: 0,
    max: 1_000_000,
    default: RECLAIM_CALLS.madvise.value + RECLAIM_CALLS.fallocate.value,
    unit: 'events',
  }),
  memslots: int({
    label: 'Memslot changes',
    min: 0,
    max: 100_000,
    default: RECLAIM_CALLS.memslot.value,
    unit: 'events',
  }),
  ksm: int({ label: 'Pages merged by KSM', min: 0, max: 1_000_000, default: 0, unit: 'events' }),
  compaction: int({
    label: 'Pages moved by compaction',
    min: 0,
    max: 1_000_000,
    default: 0,
    unit: 'events',
  }),
  balloon: int({
    label: 'Pages ballooned',
    help: 'Shared pages that the guest gives back for good.',
    min: 0,
    max: 1_000_000,
    default: 0,
    unit: 'events',
  }),
  rate: number({
    label: 'Events, times',
    help: 'Multiplies all numbers of events.',
    min: 0,
    max: 100,
    default: 1,
    unit: 'times',
  }),
  refillMicros: number({
    label: 'Fetching the lines again',
    help: 'For each CPU after WBINVD, as far as there is time before the next one; nobody has published it.',
    min: 0,
    max: 5000,
    default: COST_TABLE.refillCache.value / 1000,
    unit: 'µs',
  }),
};

type Load = readonly { readonly what: string; readonly cause: Cause; readonly events: number }[];

/** The causes of the load, with how often each comes. An SEV guest's memory is never converted. */
function loadOf(values: Values<typeof params>): Load {
  const converts = rulesOf(values.guest as VmType).privateMemory;
  const times = (events: number) => Math.round(events * values.rate);
  const discards = converts
    ? [
        { what: 'discard by madvise', cause: 'toPrivate' as const, events: times(values.madvise) },
        { what: 'discard by fallocate', cause: 'toPrivate' as const, events: times(values.fallocate) },
        { what: 'discard of private pages', cause: 'toShared' as const, events: times(values.gmemFrees) },
      ]
    : [];
  return [
    ...discards,
    { what: 'memslot change', cause: 'memslot', events: times(values.memslots) },
    { what: 'NUMA balancing', cause: 'numa', events: times(values.numa) },
    { what: 'KSM', cause: 'ksm', events: times(values.ksm) },
    { what: 'compaction', cause: 'compaction', events: times(values.compaction) },
    { what: 'balloon', cause: 'discard', events: times(values.balloon) },
  ];
}

/** `shared-only/flush-cost`: flushes, and the CPU time they take, by design and by what brings them about. */
export const flushCostExperiment = experiment({
  id: 'shared-only/flush-cost',
  question: 'What brings the cache flushes about, and how much CPU time does each design spend on them?',
  params,
  run(values, progress) {
    const load = loadOf(values);
    const costs = {
      flushAllCpus: Math.round(values.flushMicros * 1000),
      refillCache: Math.round(values.refillMicros * 1000),
    };
    const counts = [...new Set([...CPUS, values.cpus])].sort((a, b) => a - b);
    const sceneOf = (design: ReclaimDesign, cpus: number, gapNs: number) => ({
      ...values,
      vmType: values.guest as VmType,
      design,
      cpus,
      gapNs,
      costs,
    });
    /** What is left between two flushes where a design's are spread evenly. */
    const gaps = reclaimDesigns.map(design => {
      const flushes = load.reduce(
        (sum, { cause, events }) => sum + flushCost(sceneOf(design, values.cpus, 0), cause, events).flushes,
        0,
      );
      return Math.max(0, Math.round((values.seconds * 1e9) / Math.max(flushes, 1) - costs.flushAllCpus));
    });
    return counts.flatMap((cpus, i) => {
      progress?.(i / counts.length);
      return reclaimDesigns.flatMap((design, at) =>
        load.map(({ what, cause, events }) => {
          const cost = flushCost(sceneOf(design, cpus, gaps[at]), cause, events);
          return {
            label: LABELS[design.name],
            design: design.title,
            cpus,
            cause: what,
            events,
            flushes: cost.flushes,
            interrupted: cost.interrupted,
            cpuSeconds: Math.round(cost.lostNs / 1e6) / 1e3,
            hostPercent: Math.round(cost.lostNs / (cpus * values.seconds * 1e5)) / 100,
            waitSeconds: Math.round((cost.flushes * costs.flushAllCpus) / 1e6) / 1e3,
            faults: cost.faults,
            unflushed: cost.unflushed,
            stale: cost.stale,
          };
        }),
      );
    });
  },
  views(rows, { cpus }) {
    const here = rows.filter(row => row.cpus === cpus);
    const total = (list: typeof rows, key: keyof (typeof rows)[number]) =>
      Math.round(list.reduce((sum, row) => sum + (row[key] as number), 0) * 1e3) / 1e3;
    const designs = [...new Set(rows.map(row => row.design))];
    const sums = designs.flatMap(design =>
      [...new Set(rows.map(row => row.cpus))].map(count => {
        const list = rows.filter(row => row.design === design && row.cpus === count);
        return { design, label: list[0].label, cpus: count, cpuSeconds: total(list, 'cpuSeconds') };
      }),
    );
    return [
      {
        kind: 'plot',
        title: `What flushes take of the time of ${cpus} CPUs`,
        summary:
          'By what brought the flushes about: discarding shared pages needs none, and some designs flush for it.',
        mark: 'stack',
        ...across('label'),
        y: { key: 'hostPercent', label: 'CPU time of the host', unit: '%', digits: 1 },
        series: 'cause',
        rows: here.filter(row => row.events > 0),
      },
      {
        kind: 'plot',
        title: 'CPU time lost against the size of the host',
        summary:
          'Where every CPU is flushed the loss grows with the host; elsewhere it does not. Designs that differ little are left out.',
        mark: 'line',
        x: { key: 'cpus', label: 'CPUs of the host', scale: 'log' },
        y: { key: 'cpuSeconds', label: 'CPU time lost', unit: 's' },
        series: 'label',
        rows: sums.filter(row => COMPARED.has(row.design)),
      },
      {
        kind: 'table',
        folded: true,
        title: `All events on a host of ${cpus} CPUs`,
        columns: [
          { key: 'label', label: 'In the figures' },
          { key: 'design', label: 'Design' },
          { key: 'flushes', label: 'Flushes' },
          { key: 'waitSeconds', label: 'Callers waited', unit: 's', digits: 2 },
          { key: 'cpuSeconds', label: 'CPU time lost', unit: 's', digits: 2 },
          { key: 'hostPercent', label: 'Of the host', unit: '%', digits: 2 },
          { key: 'faults', label: 'Faults' },
          { key: 'unflushed', label: 'Private pages freed unflushed' },
          { key: 'stale', label: 'Stale mappings left' },
        ],
        rows: designs.map(design => {
          const list = here.filter(row => row.design === design);
          return {
            label: list[0].label,
            design,
            flushes: total(list, 'flushes'),
            waitSeconds: total(list, 'waitSeconds'),
            cpuSeconds: total(list, 'cpuSeconds'),
            hostPercent: total(list, 'hostPercent'),
            faults: total(list, 'faults'),
            unflushed: total(list, 'unflushed'),
            stale: total(list, 'stale'),
          };
        }),
      },
      {
        kind: 'table',
        folded: true,
        title: `By cause, ${flushEveryEvent.title.toLowerCase()}`,
        columns: [
          { key: 'cause', label: 'Cause' },
          { key: 'events', label: 'Events' },
          { key: 'flushes', label: 'Flushes' },
          { key: 'cpuSeconds', label: 'CPU time lost', unit: 's', digits: 2 },
        ],
        rows: here.filter(row => row.design === flushEveryEvent.title),
      },
    ];
  },
  // The one published trace is the load, so nothing in it is predicted; flush times were never published.
  evidence: () => [],
});
