import { HOUGHTON_TABLE, MOORTHY_TABLE } from '../../evidence/paging.ts';
import { compare, type Evidence } from '../../evidence/published.ts';
import type { Trap, Wire } from '../../workloads/demandPaging/paging.ts';
import { experiment } from '../experiment.ts';
import { choice, int, number } from '../params.ts';
import type { Row, View } from '../view.ts';
import { isFitted } from './pagingFit.ts';
import { ATTRIBUTE_NS, runPaging } from './pagingMachine.ts';

const PAGE_BYTES = { '4K': 2 ** 12, '2M': 2 ** 21, '1G': 2 ** 30 } as const;

/** Most threads that one run has as readers. */
const MAX_READERS = 1024;

interface Design {
  readonly name: string;
  readonly trap: Trap;
  /** Readers of each userfaultfd where the design fixes them. */
  readonly readers?: 1;
  /** KVM userfault maps 4 KiB at a time while it is on, whatever the pages of the host. */
  readonly mapsSmall?: true;
}

const DESIGNS: readonly Design[] = [
  { name: 'no trap', trap: 'none' },
  { name: 'userfaultfd, one reader', trap: 'userfaultfd', readers: 1 },
  { name: 'userfaultfd', trap: 'userfaultfd' },
  { name: 'exit on missing, filled through userfaultfd', trap: 'exit and fill' },
  { name: 'KVM userfault', trap: 'exit', mapsSmall: true },
  { name: 'exit, attribute set by ioctl', trap: 'exit and attribute', mapsSmall: true },
];

/** Gbit/s from which on the wire itself takes no time. */
const ENDLESS = 1_000_000;

/** The wire that pages come by; none where it would take no time. */
function wireOf(latencyMicros: number, gigabits: number, pageBytes: number): Wire | undefined {
  if (latencyMicros === 0 && gigabits >= ENDLESS) return undefined;
  const bytesPerNs = gigabits >= ENDLESS ? Infinity : gigabits / 8;
  return { latencyNs: Math.round(latencyMicros * 1000), bytesPerNs, pageBytes };
}

/** 1, 2, 4 and so on below `most`, then `most`. */
function sweep(most: number): number[] {
  const out: number[] = [];
  for (let n = 1; n < most; n *= 2) out.push(n);
  return [...out, most];
}

/** `userfault/paging-rate`: how many missing pages a second a VM gets, by who is told of them. */
export const pagingRateExperiment = experiment({
  id: 'userfault/paging-rate',
  question: 'How many missing pages a second can a VM get, and what stops it from getting more?',
  params: {
    vcpus: int({
      label: 'vCPUs',
      help: 'The largest VM of the sweep. Every vCPU faults as fast as it can.',
      min: 1,
      max: 512,
      default: 64,
      unit: 'vCPUs',
      scale: 'log',
    }),
    machine: choice({
      label: 'Machine',
      help: 'Constants of the machine that the rates were published for.',
      options: { moorthy: '256 CPUs (Moorthy, 2023)', houghton: '96 CPUs (Houghton, 2024)' },
      default: 'moorthy',
    }),
    memory: choice({
      label: 'Memory',
      help: 'On shmem the page is in the page cache already and is only mapped; anonymous pages are allocated and copied.',
      options: { shmem: 'shmem, MINOR faults', anonymous: 'anonymous, MISSING faults' },
      default: 'shmem',
    }),
    pageSize: choice({
      label: 'Page size',
      help: 'What one fault brings. KVM userfault maps 4 KiB at a time whatever is chosen.',
      options: { '4K': '4 KiB', '2M': '2 MiB', '1G': '1 GiB' },
      default: '4K',
    }),
    uffds: int({
      label: 'userfaultfds',
      help: 'Over how many the VM’s memory is divided; never more than it has vCPUs. Both tables have one, and Houghton’s one a vCPU as well.',
      min: 1,
      max: 512,
      default: 1,
      unit: 'userfaultfds',
      scale: 'log',
    }),
    readers: int({
      label: 'Readers of each userfaultfd',
      help: '0 gives each userfaultfd as many readers as it has vCPUs, which is what the tables did.',
      min: 0,
      max: 512,
      default: 0,
      unit: 'threads',
    }),
    latency: number({
      label: 'Network, there and back',
      help: '0, and endless bandwidth: pages are at hand, as in both tables. Houghton, 2024: about 30 µs. Without a trap nothing is fetched.',
      min: 0,
      max: 100_000,
      default: 0,
      unit: 'µs',
    }),
    bandwidth: number({
      label: 'Bandwidth',
      help: 'A million is endless.',
      min: 0.001,
      max: ENDLESS,
      default: ENDLESS,
      unit: 'Gbit/s',
      scale: 'log',
    }),
    attributeNanos: number({
      label: 'Clearing an attribute by ioctl',
      help: 'KVM_SET_MEMORY_ATTRIBUTES on one page, without its locks: what the design of July 2024 does for each page, and conversions. Nobody published it.',
      min: 0,
      max: 20_000,
      default: ATTRIBUTE_NS,
      unit: 'ns',
    }),
  },
  run(values, progress) {
    const { vcpus: most, machine, memory, pageSize, uffds: mostUffds, readers: asked } = values;
    const points = sweep(most);
    const uffds = Math.min(mostUffds, most);
    if (asked * uffds > MAX_READERS) {
      throw new RangeError(
        `${asked} readers for each of ${uffds} userfaultfds are ${asked * uffds} threads; take at most ${MAX_READERS} together`,
      );
    }
    return points.flatMap((vcpus, i) => {
      progress?.(i / points.length);
      return DESIGNS.map(design => {
        const uffdsHere = Math.min(uffds, vcpus);
        const readers = design.readers ?? (asked > 0 ? asked : Math.ceil(vcpus / uffdsHere));
        const pageBytes = design.mapsSmall ? PAGE_BYTES['4K'] : PAGE_BYTES[pageSize];
        const setup = { machine, memory, pageBytes };
        const wire = wireOf(values.latency, values.bandwidth, pageBytes);
        const shape = { trap: design.trap, vcpus, uffds: uffdsHere, readers, wire };
        const result = runPaging(setup, shape, { attribute: values.attributeNanos });
        return {
          design: design.name,
          vcpus,
          rate: round(1e6 / result.nsPerPage),
          perVcpu: round(1e9 / result.nsPerPage / vcpus),
          gibPerSecond: round((pageBytes / result.nsPerPage) * (1e9 / 2 ** 30)),
          meanMicros: round(result.meanNs / 1000),
          wireMicros: round(Math.min(result.wireNs, result.meanNs) / 1000),
          lines: round(result.linesPerPage),
          readers: design.trap === 'userfaultfd' ? readers * uffdsHere : 0,
        };
      });
    });
  },
  views(rows, values) {
    const { machine, memory, pageSize } = values;
    const published = publishedFor(values).map(({ design, run }) => ({
      x: run.vcpus,
      y: machine === 'moorthy' ? run.value : (run.value * run.vcpus) / 1000,
      label: 'measured',
      series: design,
    }));
    return [
      {
        kind: 'plot',
        title: `Pages a second for the whole VM, ${memory}, ${pageSize}`,
        summary:
          'Points are published rates. A line that rises no more has met what all vCPUs share: a reader, a lock or a cache line.',
        mark: 'line',
        x: { key: 'vcpus', label: 'vCPUs', scale: 'log' },
        y: { key: 'rate', label: 'Rate', unit: '1000 pages/s', scale: 'log' },
        series: 'design',
        rows,
        published,
      },
      {
        kind: 'plot',
        title: 'How long a vCPU waits for a page',
        summary:
          'From the touch until the vCPU goes on, on average: where the rate rises no more, the wait grows with the vCPUs.',
        mark: 'line',
        x: { key: 'vcpus', label: 'vCPUs', scale: 'log' },
        y: { key: 'meanMicros', label: 'Wait', unit: 'µs', scale: 'log' },
        series: 'design',
        rows,
      },
      ...(values.latency > 0 || values.bandwidth < ENDLESS ? [limitView(rows)] : []),
      {
        kind: 'table',
        title: 'Rates',
        columns: [
          { key: 'vcpus', label: 'vCPUs' },
          { key: 'design', label: 'Design' },
          { key: 'rate', label: 'Whole VM', unit: '1000 pages/s', digits: 1 },
          { key: 'perVcpu', label: 'A vCPU', unit: 'pages/s', digits: 0 },
          { key: 'gibPerSecond', label: 'Memory', unit: 'GiB/s', digits: 2 },
          { key: 'meanMicros', label: 'Wait', unit: 'µs', digits: 1 },
          { key: 'wireMicros', label: 'of it on the network', unit: 'µs', digits: 1 },
          { key: 'lines', label: 'Cache lines brought a page', digits: 1 },
          { key: 'readers', label: 'Readers' },
        ],
        rows,
      },
    ];
  },
  evidence(rows, values): Evidence[] {
    return publishedFor(values).flatMap(({ design, run }) => {
      const row = rows.find(r => r.design === design && r.vcpus === run.vcpus);
      if (row === undefined) return [];
      return [compare(run, values.machine === 'moorthy' ? row.rate : row.perVcpu, isFitted(run))];
    });
  },
});

/**
 * The first number of vCPUs at which a fault's wait is more for what traps it than for the network, or undefined.
 *
 * @param rows of this experiment, with a network.
 */
export function limitedFrom(rows: readonly Row[], design: string): number | undefined {
  return rows.find(
    row => row.design === design && (row.wireMicros as number) < (row.meanMicros as number) / 2,
  )?.vcpus as number | undefined;
}

function limitView(rows: readonly Row[]): View {
  const designs = DESIGNS.filter(design => design.trap !== 'none');
  return {
    kind: 'table',
    title: 'From how many vCPUs on a fault waits longer for the trap than for the network',
    columns: [
      { key: 'design', label: 'Design' },
      { key: 'from', label: 'vCPUs' },
    ],
    rows: designs.map(({ name }) => ({ design: name, from: limitedFrom(rows, name) ?? 'never' })),
  };
}

/** Published runs that the chosen parameters repeat, each with the design it is of. */
function publishedFor(values: {
  readonly machine: string;
  readonly memory: string;
  readonly pageSize: string;
  readonly uffds: number;
  readonly readers: number;
  readonly latency: number;
  readonly bandwidth: number;
}) {
  if (values.pageSize !== '4K' || values.readers !== 0) return [];
  if (values.latency > 0 || values.bandwidth < ENDLESS) return [];
  return (values.machine === 'moorthy' ? MOORTHY_TABLE : HOUGHTON_TABLE)
    .filter(run => run.memory === values.memory && run.uffds > 1 === values.uffds > 1)
    .filter(run => run.uffds === Math.min(values.uffds, run.vcpus))
    .map(run => {
      const one = run.trap === 'userfaultfd' && run.uffds === 1 && run.readers === 1 && run.vcpus > 1;
      const design = DESIGNS.find(d => d.trap === run.trap && (d.readers === 1) === one)!;
      return { design: design.name, run };
    });
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
