/**
 * A program's rows as rows of a view: numbers, text, booleans and null only, under one list of columns.
 */
import type { Column, Row, Value } from '../experiments/view.ts';
import { quoted, shortened } from './text.ts';

/** Rows and columns a view takes; what goes beyond is left out and said in the title. */
export const MAX_ROWS = 10_000;
const MAX_COLUMNS = 40;
const MAX_CELL = 1_000;
/** Characters of a title, a summary, a label. */
const MAX_LABEL = 400;

/** A column as a program names it: by its key alone, or with what else is to be said of it. */
export type ColumnSpec = string | (Pick<Column, 'key'> & Partial<Column>);

/** Rows with their columns, and how many rows there were. */
export interface Rows {
  readonly rows: readonly Row[];
  readonly keys: readonly string[];
  readonly total: number;
}

/**
 * @param rows a list of objects; each of their own fields is a cell.
 * @param who the call, for messages: `show.table`.
 * @throws TypeError where it is no list of objects.
 */
export function rowsOf(rows: unknown, who: string): Rows {
  const list = listOf(rows, who, 'rows');
  const keys = new Set<string>();
  const out = list.slice(0, MAX_ROWS).map((row, index) => {
    if (typeof row !== 'object' || row === null) {
      throw new TypeError(`${who} takes a list of objects; item ${index} is ${quoted(row)}`);
    }
    const cells = cellsOf(row);
    for (const [key] of cells) if (keys.size < MAX_COLUMNS) keys.add(key);
    return Object.fromEntries(cells.filter(([key]) => keys.has(key)));
  });
  return { rows: out, keys: [...keys], total: list.length };
}

/** @throws TypeError where `value` is no list. */
export function listOf(value: unknown, who: string, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(`${who} takes a list of ${what}, got ${shortened(quoted(value), 80)}`);
}

function cellsOf(row: object): [string, Value][] {
  return Object.keys(row).map(key => {
    let value: unknown;
    try {
      value = (row as Record<string, unknown>)[key];
    } catch {
      return [key, '[unreadable]'];
    }
    return [key, cellOf(value)];
  });
}

/** Numbers that JSON has no form for become text; so does everything that is no plain value. */
function cellOf(value: unknown): Value {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'string':
      return shortened(value, MAX_CELL);
    case 'undefined':
      return null;
    default:
      return value === null ? null : shortened(quoted(value), MAX_CELL);
  }
}

/**
 * @param specs columns as the program named them; all columns of the rows where it named none.
 * @throws TypeError where a column is named that no row has.
 */
export function columnsOf(specs: readonly ColumnSpec[] | undefined, rows: Rows, who: string): Column[] {
  return (specs ?? rows.keys).map(spec => columnOf(spec, rows, who));
}

/** @throws TypeError where no row has the column. */
export function columnOf(spec: ColumnSpec, rows: Rows, who: string): Column {
  const given: Partial<Column> = typeof spec === 'string' ? { key: spec } : spec;
  const key = String(given.key);
  if (rows.rows.length > 0 && !rows.keys.includes(key)) {
    throw new TypeError(
      `${who}: no row has a column '${key}'; there are ${rows.keys.map(k => `'${k}'`).join(', ')}`,
    );
  }
  return {
    key,
    label: labelOf(given.label ?? key),
    ...(given.unit === undefined ? {} : { unit: labelOf(given.unit) }),
    ...(given.digits === undefined ? {} : { digits: digitsOf(given.digits, key, who) }),
  };
}

function digitsOf(digits: unknown, key: string, who: string): number {
  if (typeof digits === 'number' && Number.isInteger(digits) && digits >= 0 && digits <= 20) return digits;
  throw new TypeError(
    `${who}: digits of column '${key}' is a whole number from 0 to 20, got ${quoted(digits)}`,
  );
}

/** Text of a title, label or summary. */
export function labelOf(value: unknown): string {
  return shortened(typeof value === 'string' ? value : quoted(value), MAX_LABEL);
}

/** A title, with how much was left out where something was. */
export function titleOf(
  title: unknown,
  fallback: string,
  shown: number,
  total: number,
  what: string,
): string {
  const text = title === undefined ? fallback : labelOf(title);
  return shown === total ? text : `${text} (first ${shown} of ${total} ${what})`;
}

/** `1 lane`, `2 lanes`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
