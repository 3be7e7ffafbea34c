/**
 * The second stage as a tree: an outline whose branches open and close by themselves, without any script, and so by
 * keyboard as by pointer.
 */
import type { PageKind, PageTableEntry, PageTableView, Row, TableView } from '../model/experiments/view.ts';
import { html, svg } from './dom.ts';
import { formatGfn, formatPages } from './format.ts';
import { kindLabels, patternFill } from './patterns.ts';

/** Entries of a table. */
const ENTRIES = 512;
/** Entries up to which all of a tree stands open. */
const OPEN = 4;

/** A table of the tree: what its entries lead to. */
interface Table {
  readonly level: number;
  /** Tables below, by entry. */
  readonly tables: Map<number, Table>;
  /** Entries at which walks end. */
  readonly ends: PageTableEntry[];
}

function spanOf(level: number): number {
  return ENTRIES ** (level - 1);
}

function indexOf(gfn: number, level: number): number {
  return Math.floor(gfn / spanOf(level)) % ENTRIES;
}

function emptyTable(level: number): Table {
  return { level, tables: new Map(), ends: [] };
}

/** The tables that the walks of a view pass, by the name of their root, in the order of its first entry. */
function rootsOf({ entries, levels }: PageTableView): Map<string, Table> {
  const roots = new Map<string, Table>();
  for (const entry of [...entries].sort((a, b) => a.gfn - b.gfn)) {
    let table = roots.get(entry.root) ?? emptyTable(levels);
    roots.set(entry.root, table);
    while (table.level > entry.level) {
      const index = indexOf(entry.gfn, table.level);
      const below: Table = table.tables.get(index) ?? emptyTable(table.level - 1);
      table.tables.set(index, below);
      table = below;
    }
    table.ends.push(entry);
  }
  return roots;
}

/** What an entry of a level covers: `gfn 0x0 to 0x1ff, 2 MiB`. */
function coverage(gfn: number, level: number): string {
  const span = spanOf(level);
  const first = gfn - (gfn % span);
  const range = span === 1 ? formatGfn(first) : `${formatGfn(first)} to ${formatGfn(first + span - 1)}`;
  return `gfn ${range}, ${formatPages(span)}`;
}

/** What a walk finds at its end: `private, pfn 0x11`, `not mapped`. */
function found({ kind, pfn }: PageTableEntry): string {
  return pfn === null ? kindLabels[kind] : `${kindLabels[kind]}, pfn ${formatGfn(pfn)}`;
}

/** Kinds of a tree's entries, in the order in which they first appear. */
export function pageTableKinds({ entries }: PageTableView): readonly PageKind[] {
  return [...new Set(entries.map(({ kind }) => kind))];
}

function branch(
  document: Document,
  open: boolean,
  summary: readonly (Node | string)[],
  ...content: Node[]
): HTMLElement {
  return html(
    document,
    'li',
    {},
    html(document, 'details', { open }, html(document, 'summary', {}, ...summary), ...content),
  );
}

/** The number of the entry in its table, and what it covers. */
function heading(document: Document, gfn: number, level: number): HTMLElement {
  return html(
    document,
    'span',
    {},
    html(document, 'b', {}, `Level ${level}, entry ${indexOf(gfn, level)}`),
    ` (${coverage(gfn, level)})`,
  );
}

function drawEnd(
  document: Document,
  entry: PageTableEntry,
  patternId: (kind: PageKind) => string,
  open: boolean,
): HTMLElement {
  const swatch = svg(
    document,
    'svg',
    { width: 28, height: 14, viewBox: '0 0 28 14', 'aria-hidden': 'true' },
    svg(document, 'rect', {
      class: `fl-mark fl-m-${entry.kind}`,
      x: 1,
      y: 1,
      width: 26,
      height: 12,
      fill: patternFill(patternId(entry.kind), entry.kind),
    }),
  );
  const bits = entry.bits.map(({ name, where, value }) =>
    html(
      document,
      'div',
      { class: value === 'no' ? 'fl-bit fl-bit-clear' : 'fl-bit' },
      html(document, 'dt', {}, `${name} `, html(document, 'small', {}, where)),
      html(document, 'dd', {}, value),
    ),
  );
  return branch(
    document,
    open,
    [heading(document, entry.gfn, entry.level), ' ', swatch, ` ${found(entry)}`],
    html(document, 'dl', { class: 'fl-bits' }, ...bits),
  );
}

/**
 * Draws the tree as nested lists of entries, the roots first.
 *
 * @param patternId the id under which the legend has defined the pattern of a kind
 */
export function drawPageTable(
  document: Document,
  view: PageTableView,
  patternId: (kind: PageKind) => string,
): HTMLElement {
  const open = view.entries.length <= OPEN;
  const listOf = (table: Table, base: number): HTMLElement => {
    const { level } = table;
    const below = [...table.tables].map(([index, child]) => ({
      index,
      item: () => {
        const gfn = base + index * spanOf(level);
        const words = [heading(document, gfn, level), ` a table of level ${level - 1}`];
        return branch(document, true, words, listOf(child, gfn));
      },
    }));
    const ends = table.ends.map(entry => ({
      index: indexOf(entry.gfn, level),
      item: () => drawEnd(document, entry, patternId, open),
    }));
    const items = [...below, ...ends].sort((a, b) => a.index - b.index);
    return html(document, 'ul', {}, ...items.map(({ item }) => item()));
  };
  const roots = [...rootsOf(view)].map(([name, table]) =>
    branch(
      document,
      true,
      [html(document, 'b', {}, `Root: ${name}`), `, a table of level ${table.level}`],
      listOf(table, 0),
    ),
  );
  return html(document, 'div', { class: 'fl-tree' }, html(document, 'ul', {}, ...roots));
}

/** The same as a table, a row an entry at which a walk ends, in order of address. */
export function pageTableTable({ entries, levels, title }: PageTableView): TableView {
  const sorted = [...entries].sort((a, b) => a.gfn - b.gfn);
  const names = [...new Set(sorted.flatMap(({ bits }) => bits.map(({ name }) => name)))];
  const rows: Row[] = sorted.map(({ root, gfn, level, kind, pfn, bits }) => ({
    covers: coverage(gfn, level),
    root,
    path: Array.from({ length: levels - level + 1 }, (_, i) => indexOf(gfn, levels - i)).join(' → '),
    level,
    kind: kindLabels[kind],
    pfn: pfn === null ? null : formatGfn(pfn),
    ...Object.fromEntries(
      names.map((name, i) => [`bit ${i}`, bits.find(bit => bit.name === name)?.value ?? null]),
    ),
  }));
  const places = new Map(sorted.flatMap(({ bits }) => bits.map(({ name, where }) => [name, where])));
  const columns = [
    { key: 'covers', label: 'entry covers' },
    { key: 'root', label: 'root' },
    { key: 'path', label: 'entries passed, from the root' },
    { key: 'level', label: 'level' },
    { key: 'kind', label: 'kind' },
    { key: 'pfn', label: 'pfn' },
    ...names.map((name, i) => ({ key: `bit ${i}`, label: `${name}, ${places.get(name)}` })),
  ];
  return { kind: 'table', title, columns, rows };
}
