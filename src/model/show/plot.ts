/** Makes a plot of a program's rows. */
import type { Axis, PageKind, PlotView, PublishedPoint, Row } from '../experiments/view.ts';
import { fields, finite, kindOf } from './checks.ts';
import { columnOf, counted, labelOf, listOf, type Rows, rowsOf, titleOf } from './rows.ts';
import { pick } from './table.ts';
import { quoted } from './text.ts';

/** An axis as a program names it: by its column's key alone, or with label, unit and scale. */
export type AxisSpec = string | (Pick<Axis, 'key'> & Partial<Axis>);

/** How {@link Show.plot} draws its rows. */
export interface PlotOptions {
  readonly x: AxisSpec;
  readonly y: AxisSpec;
  /** `line` where it is left out. */
  readonly mark?: PlotView['mark'];
  /** Column whose values tell the series apart. */
  readonly series?: string;
  /** Series whose colour is that of a page kind. */
  readonly seriesKinds?: Readonly<Record<string, PageKind>>;
  readonly title?: string;
  /** One sentence for those who do not see the figure; one is made from the axes where it is left out. */
  readonly summary?: string;
  readonly published?: readonly PublishedPoint[];
  readonly horizontal?: boolean;
}

const MARKS: readonly PlotView['mark'][] = ['line', 'dot', 'bar', 'stack', 'step'];
const SCALES: readonly Axis['scale'][] = ['linear', 'log', 'band'];

/** @throws TypeError where an axis names a column that no row has, or y is not a number. */
export function plotView(given: readonly object[], options: PlotOptions): PlotView {
  const who = 'show.plot';
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${who} takes rows and {x, y}, the columns of its axes`);
  }
  const rows = rowsOf(given, who);
  const x = axisOf(options.x, rows, `${who} x`);
  const y = axisOf(options.y, rows, `${who} y`);
  const mark = options.mark ?? 'line';
  if (!MARKS.includes(mark))
    throw new TypeError(`${who}: mark is one of ${MARKS.join(', ')}, got ${quoted(mark)}`);
  const series =
    options.series === undefined ? undefined : columnOf(options.series, rows, `${who} series`).key;
  for (const row of rows.rows) {
    const value = row[y.key];
    // NaN and the infinities arrive as text and are drawn as gaps; other text is a mistake.
    if (typeof value === 'string' && !['NaN', 'Infinity', '-Infinity'].includes(value)) {
      throw new TypeError(`${who}: column '${y.key}' is its y and must be numbers, got ${quoted(value)}`);
    }
  }
  const missing = rows.rows.filter(row => isNowhere(row, x) || isNowhere(row, y)).length;
  const but =
    missing === 0 ? '' : `; ${missing} of them not drawn, being not finite or on a log axis not above 0`;
  const keys = series === undefined ? [x.key, y.key] : [x.key, y.key, series];
  const of = series === undefined ? '' : ` for each ${series}`;
  return {
    kind: 'plot',
    title: titleOf(options.title, `${y.label} over ${x.label}`, rows.rows.length, rows.total, 'rows'),
    summary:
      options.summary === undefined
        ? `${y.label} over ${x.label}${of}, ${counted(rows.rows.length, 'point')}${but}.`
        : labelOf(options.summary),
    mark,
    x,
    y,
    ...(series === undefined ? {} : { series }),
    ...(options.seriesKinds === undefined ? {} : { seriesKinds: kindsOf(options.seriesKinds) }),
    rows: pick(rows, keys).map(row => (typeof row[y.key] === 'string' ? { ...row, [y.key]: null } : row)),
    ...(options.published === undefined ? {} : { published: publishedOf(options.published) }),
    ...(options.horizontal ? { horizontal: true } : {}),
  };
}

/** Whether a row has no place on an axis. Names are places on any; what is not finite has become text. */
function isNowhere(row: Row, { key, scale }: Axis): boolean {
  const value = row[key];
  if (typeof value === 'string') return ['NaN', 'Infinity', '-Infinity'].includes(value);
  return scale === 'log' && typeof value === 'number' && value <= 0;
}

function axisOf(spec: AxisSpec, rows: Rows, who: string): Axis {
  if (typeof spec !== 'string' && (typeof spec !== 'object' || spec === null)) {
    throw new TypeError(`${who} is the key of a column or {key, label, unit, scale}, got ${quoted(spec)}`);
  }
  const column = columnOf(spec, rows, who);
  const scale = typeof spec === 'string' ? undefined : spec.scale;
  if (scale === undefined) return column;
  if (!SCALES.includes(scale))
    throw new TypeError(`${who}: scale is one of ${SCALES.join(', ')}, got ${quoted(scale)}`);
  return { ...column, scale };
}

function publishedOf(given: unknown): PublishedPoint[] {
  return listOf(given, 'show.plot', 'published points').map(item => {
    const point = fields(item, 'show.plot: a published point');
    const x = point.x;
    if (typeof x !== 'string' && !finite(x))
      throw new TypeError(`show.plot: x of a published point is a number or text, got ${quoted(x)}`);
    if (!finite(point.y))
      throw new TypeError(`show.plot: y of a published point is a number, got ${quoted(point.y)}`);
    return {
      x,
      y: point.y,
      label: labelOf(point.label),
      ...(point.series === undefined ? {} : { series: labelOf(point.series) }),
    };
  });
}

function kindsOf(given: object): Record<string, PageKind> {
  return Object.fromEntries(
    Object.entries(given).map(([key, kind]) => [key, kindOf(kind, 'show.plot seriesKinds')]),
  );
}
