import type * as PlotLibrary from '@observablehq/plot';
import type { Axis, Column, PlotView, PublishedPoint, Row } from '../model/experiments/view.ts';
import { formatLabel, formatNumber, formatTick, formatValue, ticksCarryUnit } from './format.ts';
import { patternFill, patterns } from './patterns.ts';
import { drawsBars, nameOf, type Style, stylesOf } from './series.ts';
import { powers, ticks } from './ticks.ts';

type Plot = typeof PlotLibrary;
type Mark = PlotLibrary.Markish;

/** More points than this on a line are not marked one by one. */
const FEW = 24;
/** Size of all text, in CSS pixels. */
const FONT = 12;
/** A drawing narrower than this has fewer ticks and less height. */
const NARROW = 500;

/** A plot about to be drawn: the view, and what all parts of the drawing ask of it. */
interface Sheet {
  readonly Plot: Plot;
  readonly view: PlotView;
  readonly frame: Frame;
  readonly width: number;
  readonly uid: string;
  readonly styles: readonly Style[];
  /** Names along the category axis, or undefined where that axis is a number line. */
  readonly categories: readonly string[] | undefined;
  /** Bars run from left to right. */
  readonly across: boolean;
  /** Each category holds a bar a series. */
  readonly grouped: boolean;
}

function rowsOf({ view }: Sheet, style: Style): readonly Row[] {
  const { series, rows } = view;
  return series === undefined ? rows : rows.filter(row => nameOf(row[series]) === style.name);
}

/** Where a row lies along the x axis of the view. */
function along({ view, categories }: Sheet): (row: Row) => unknown {
  return row => (categories ? nameOf(row[view.x.key]) : row[view.x.key]);
}

function fillOf({ uid }: Sheet, { kind, colour }: Style): string {
  return kind ? patternFill(uid, kind) : colour;
}

/** What a mark says when a pointer rests on it. */
function titleOf({ view }: Sheet): (row: Row) => string {
  const part = (column: Column, row: Row) => {
    const unit = column.unit && typeof row[column.key] === 'number' ? ` ${column.unit}` : '';
    return `${column.label}: ${formatValue(row[column.key], column)}${unit}`;
  };
  const series = (row: Row) =>
    view.series && view.series !== view.x.key ? `${nameOf(row[view.series])}\n` : '';
  return row => `${series(row)}${part(view.x, row)}\n${part(view.y, row)}`;
}

function barMarks(sheet: Sheet): Mark[] {
  const { Plot, view, across, grouped, styles } = sheet;
  const bar = across ? Plot.barX : Plot.barY;
  const value = (row: Row) => row[view.y.key];
  const category = along(sheet);
  const title = titleOf(sheet);
  const bars =
    view.mark === 'stack'
      ? // One mark for all series, for Plot stacks what one mark holds; the colours are theirs.
        [
          bar(view.rows, {
            ...(across ? { x: value, y: category } : { y: value, x: category }),
            z: (row: Row) => (view.series === undefined ? '' : nameOf(row[view.series])),
            order: styles.map(({ name }) => name),
            fill: (row: Row) => {
              const style = styles.find(
                ({ name }) => view.series === undefined || nameOf(row[view.series]) === name,
              );
              return style ? fillOf(sheet, style) : 'none';
            },
            stroke: 'var(--fl-paper)',
            title,
          }),
        ]
      : styles.map(style => {
          const own = grouped ? () => style.name : category;
          const facet = grouped ? category : undefined;
          return bar(rowsOf(sheet, style), {
            ...(across ? { x: value, y: own, fy: facet } : { y: value, x: own, fx: facet }),
            fill: fillOf(sheet, style),
            stroke: style.colour,
            title,
          });
        });
  const zero = across
    ? Plot.ruleX([0], { stroke: 'var(--fl-edge)' })
    : Plot.ruleY([0], { stroke: 'var(--fl-edge)' });
  return [...bars, zero];
}

function lineMarks(sheet: Sheet): Mark[] {
  const { Plot, view, styles } = sheet;
  const x = along(sheet);
  const y = (row: Row) => row[view.y.key];
  return styles.flatMap(style => {
    const { colour: stroke, dash: strokeDasharray, symbol } = style;
    const rows = rowsOf(sheet, style);
    const curve = view.mark === 'step' ? 'step-after' : 'linear';
    const line = Plot.line(rows, { x, y, curve, stroke, strokeDasharray, strokeWidth: 2 });
    const dots = Plot.dot(rows, { x, y, symbol, fill: stroke, stroke, r: 3.5, title: titleOf(sheet) });
    if (view.mark === 'dot') return [dots];
    return rows.length <= FEW ? [line, dots] : [line];
  });
}

function publishedMarks(sheet: Sheet): Mark[] {
  const { Plot, view, across, grouped, categories } = sheet;
  if (!view.published?.length) return [];
  const at = (point: PublishedPoint) => (categories ? String(point.x) : point.x);
  const own = grouped ? (point: PublishedPoint) => point.series : at;
  const facet = grouped ? at : undefined;
  return [
    Plot.dot(view.published, {
      ...(across ? { x: 'y', y: own, fy: facet } : { y: 'y', x: own, fx: facet }),
      symbol: 'diamond',
      r: 6,
      className: 'fl-published',
      title: ({ label, y }: PublishedPoint) =>
        `published, ${label}: ${formatNumber(y)}${view.y.unit ? ` ${view.y.unit}` : ''}`,
    }),
  ];
}

/** Whether an axis counts in powers of two. */
function isBinary({ unit }: Axis): boolean {
  return unit !== undefined && /^(bytes|[KMGT]?i?B)$/.test(unit);
}

/** Options of an axis that is a number line. */
function numberAxis({ width, frame }: Sheet, axis: Axis) {
  const values = frame.rows.map(row => Number(row[axis.key])).filter(Number.isFinite);
  const most = width < NARROW ? 4 : 7;
  const low = reduce(values, Math.min);
  const high = reduce(values, Math.max);
  const log = axis.scale === 'log';
  return {
    type: log ? ('log' as const) : ('linear' as const),
    base: log && isBinary(axis) ? 2 : undefined,
    domain: frame.extents[axis.key],
    label: ticksCarryUnit(axis.unit) ? axis.label : formatLabel(axis),
    labelArrow: 'none' as const,
    tickFormat: (value: number) => formatTick(value, axis.unit),
    ticks: log
      ? powers(isBinary(axis) ? 2 : 10, low, high, most)
      : isBinary(axis)
        ? ticks('B', 0, high, most)
        : most,
    grid: true,
  };
}

function reduce(values: readonly number[], pick: (a: number, b: number) => number): number {
  return values.length === 0 ? 1 : values.reduce((a, b) => pick(a, b));
}

/** Room for names beside an axis, in pixels of 12 px system type: a generous guess. */
function room(texts: Iterable<string>): number {
  let longest = 0;
  for (const { length } of texts) longest = Math.max(longest, length);
  return longest * 6.6 + 18;
}

function axes(sheet: Sheet): PlotLibrary.PlotOptions & { marks: Mark[] } {
  const { Plot, view, frame, width, across, grouped, styles, categories } = sheet;
  const value = { ...numberAxis(sheet, view.y), nice: true, zero: drawsBars(view) && view.y.scale !== 'log' };
  const names = { type: 'band' as const, domain: categories, padding: 0.25 };
  const within = { type: 'band' as const, axis: null, domain: styles.map(({ name }) => name), padding: 0.08 };
  if (!across) {
    const category = categories
      ? { ...names, label: formatLabel(view.x), labelArrow: 'none' as const }
      : numberAxis(sheet, view.x);
    const valueTexts = frame.rows.map(row => formatTick(Math.round(Number(row[view.y.key])), view.y.unit));
    return {
      y: value,
      x: grouped ? within : category,
      fx: grouped
        ? { ...names, label: formatLabel(view.x), labelArrow: 'none' as const, axis: 'bottom', padding: 0.15 }
        : undefined,
      height: width < NARROW ? 260 : 320,
      marginLeft: Math.max(44, room(valueTexts)),
      marks: [],
    };
  }
  const marginLeft = Math.min(room(categories ?? []), width * 0.42);
  // Names too long for their room go on in a second line.
  const lineWidth = (marginLeft - 18) / FONT;
  const rows = (categories?.length ?? 1) * (grouped ? styles.length : 1);
  return {
    x: value,
    y: grouped ? within : { ...names, axis: null },
    fy: grouped ? { ...names, axis: null, padding: 0.15 } : undefined,
    height: 66 + rows * (grouped ? 20 : 34),
    marginLeft,
    marks: [
      grouped
        ? Plot.axisFy({ anchor: 'left', lineWidth, label: null, textAnchor: 'end', dx: -6 })
        : Plot.axisY({ lineWidth, label: null, tickSize: 0 }),
    ],
  };
}

/** Attributes that hold positions. */
const positions = ['d', 'transform', 'x', 'y', 'width', 'height', 'x1', 'x2', 'y1', 'y2'];

/**
 * Takes out of a drawing what its reader does not need: the library's style sheet (the site's has what is needed of it),
 * its labels of groups (the drawing has one label and a table), and digits beyond hundredths of a pixel.
 */
function tidy(drawing: Element): void {
  for (const element of drawing.querySelectorAll('*')) {
    if (element.localName === 'style') element.remove();
    element.removeAttribute('aria-label');
    for (const name of positions) {
      const value = element.getAttribute(name);
      const short = value?.replace(/-?\d+\.\d{3,}/g, digits =>
        String(Math.round(Number(digits) * 100) / 100),
      );
      if (short !== undefined && short !== value) element.setAttribute(name, short);
    }
  }
}

/** What plots that stand side by side have in common. */
export interface Frame {
  /** Rows of all of them: they decide categories, colours and ticks. */
  readonly rows: readonly Row[];
  /** Ends of the axes that are number lines, by column; the library finds those that are left out. */
  readonly extents: Readonly<Record<string, readonly [number, number]>>;
}

/** Both ends of some numbers. */
function extent(values: readonly number[]): [number, number] {
  return [reduce(values, Math.min), reduce(values, Math.max)];
}

/** Heights of a stacked plot's bars. */
function heights({ x, y, rows }: PlotView): number[] {
  const sums = new Map<string, number>();
  for (const row of rows) {
    const at = nameOf(row[x.key]);
    sums.set(at, (sums.get(at) ?? 0) + Number(row[y.key]));
  }
  return [...sums.values()];
}

/** One scale for several plots of the same columns. */
export function sharedFrame(views: readonly PlotView[]): Frame {
  const [{ x, y, mark }] = views;
  const rows = views.flatMap(view => view.rows);
  const published = views.flatMap(view => view.published ?? []);
  const along = [...rows.map(row => row[x.key]), ...published.map(point => point.x)];
  const values = [
    ...(mark === 'stack' ? views.flatMap(heights) : rows.map(row => Number(row[y.key]))),
    ...published.map(point => point.y),
    ...(drawsBars(views[0]) ? [0] : []),
  ].filter(Number.isFinite);
  const numbers = along.map(Number).filter(Number.isFinite);
  return {
    rows,
    extents: {
      ...(numbers.length > 0 ? { [x.key]: extent(numbers) } : {}),
      ...(values.length > 0 ? { [y.key]: extent(values) } : {}),
    },
  };
}

/**
 * Draws a plot.
 *
 * @param Plot the library, loaded by whoever needs a drawing
 * @param width of the drawing in CSS pixels
 * @param uid tells this drawing's ids from all others on the page
 * @param frame what it shares with those beside it
 */
export function drawPlot(
  Plot: Plot,
  document: Document,
  view: PlotView,
  width: number,
  uid: string,
  frame: Frame = { rows: view.rows, extents: {} },
): SVGElement {
  const styles = stylesOf({ ...view, rows: frame.rows });
  // Bars stand at names, even where the names are numbers.
  const named =
    drawsBars(view) || view.x.scale === 'band' || frame.rows.some(row => typeof row[view.x.key] === 'string');
  const sheet: Sheet = {
    Plot,
    view,
    frame,
    width,
    uid,
    styles,
    categories: named ? [...new Set(frame.rows.map(row => nameOf(row[view.x.key])))] : undefined,
    across: view.horizontal === true && drawsBars(view),
    grouped: view.mark === 'bar' && view.series !== undefined && view.series !== view.x.key,
  };
  const options = axes(sheet);
  const drawing = Plot.plot({
    document,
    width,
    marginRight: 20,
    marginBottom: 44,
    marginTop: 26,
    style: { fontSize: `${FONT}px`, fontFamily: 'inherit', background: 'none', overflow: 'visible' },
    ...options,
    marks: [
      ...options.marks,
      ...(drawsBars(view) ? barMarks(sheet) : lineMarks(sheet)),
      ...publishedMarks(sheet),
    ],
  }) as SVGElement;
  tidy(drawing);
  drawing.prepend(
    patterns(
      document,
      uid,
      styles.flatMap(({ kind }) => kind ?? []),
    ),
  );
  return drawing;
}
