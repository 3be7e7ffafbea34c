import type { Column, PlotView, PublishedPoint, Row } from '../model/experiments/view.ts';
import { axes, FONT } from './axes.ts';
import { formatNumber, formatValue } from './format.ts';
import type { Frame, Mark, Plot, Sheet } from './frame.ts';
import { patternFill, patterns } from './patterns.ts';
import { drawsBars, nameOf, type Style, stylesOf } from './series.ts';

/** More points than this on a line are not marked one by one. */
const FEW = 24;

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

/** A row without a number has no bar; the library would draw one of no height. */
function hasNumber({ view }: Sheet): (row: Row) => boolean {
  return row => typeof row[view.y.key] === 'number';
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
          bar(view.rows.filter(hasNumber(sheet)), {
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
          return bar(rowsOf(sheet, style).filter(hasNumber(sheet)), {
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
