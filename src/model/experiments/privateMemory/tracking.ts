import { AttributeStore, type Polarity, type Tracking } from '../../kvm/attributes/store.ts';
import { experiment } from '../experiment.ts';
import { int } from '../params.ts';

const PAGES_PER_GIB = 2 ** 18;
const PAGES_PER_MIB = 2 ** 8;

/** Sizes and fragment counts along the two sweeps, as powers of two. */
const GUEST_GIB = Array.from({ length: 13 }, (_, i) => 2 ** i);
const FRAGMENTS = Array.from({ length: 9 }, (_, i) => 4 ** i);

interface Way {
  readonly name: string;
  readonly tracking: Tracking;
  readonly polarity: Polarity;
}

/** The ways to keep it; a bitmap is the same size in either polarity. */
const WAYS: readonly Way[] = [
  { name: 'XArray, an entry a private page (merged)', tracking: 'xarray', polarity: 'private' },
  { name: 'XArray, an entry a shared page', tracking: 'xarray', polarity: 'shared' },
  { name: 'multi-index XArray, private', tracking: 'multi-index', polarity: 'private' },
  { name: 'multi-index XArray, shared', tracking: 'multi-index', polarity: 'shared' },
  { name: 'bitmap', tracking: 'bitmap', polarity: 'private' },
  { name: 'ranges, private', tracking: 'ranges', polarity: 'private' },
  { name: 'ranges, shared', tracking: 'ranges', polarity: 'shared' },
];

/** Bytes and operations for a guest that has made all of its memory private but for some pieces. */
function measure(way: Way, guestGib: number, sharedMib: number, fragments: number) {
  const pages = guestGib * PAGES_PER_GIB;
  const sharedPages = Math.min(sharedMib * PAGES_PER_MIB, pages / 2);
  const pieces = Math.min(fragments, sharedPages);
  const store = new AttributeStore(way.tracking, way.polarity, pages);
  store.set(0, pages, false);
  store.operations = 0;
  store.set(0, pages, true);
  const launch = store.operations;
  store.operations = 0;
  for (let i = 0; i < pieces; i++) {
    const from = Math.floor((sharedPages * i) / pieces);
    const to = Math.floor((sharedPages * (i + 1)) / pieces);
    const start = Math.floor((pages * i) / pieces);
    store.set(start, start + to - from, false);
  }
  return {
    way: way.name,
    guestGib,
    fragments: pieces,
    bytes: store.bytes(),
    launch,
    sharing: store.operations,
  };
}

/** `private-memory/tracking`: what each way to remember private pages costs, and where each is the smallest. */
export const trackingExperiment = experiment({
  id: 'private-memory/tracking',
  question: 'What does it cost to remember which pages are private, and which way is the smallest?',
  params: {
    sharedMib: int({
      label: 'Shared memory',
      help: 'What the guest shares, mostly its bounce buffers; Linux takes 64 MiB or more under SEV.',
      min: 1,
      max: 1024,
      default: 64,
      unit: 'MiB',
    }),
    fragments: int({
      label: 'Pieces',
      help: 'In how many pieces, spread evenly over the guest, its shared memory lies. For the sweep over sizes.',
      min: 1,
      max: 65_536,
      default: 1,
      unit: 'pieces',
      scale: 'log',
    }),
    guestGib: int({
      label: 'Guest size',
      help: 'For the sweep over pieces.',
      min: 1,
      max: 4096,
      default: 16,
      unit: 'GiB',
      scale: 'log',
    }),
  },
  run({ sharedMib, fragments, guestGib }) {
    const bySize = GUEST_GIB.flatMap(gib =>
      WAYS.map(way => ({ sweep: 'size', ...measure(way, gib, sharedMib, fragments) })),
    );
    const byPieces = FRAGMENTS.filter(n => n <= sharedMib * PAGES_PER_MIB).flatMap(n =>
      WAYS.map(way => ({ sweep: 'pieces', ...measure(way, guestGib, sharedMib, n) })),
    );
    return [...bySize, ...byPieces].map(row => ({ ...row, bytesPerGib: row.bytes / row.guestGib }));
  },
  views(rows, { guestGib, fragments }) {
    const bySize = rows.filter(row => row.sweep === 'size');
    const byPieces = rows.filter(row => row.sweep === 'pieces');
    const smallest = [...new Set(byPieces.map(row => row.fragments))].map(n => {
      const best = byPieces.filter(row => row.fragments === n).reduce((a, b) => (b.bytes < a.bytes ? b : a));
      const merged = byPieces.find(row => row.fragments === n && row.way === WAYS[0].name)!;
      return { fragments: n, smallest: best.way, bytes: best.bytes, merged: merged.bytes };
    });
    return [
      {
        kind: 'plot',
        title: `Bytes against guest size, shared memory in ${fragments} ${fragments === 1 ? 'piece' : 'pieces'}`,
        summary: 'The merged XArray grows with the guest; what tracks shared pages or ranges does not.',
        mark: 'line',
        x: { key: 'guestGib', label: 'Guest', unit: 'GiB', scale: 'log' },
        y: { key: 'bytes', label: 'Memory for tracking', unit: 'bytes', scale: 'log' },
        series: 'way',
        rows: bySize,
      },
      {
        kind: 'plot',
        title: `Bytes against pieces, guest of ${guestGib} GiB`,
        summary:
          'Ranges and multi-index entries grow with the number of pieces; a bitmap and the merged form do not.',
        mark: 'line',
        x: { key: 'fragments', label: 'Pieces of shared memory', scale: 'log' },
        y: { key: 'bytes', label: 'Memory for tracking', unit: 'bytes', scale: 'log' },
        series: 'way',
        rows: byPieces,
      },
      {
        kind: 'table',
        title: `The smallest way, guest of ${guestGib} GiB`,
        columns: [
          { key: 'fragments', label: 'Pieces' },
          { key: 'smallest', label: 'Smallest way' },
          { key: 'bytes', label: 'Its size', unit: 'bytes' },
          { key: 'merged', label: 'Merged form', unit: 'bytes' },
        ],
        rows: smallest,
      },
      {
        kind: 'table',
        folded: true,
        title: 'All ways by size, with the entries written',
        columns: [
          { key: 'guestGib', label: 'Guest', unit: 'GiB' },
          { key: 'way', label: 'Way' },
          { key: 'bytes', label: 'Memory', unit: 'bytes' },
          { key: 'launch', label: 'Entries written to make all private' },
          { key: 'sharing', label: 'Entries written to share' },
        ],
        rows: bySize,
      },
    ];
  },
  // No mail and no paper gives a figure for any of these.
  evidence: () => [],
});
