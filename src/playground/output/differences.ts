/** How the outputs of two runs differ: thing by thing, in the order in which they were shown, row by row. */
import type { Row, Shown, View } from '../../model/index.ts';
import { twinOf } from '../../views/index.ts';

/** One block of an output, as a table: figures by the table behind them, lines of text that follow each other as one. */
export interface Block {
  /** `Table ‘x’`. */
  readonly name: string;
  readonly kind: Shown['kind'];
  /** Place among the blocks of its run, from 0. */
  readonly at: number;
  /** Cells as text, row by row. */
  readonly rows: readonly (readonly string[])[];
}

/** A row as its index, and the columns that differ; all of them where the other side has no such row. */
export type MarkedRow = readonly [row: number, columns: readonly number[]];

/** Two blocks that stand for each other, and what differs. */
export interface Comparison {
  readonly left: Block | undefined;
  readonly right: Block | undefined;
  readonly leftRows: readonly MarkedRow[];
  readonly rightRows: readonly MarkedRow[];
}

const WORDS: Readonly<Record<Shown['kind'], string>> = {
  table: 'Table',
  plot: 'Plot',
  'memory-map': 'Memory map',
  'page-table': 'Page-table tree',
  timeline: 'Timeline',
  log: 'Text',
};

/** The blocks in which an output is drawn. */
export function blocksOf(shown: readonly Shown[]): Block[] {
  const blocks: { name: string; kind: Shown['kind']; at: number; rows: string[][] }[] = [];
  for (const item of shown) {
    const last = blocks.at(-1);
    if (item.kind !== 'log') blocks.push({ ...figure(item), at: blocks.length });
    else if (last?.kind === 'log') last.rows.push([`${item.level}: ${item.text}`]);
    else {
      const rows = [[`${item.level}: ${item.text}`]];
      blocks.push({ name: WORDS.log, kind: 'log', at: blocks.length, rows });
    }
  }
  return blocks;
}

function figure(view: View): { name: string; kind: Shown['kind']; rows: string[][] } {
  const { columns, rows } = twinOf(view);
  const cell = (row: Row, key: string) => String(row[key] ?? '');
  return {
    name: `${WORDS[view.kind]} ‘${view.title}’`,
    kind: view.kind,
    rows: rows.map(row => columns.map(({ key }) => cell(row, key))),
  };
}

/** Compares two outputs; the first block of a kind stands for the first of that kind on the other side, and so on. */
export function differences(left: readonly Shown[], right: readonly Shown[]): Comparison[] {
  const rest = blocksOf(right);
  const compared = blocksOf(left).map(block => {
    const index = rest.findIndex(({ kind }) => kind === block.kind);
    return compare(block, index < 0 ? undefined : rest.splice(index, 1)[0]);
  });
  return [...compared, ...rest.map(block => compare(undefined, block))];
}

function compare(left: Block | undefined, right: Block | undefined): Comparison {
  if (!left || !right) return { left, right, leftRows: [], rightRows: [] };
  const keyOf = keysFor(left, right);
  const partners = new Map(right.rows.map((row, index) => [keyOf(row, index), index]));
  const leftRows: MarkedRow[] = [];
  const rightRows: MarkedRow[] = [];
  const met = new Set<number>();
  left.rows.forEach((row, index) => {
    const partner = partners.get(keyOf(row, index));
    if (partner === undefined) {
      leftRows.push([index, row.map((_, column) => column)]);
      return;
    }
    met.add(partner);
    const other = right.rows[partner];
    const apart = range(Math.max(row.length, other.length)).filter(column => row[column] !== other[column]);
    if (apart.length === 0) return;
    leftRows.push([index, apart]);
    rightRows.push([partner, apart]);
  });
  right.rows.forEach((row, index) => {
    if (!met.has(index)) rightRows.push([index, row.map((_, column) => column)]);
  });
  return { left, right, leftRows, rightRows: rightRows.sort(([a], [b]) => a - b) };
}

/** Tells rows by their first columns, as few as tell them all apart on both sides; by their place where none do. */
function keysFor(left: Block, right: Block): (row: readonly string[], index: number) => string {
  const width = Math.min(...[...left.rows, ...right.rows].map(row => row.length));
  for (let columns = 1; columns < width; columns++) {
    const key = (row: readonly string[]) => JSON.stringify(row.slice(0, columns));
    if ([left, right].every(({ rows }) => new Set(rows.map(key)).size === rows.length)) return key;
  }
  return (_row, index) => String(index);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** What differs, a sentence a block. */
export function inSentences(compared: readonly Comparison[]): string[] {
  return compared.map(({ left, right, leftRows, rightRows }) => {
    if (!left) return `${right?.name}: on the right alone.`;
    if (!right) return `${left.name}: on the left alone.`;
    if (leftRows.length + rightRows.length === 0) return `${left.name}: the same.`;
    const unit = left.kind === 'log' ? 'lines' : 'rows';
    const counts = `${leftRows.length} of ${left.rows.length} ${unit} on the left and ${rightRows.length} of ${right.rows.length} on the right differ.`;
    return `${left.name}: ${counts}`;
  });
}

/**
 * Marks what differs where it is drawn, and takes away the marks of an earlier comparison.
 *
 * @param place where the run's output was drawn.
 */
export function mark(place: Element, side: 'left' | 'right', compared: readonly Comparison[]): void {
  for (const old of place.querySelectorAll('.fl-pg-differs')) old.classList.remove('fl-pg-differs');
  const drawn = [...place.querySelectorAll(':scope > .fl-figure, :scope > .fl-pg-log')];
  for (const comparison of compared) {
    const block = drawn[comparison[side]?.at ?? -1];
    const rows = side === 'left' ? comparison.leftRows : comparison.rightRows;
    if (!block) continue;
    const lines = block.matches('.fl-pg-log');
    const elements = lines
      ? [...block.children]
      : [...([...block.querySelectorAll('table')].at(-1)?.querySelectorAll('tbody > tr') ?? [])];
    for (const [row, columns] of rows) {
      if (lines) elements[row]?.classList.add('fl-pg-differs');
      else for (const column of columns) elements[row]?.children[column]?.classList.add('fl-pg-differs');
    }
  }
}
