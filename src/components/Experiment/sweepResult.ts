/** What the points of a sweep have to show: which numbers there are, and how they are drawn. */
import type { Params } from '../../model/experiments/params.ts';
import type { Point } from '../../model/experiments/sweep.ts';
import type { Column, PlotView, Row, TableView, Value, View } from '../../model/experiments/view.ts';
import { formatNumber, formatValue } from '../../views/format.ts';
import type { HeatMap } from '../../views/heatMap.ts';

/** Rows of a sweep's table that are drawn; the file has them all. */
const MOST_ROWS = 500;

/** Lines of a plot that can be told apart. */
const MOST_LINES = 6;

/** What the views of a run say of its columns: labels, units, decimals. */
export function columnsKnown(views: readonly View[]): ReadonlyMap<string, Column> {
  const known = new Map<string, Column>();
  for (const view of views) {
    const columns = view.kind === 'table' ? view.columns : view.kind === 'plot' ? [view.y, view.x] : [];
    for (const { key, label, unit, digits } of columns)
      if (label !== '' && !known.has(key)) known.set(key, { key, label, unit, digits });
  }
  return known;
}

/** Columns of a sweep's rows that hold numbers, the one its experiment draws first. */
export function measuresOf(points: readonly Point[], views: readonly View[]): readonly Column[] {
  const known = columnsKnown(views);
  const keys = new Set<string>();
  for (const view of views) if (view.kind === 'plot') keys.add(view.y.key);
  for (const { rows } of points) for (const row of rows) for (const key of Object.keys(row)) keys.add(key);
  const rows = points.flatMap(point => point.rows);
  return [...keys]
    .filter(key => rows.some(row => typeof row[key] === 'number'))
    .map(key => known.get(key) ?? { key, label: key });
}

/** What tells the rows of one run apart: their text, or their first column; counted where that is not enough. */
function namesOf(rows: readonly Row[]): string[] {
  const seen = new Map<string, number>();
  return rows.map(row => {
    const texts = Object.values(row).filter((value): value is string => typeof value === 'string');
    const [first] = Object.entries(row);
    const name =
      texts.length > 0
        ? texts.join(', ')
        : rows.length > 1 && first
          ? `${first[0]} ${formatValue(first[1])}`
          : '';
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    return nth === 1 ? name : `${name} (${nth})`;
  });
}

/** The rows that a sweep's runs have, by what tells them apart. */
export function rowNames(points: readonly Point[]): readonly string[] {
  return [...new Set(points.flatMap(({ rows }) => namesOf(rows)))];
}

function numberIn({ rows }: Point, row: string, measure: string): number | undefined {
  const value = rows[namesOf(rows).indexOf(row)]?.[measure];
  return typeof value === 'number' ? value : undefined;
}

/** What is drawn of a sweep: which number, of which row. */
export interface Choice {
  readonly measure: Column;
  /** Rows of each run that are drawn. */
  readonly rows: readonly string[];
}

/** The rows that are drawn where the reader has chosen none: as many as can be told apart. */
export function firstRows(names: readonly string[]): readonly string[] {
  return names.slice(0, MOST_LINES);
}

/** A sweep of one parameter as lines, or as bars where it chooses. */
export function sweepPlot(params: Params, name: string, points: readonly Point[], choice: Choice): PlotView {
  const param = params[name];
  const { measure, rows } = choice;
  const numeric = param.kind === 'int' || param.kind === 'number';
  const unit = numeric ? param.unit : undefined;
  const positive = points.every(({ values }) => Number(values[name]) > 0);
  const drawn = points.flatMap(point =>
    rows.flatMap(row => {
      const value = numberIn(point, row, measure.key);
      const at = point.values[name];
      return value === undefined ? [] : [{ at: numeric ? at : String(at), row, value }];
    }),
  );
  return {
    kind: 'plot',
    title: `${measure.label} by ${param.label}`,
    summary: `${measure.label} of ${points.length} runs, over ${param.label}.`,
    mark: numeric ? 'line' : 'bar',
    x: {
      key: 'at',
      label: param.label,
      unit,
      scale: numeric ? (param.scale === 'log' && positive ? 'log' : 'linear') : 'band',
    },
    y: { ...measure, key: 'value' },
    ...(rows.length > 1 ? { series: 'row' } : {}),
    rows: drawn,
  };
}

function written(value: Value): string {
  return typeof value === 'number' ? formatNumber(value) : String(value);
}

/** A sweep of two parameters as a map, of one row of each run. */
export function sweepMap(
  params: Params,
  swept: Readonly<Record<string, readonly Value[]>>,
  points: readonly Point[],
  { measure, rows }: Choice,
): HeatMap {
  const [[x, xs], [y, ys]] = Object.entries(swept);
  const found = new Map(
    points.map(point => [
      `${point.values[x]} ${point.values[y]}`,
      numberIn(point, rows[0] ?? '', measure.key),
    ]),
  );
  return {
    title: rows[0] ? rows[0] : 'Sweep',
    x: { label: params[x].label, values: xs.map(written) },
    y: { label: params[y].label, values: ys.map(written) },
    measure,
    cell: (column, row) => found.get(`${xs[column]} ${ys[row]}`),
  };
}

/** Every row of every point, with what was swept in front. */
export function sweepTable(
  params: Params,
  swept: readonly string[],
  points: readonly Point[],
  known: ReadonlyMap<string, Column>,
): TableView {
  const all = points.flatMap(({ values, rows }) =>
    rows.map(row => ({ ...row, ...Object.fromEntries(swept.map(name => [`param.${name}`, values[name]])) })),
  );
  const keys = new Set<string>();
  for (const row of all) for (const key of Object.keys(row)) if (!key.startsWith('param.')) keys.add(key);
  const shown = all.slice(0, MOST_ROWS);
  return {
    kind: 'table',
    title:
      shown.length < all.length ? `The first ${MOST_ROWS} of ${all.length} rows` : `All ${all.length} rows`,
    columns: [
      ...swept.map(name => ({ key: `param.${name}`, label: params[name].label })),
      ...[...keys].map(key => known.get(key) ?? { key, label: key }),
    ],
    rows: shown,
  };
}
