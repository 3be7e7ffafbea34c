import { HOUGHTON_TABLE, MOORTHY_TABLE } from '../../evidence/paging.ts';
import { compare, type Evidence } from '../../evidence/published.ts';
import type { Trap } from '../../workloads/demandPaging/paging.ts';
import { experiment } from '../experiment.ts';
import { choice, int } from '../params.ts';
import { isFitted } from './pagingFit.ts';
import { runPaging } from './pagingMachine.ts';

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
];

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
      help: 'Over how many the VM’s memory is divided; never more than it has vCPUs. Both tables have one.',
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
  },
  run({ vcpus: most, machine, memory, pageSize, uffds: mostUffds, readers: asked }, progress) {
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
        const result = runPaging(setup, { trap: design.trap, vcpus, uffds: uffdsHere, readers });
        return {
          design: design.name,
          vcpus,
          rate: round(1e6 / result.nsPerPage),
          perVcpu: round(1e9 / result.nsPerPage / vcpus),
          gibPerSecond: round((pageBytes / result.nsPerPage) * (1e9 / 2 ** 30)),
          meanMicros: round(result.meanNs / 1000),
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
          'One line a design against the number of vCPUs, with published rates as points where there are any.',
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
        summary: 'One line a design: the mean time from a touch until the vCPU goes on.',
        mark: 'line',
        x: { key: 'vcpus', label: 'vCPUs', scale: 'log' },
        y: { key: 'meanMicros', label: 'Wait', unit: 'µs', scale: 'log' },
        series: 'design',
        rows,
      },
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

/** Published runs that the chosen parameters repeat, each with the design it is of. */
function publishedFor(values: {
  readonly machine: string;
  readonly memory: string;
  readonly pageSize: string;
  readonly uffds: number;
  readonly readers: number;
}) {
  if (values.pageSize !== '4K' || values.uffds !== 1 || values.readers !== 0) return [];
  return (values.machine === 'moorthy' ? MOORTHY_TABLE : HOUGHTON_TABLE)
    .filter(run => run.memory === values.memory)
    .map(run => {
      const one = run.trap === 'userfaultfd' && run.readers === 1 && run.vcpus > 1;
      const design = DESIGNS.find(d => d.trap === run.trap && (d.readers === 1) === one)!;
      return { design: design.name, run };
    });
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
