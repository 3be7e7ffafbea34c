import type { MapRange, MemoryMapView, PageKind, Row, TableView } from '../model/experiments/view.ts';
import { formatGfn, formatPages } from './format.ts';
import type { Lanes, Mark } from './lanes.ts';
import { kindLabels, patternFill } from './patterns.ts';

/** First and last gfn of some pages, as people write a range. */
function span(gfn: number, pages: number): string {
  return pages === 1 ? formatGfn(gfn) : `${formatGfn(gfn)} to ${formatGfn(gfn + pages - 1)}`;
}

/** Joins ranges that lie beside each other and agree in something. */
function joined(
  ranges: readonly MapRange[],
  key: (range: MapRange) => string,
): { text: string; gfn: number; pages: number }[] {
  const runs: { text: string; gfn: number; pages: number }[] = [];
  for (const range of ranges) {
    const last = runs[runs.length - 1];
    if (last && last.text === key(range) && last.gfn + last.pages === range.gfn) last.pages += range.pages;
    else runs.push({ text: key(range), gfn: range.gfn, pages: range.pages });
  }
  return runs;
}

function slotName({ slot }: MapRange): string {
  return slot === null ? 'no slot' : `slot ${slot}`;
}

function outlineMarks(ranges: readonly MapRange[], key: (range: MapRange) => string): Mark[] {
  return joined(ranges, key).map(({ text, gfn, pages }) => ({
    start: gfn,
    end: gfn + pages,
    label: text,
    text: `${text}: gfn ${span(gfn, pages)}, ${formatPages(pages)}`,
    className: 'fl-outline',
  }));
}

/** The kinds of page in a map, in the order in which they first appear. */
export function kindsOf({ ranges }: MemoryMapView): readonly PageKind[] {
  return [...new Set(ranges.map(({ kind }) => kind))];
}

/** Guest physical memory as three lanes: slots, pages, what backs them. */
export function memoryMapLanes(view: MemoryMapView, uid: string): Lanes {
  const ranges = [...view.ranges].sort((a, b) => a.gfn - b.gfn);
  const ends = ranges.map(({ gfn, pages }) => gfn + pages);
  const pages = ranges.map(range => ({
    start: range.gfn,
    end: range.gfn + range.pages,
    text: [
      `gfn ${span(range.gfn, range.pages)}`,
      formatPages(range.pages),
      kindLabels[range.kind],
      slotName(range),
      ...(range.backing ? [range.backing] : []),
      ...(range.note ? [range.note] : []),
    ].join(', '),
    className: `fl-mark fl-m-${range.kind}`,
    fill: patternFill(uid, range.kind),
  }));
  return {
    unit: 'gfn',
    from: Math.min(0, ...ranges.map(({ gfn }) => gfn)),
    to: Math.max(1, view.endGfn ?? 0, ...ends),
    lanes: [
      {
        name: 'memslots',
        height: 22,
        marks: outlineMarks(
          ranges.filter(({ slot }) => slot !== null),
          slotName,
        ),
      },
      { name: 'pages', height: 40, marks: pages },
      {
        name: 'backed by',
        height: 22,
        marks: outlineMarks(
          ranges.filter(({ backing }) => backing !== ''),
          ({ backing }) => backing,
        ),
      },
    ],
  };
}

/** The same map as a table. */
export function memoryMapTable({ ranges, title }: MemoryMapView): TableView {
  const rows: Row[] = [...ranges]
    .sort((a, b) => a.gfn - b.gfn)
    .map(range => ({
      gfn: span(range.gfn, range.pages),
      pages: range.pages,
      size: formatPages(range.pages),
      kind: kindLabels[range.kind],
      slot: range.slot,
      backing: range.backing || null,
      note: range.note ?? null,
    }));
  const columns = [
    { key: 'gfn', label: 'gfn' },
    { key: 'pages', label: 'pages' },
    { key: 'size', label: 'size' },
    { key: 'kind', label: 'kind' },
    { key: 'slot', label: 'slot' },
    { key: 'backing', label: 'backed by' },
    ...(rows.some(row => row.note !== null) ? [{ key: 'note', label: 'note' }] : []),
  ];
  return { kind: 'table', title, columns, rows };
}
