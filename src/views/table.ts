import type { Column, Row, TableView } from '../model/experiments/view.ts';
import { html } from './dom.ts';
import { formatLabel, formatValue } from './format.ts';

/** Whether a column holds numbers and nothing else, so that it is set flush right. */
function isNumeric(rows: readonly Row[], key: string): boolean {
  return rows.some(row => typeof row[key] === 'number') && rows.every(row => typeof row[key] !== 'string');
}

/** A table of rows. The first column names its row. */
export function drawTable(
  document: Document,
  { columns, rows }: Pick<TableView, 'columns' | 'rows'>,
  caption?: string,
): HTMLElement {
  const numeric = new Set(columns.map(({ key }) => key).filter(key => isNumeric(rows, key)));
  const cell = (column: Column, row: Row, first: boolean) => {
    const attributes = { class: numeric.has(column.key) ? 'fl-number' : undefined };
    const text = formatValue(row[column.key], column);
    return first
      ? html(document, 'th', { scope: 'row', ...attributes }, text)
      : html(document, 'td', attributes, text);
  };
  const head = columns.map(column =>
    html(
      document,
      'th',
      { scope: 'col', class: numeric.has(column.key) ? 'fl-number' : undefined },
      formatLabel(column),
    ),
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
