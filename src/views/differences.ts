/** Two tables as one: each row once, and what differs marked with both values. */
import type { Column, Row, TableView, Value } from '../model/experiments/view.ts';
import { html } from './dom.ts';
import { formatLabel, formatNumber, formatValue } from './format.ts';
import { scrollable } from './table.ts';

/** A row of either table, or of both. */
export interface Pair {
  readonly a?: Row;
  readonly b?: Row;
}

/** What tells a row from the others: its first column, and all its text; counted where several say the same. */
function keysOf({ columns, rows }: TableView): Map<string, Row> {
  const keyed = new Map<string, Row>();
  for (const row of rows) {
    const said = columns.flatMap(({ key }, index) =>
      index === 0 || typeof row[key] === 'string' ? [row[key] ?? null] : [],
    );
    for (let nth = 0; ; nth++) {
      const key = JSON.stringify([...said, nth]);
      if (keyed.has(key)) continue;
      keyed.set(key, row);
      break;
    }
  }
  return keyed;
}

/** The rows of two tables side by side: those of the first in their order, then those that only the second has. */
export function pairsOf(a: TableView, b: TableView): Pair[] {
  const [first, second] = [keysOf(a), keysOf(b)];
  const pairs: Pair[] = [...first].map(([key, row]) => ({ a: row, b: second.get(key) }));
  const rest = [...second].filter(([key]) => !first.has(key)).map(([, row]) => ({ b: row }));
  return [...pairs, ...rest];
}

/** Whether the two rows of a pair say different things. */
export function differs({ a, b }: Pair, columns: readonly Column[]): boolean {
  return columns.some(({ key }) => (a?.[key] ?? null) !== (b?.[key] ?? null)) || !a || !b;
}

/** By how much a number differs, where that says something: as a factor. */
function factor(a: Value | undefined, b: Value | undefined): string {
  if (typeof a !== 'number' || typeof b !== 'number' || a === 0 || a * b <= 0) return '';
  return ` (×${formatNumber(Number((b / a).toPrecision(3)))})`;
}

/** Two values that differ, in words that do: rounded as the column has it, or less where that would hide it. */
function apart(left: Value, right: Value, column: Column): [string, string] {
  const rounded: [string, string] = [formatValue(left, column), formatValue(right, column)];
  return rounded[0] === rounded[1] ? [formatValue(left), formatValue(right)] : rounded;
}

/**
 * Draws two tables as one.
 *
 * @param names what the two are called: A and B
 */
export function drawDifferences(
  document: Document,
  a: TableView,
  b: TableView,
  names: readonly [string, string],
): HTMLElement {
  const columns = [...a.columns, ...b.columns.filter(({ key }) => !a.columns.some(one => one.key === key))];
  const pairs = pairsOf(a, b);
  const cell = (column: Column, pair: Pair, first: boolean) => {
    const [left, right] = [pair.a?.[column.key] ?? null, pair.b?.[column.key] ?? null];
    const text = (value: Value) => formatValue(value, column);
    const mark = (...children: string[]) => html(document, 'mark', {}, ...children);
    const content =
      pair.a && pair.b
        ? left === right
          ? text(left)
          : mark(`${apart(left, right, column).join(' → ')}${factor(left, right)}`)
        : first
          ? mark(`${text(pair.a ? left : right)} (only ${names[pair.a ? 0 : 1]})`)
          : text(pair.a ? left : right);
    return html(document, first ? 'th' : 'td', first ? { scope: 'row' } : {}, content);
  };
  const rows = pairs.map(pair =>
    html(
      document,
      'tr',
      { class: differs(pair, columns) ? 'fl-differs' : undefined },
      ...columns.map((column, index) => cell(column, pair, index === 0)),
    ),
  );
  const differing = pairs.filter(pair => differs(pair, columns)).length;
  const says =
    differing === 0
      ? `All ${pairs.length} rows are the same.`
      : `${differing} of ${pairs.length} rows differ: ${names.join(' → ')}.`;
  const table = html(
    document,
    'table',
    { class: 'fl-differences' },
    html(document, 'caption', {}, says),
    html(
      document,
      'thead',
      {},
      html(
        document,
        'tr',
        {},
        ...columns.map(column => html(document, 'th', { scope: 'col' }, formatLabel(column) || column.key)),
      ),
    ),
    html(document, 'tbody', {}, ...rows),
  );
  return scrollable(document, `${a.title}, differences`, table);
}
