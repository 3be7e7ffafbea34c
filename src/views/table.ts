import type { Column, Row, TableView } from '../model/experiments/view.ts';
import { html } from './dom.ts';
import { formatLabel, formatValue } from './format.ts';

/** Whether a column holds numbers and nothing else, so that it is set flush right. */
function isNumeric(rows: readonly Row[], key: string): boolean {
  return rows.some(row => typeof row[key] === 'number') && rows.every(row => typeof row[key] !== 'string');
}

/** Texts longer than these keep some room, or more, where a table is wider than its place, rather than break often. */
const LONG = 18;
const SENTENCE = 48;

/** What a column's cells are to the style sheet: numbers, sentences, long names, or short words. */
function kindOf(column: Column, rows: readonly Row[]): string | undefined {
  if (isNumeric(rows, column.key)) return 'fl-number';
  const longest = rows.reduce((most, row) => Math.max(most, formatValue(row[column.key], column).length), 0);
  if (longest > SENTENCE) return 'fl-sentence';
  return longest > LONG ? 'fl-words' : undefined;
}

/** A table of rows. The first column names its row. */
export function drawTable(
  document: Document,
  { columns, rows }: Pick<TableView, 'columns' | 'rows'>,
  caption?: string,
): HTMLElement {
  const kinds = new Map(columns.map(column => [column.key, kindOf(column, rows)]));
  const cell = (column: Column, row: Row, first: boolean) => {
    const attributes = { class: kinds.get(column.key) };
    const text = formatValue(row[column.key], column);
    return first
      ? html(document, 'th', { scope: 'row', ...attributes }, text)
      : html(document, 'td', attributes, text);
  };
  const head = columns.map(column =>
    html(document, 'th', { scope: 'col', class: kinds.get(column.key) }, formatLabel(column)),
  );
  const body = rows.map(row =>
    html(document, 'tr', {}, ...columns.map((column, index) => cell(column, row, index === 0))),
  );
  return html(
    document,
    'table',
    {},
    caption === undefined ? undefined : html(document, 'caption', {}, caption),
    html(document, 'thead', {}, html(document, 'tr', {}, ...head)),
    html(document, 'tbody', {}, ...body),
  );
}

/** Lets what is wider than its place scroll by itself, by keyboard too. */
export function scrollable(document: Document, label: string, content: Node): HTMLElement {
  return html(
    document,
    'div',
    { class: 'fl-scroll', role: 'region', tabindex: 0, 'aria-label': label },
    content,
  );
}
