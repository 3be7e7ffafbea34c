import type { Row, Value } from '../model/experiments/view.ts';

/** Rows as aligned columns of text. */
export function formatTable(rows: readonly Row[]): string {
  if (rows.length === 0) return '(no rows)';
  const keys = Object.keys(rows[0]);
  const cells = rows.map(row => keys.map(key => formatValue(row[key])));
  const widths = keys.map((key, i) => Math.max(key.length, ...cells.map(line => line[i].length)));
  const numeric = keys.map(key => rows.every(row => typeof row[key] === 'number'));
  const line = (parts: readonly string[]) =>
    parts
      .map((part, i) => (numeric[i] ? part.padStart(widths[i]) : part.padEnd(widths[i])))
      .join('  ')
      .trimEnd();
  return [line(keys), line(widths.map(w => '-'.repeat(w))), ...cells.map(line)].join('\n');
}

function formatValue(value: Value): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(10))) : String(value);
}
