import type { Row, Value } from './view.ts';

/** Values as a line of CSV (RFC 4180), without its line break; null is an empty field. */
export function csvLine(values: readonly Value[]): string {
  return values
    .map(value => {
      const text = value === null ? '' : String(value);
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    })
    .join(',');
}

/** Every column of some rows, in the order in which they first appear. */
export function columnsOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.flatMap(row => Object.keys(row)))];
}

/** Rows as CSV with a head line; a column that a row lacks is an empty field. */
export function rowsToCsv(rows: readonly Row[]): string {
  const columns = columnsOf(rows);
  const lines = rows.map(row => csvLine(columns.map(key => row[key] ?? null)));
  return `${[csvLine(columns), ...lines].join('\n')}\n`;
}
