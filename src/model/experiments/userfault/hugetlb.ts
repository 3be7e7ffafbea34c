import { POST_COPY_COSTS } from '../../costs/postCopy.ts';
import { Random } from '../../engine/random.ts';
import { postCopy } from '../../workloads/postCopy/postCopy.ts';
import { across } from '../across.ts';
import { experiment } from '../experiment.ts';
import { int } from '../params.ts';
import {
  bandwidthParam,
  bytesPerNs,
  installNs,
  latencyParam,
  machineCosts,
  PAGE_BYTES,
  quantile,
  round,
  waitsOf,
} from './postCopySetup.ts';

const PAGES_PER_GIB = 2 ** 18;
const PAGES_PER_TABLE = 512;
const TABLE_BYTES = 4096;

interface Way {
  readonly name: string;
  readonly trap: 'userfaultfd' | 'exit';
  readonly page: '4K' | '1G';
  /** The host maps its page in pieces of 4 KiB. */
  readonly splitsHost: boolean;
}

const WAYS: readonly Way[] = [
  { name: 'fetch whole pages', trap: 'userfaultfd', page: '1G', splitsHost: false },
  { name: 'split in the host (HGM)', trap: 'userfaultfd', page: '4K', splitsHost: true },
  { name: 'stage 2 alone at 4 KiB', trap: 'exit', page: '4K', splitsHost: false },
];

/** Faults simulated at most; a longer run goes on at their pace. */
const MOST_FAULTS = { '4K': 4000, '1G': 12 } as const;

/** `userfault/hugetlb`: post-copy of a guest that 1 GiB pages back. */
export const hugetlbExperiment = experiment({
  id: 'userfault/hugetlb',
  question: 'What does it take to fetch 4 KiB at a time into a guest that 1 GiB pages back?',
  params: {
    memory: int({ label: 'Guest', min: 1, max: 4096, default: 64, unit: 'GiB', scale: 'log' }),
    touched: int({
      label: 'Pages touched',
      help: '4 KiB pages that the guest touches, anywhere in its memory, before the rest has arrived.',
      min: 1,
      max: 1_000_000,
      default: 20_000,
      unit: 'pages',
      scale: 'log',
    }),
    vcpus: int({ label: 'vCPUs', min: 1, max: 512, default: 8, unit: 'vCPUs', scale: 'log' }),
    bandwidth: bandwidthParam,
    latency: latencyParam,
  },
  run({ memory, touched, vcpus, bandwidth, latency }, progress) {
    const wire = bytesPerNs(bandwidth);
    const pages = memory * PAGES_PER_GIB;
    const { small, large, huge } = touchedBlocks(pages, Math.min(touched, pages));
    return WAYS.map((way, i) => {
      progress?.(i / WAYS.length);
      const blockBytes = PAGE_BYTES[way.page];
      const fetches = way.page === '1G' ? huge : small;
      const simulated = Math.min(fetches, Math.max(vcpus, MOST_FAULTS[way.page]));
      const { durationNs, faults } = postCopy(
        {
          trap: way.trap,
          vcpus: Math.min(vcpus, fetches),
          blocks: Math.max(1, Math.min(65_536, (pages * 4096) / blockBytes)),
          workingSet: 65_536,
          blockBytes,
          bytesPerNs: wire,
          latencyNs: Math.round(latency * 500),
          stream: 'none',
          queuedBytes: 0,
          installNs: installNs(blockBytes),
          touchNs: 1000,
          faults: simulated,
        },
        machineCosts(blockBytes),
      );
      const waits = waitsOf(faults);
      // A leaf table for each 2 MiB in small pieces, and the table above it for each 1 GiB.
      const stage2Tables = way.page === '4K' ? large + huge : 0;
      const hostTables = way.splitsHost ? pages / PAGES_PER_TABLE + memory : 0;
      const collapsed = (way.splitsHost ? pages : 0) + (way.page === '4K' ? small : 0);
      return {
        way: way.name,
        fetches,
        gib: round((fetches * blockBytes) / 2 ** 30),
        seconds: round((durationNs * fetches) / simulated / 1e9),
        median: round(quantile(waits, 0.5) / 1000),
        hostKib: (hostTables * TABLE_BYTES) / 1024,
        stage2Kib: (stage2Tables * TABLE_BYTES) / 1024,
        bitmapKib: way.trap === 'exit' ? pages / 8 / 1024 : 0,
        collapsed,
        collapseMillis: round((collapsed * POST_COPY_COSTS.splitEntry.value) / 1e6),
      };
    });
  },
  views(rows, { memory }) {
    const tables = rows.flatMap(row => [
      { way: row.way, table: 'host page tables', kib: row.hostKib },
      { way: row.way, table: 'stage 2', kib: row.stage2Kib },
      { way: row.way, table: 'bitmap', kib: row.bitmapKib },
    ]);
    return [
      {
        kind: 'plot',
        title: 'Time until the guest has what it touched',
        summary:
          'Fetching whole pages sends all of a page for the first frame touched in it; the two others send that frame.',
        mark: 'bar',
        ...across('way'),
        y: { key: 'seconds', label: 'Time', unit: 's', digits: 1 },
        rows,
      },
      {
        kind: 'plot',
        title: `Memory for tables, guest of ${memory} GiB`,
        summary:
          'Splitting in the host takes page tables there beside those of stage 2; the bitmap takes one bit a frame instead.',
        mark: 'stack',
        ...across('way'),
        y: { key: 'kib', label: 'Tables', unit: 'KiB', digits: 0 },
        series: 'table',
        rows: tables,
      },
      {
        kind: 'table',
        title: 'Ways',
        columns: [
          { key: 'way', label: 'Way' },
          { key: 'fetches', label: 'Fetches' },
          { key: 'gib', label: 'Sent', unit: 'GiB', digits: 3 },
          { key: 'seconds', label: 'Time', unit: 's', digits: 2 },
          { key: 'median', label: 'A fault, median', unit: 'µs', digits: 0 },
          { key: 'hostKib', label: 'Host page tables', unit: 'KiB' },
          { key: 'stage2Kib', label: 'Stage 2', unit: 'KiB' },
          { key: 'bitmapKib', label: 'Bitmap', unit: 'KiB' },
          { key: 'collapsed', label: 'Entries to collapse at the end' },
          { key: 'collapseMillis', label: 'at the pace of splitting', unit: 'ms', digits: 1 },
        ],
        rows,
      },
    ];
  },
  // The cover letters say that 1 GiB pages are not usable, and give no figure.
  evidence: () => [],
});

/** How many different 4 KiB, 2 MiB and 1 GiB blocks a number of touches at random places hits. */
function touchedBlocks(pages: number, touches: number) {
  const random = new Random(1);
  const small = new Set<number>();
  while (small.size < touches && small.size < pages * 0.9) small.add(Math.floor(random.fraction() * pages));
  const large = new Set<number>();
  const huge = new Set<number>();
  for (const page of small) {
    large.add(Math.floor(page / PAGES_PER_TABLE));
    huge.add(Math.floor(page / PAGES_PER_GIB));
  }
  return { small: small.size, large: large.size, huge: huge.size };
}
