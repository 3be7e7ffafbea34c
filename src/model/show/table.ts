/** Makes a table of a program's rows. */
import type { Row, TableView } from '../experiments/view.ts';
import { type ColumnSpec, columnsOf, type Rows, rowsOf, titleOf } from './rows.ts';

/** How {@link Show.table} shows its rows. */
export interface TableOptions {
  readonly title?: string;
  /** Which columns, in which order; all of them where it is left out. */
  readonly columns?: readonly ColumnSpec[];
}

/** @throws TypeError where `given` is no list of objects or a column is named that no row has. */
export function tableView(given: readonly object[], options: TableOptions): TableView {
  const rows = rowsOf(given, 'show.table');
  const columns = columnsOf(options.columns, rows, 'show.table');
  return {
    kind: 'table',
    title: titleOf(options.title, 'Table', rows.rows.length, rows.total, 'rows'),
    columns,
    rows: pick(
      rows,
      columns.map(column => column.key),
    ),
  };
}

/** The rows with these columns alone; null where a row lacks one. */
export function pick(rows: Rows, keys: readonly string[]): Row[] {
  return rows.rows.map(row =>
    Object.fromEntries(keys.map(key => [key, Object.hasOwn(row, key) ? row[key] : null])),
  );
}
