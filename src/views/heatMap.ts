/** A number at every meeting of two lists of values, as shaded cells with the number in them. */
import { html, svg } from './dom.ts';
import { formatLabel, formatNumber, formatTick, ticksCarryUnit } from './format.ts';
import { scrollable } from './table.ts';

/** One axis: what it counts, and its values as they are written. */
export interface HeatAxis {
  readonly label: string;
  readonly values: readonly string[];
}

export interface HeatMap {
  readonly title: string;
  readonly x: HeatAxis;
  readonly y: HeatAxis;
  readonly measure: { readonly label: string; readonly unit?: string };
  /** By place along x, then along y; undefined where there is no number (yet). */
  cell(x: number, y: number): number | undefined;
}

const WIDTH = 700;
const CELL = 30;
const HEAD = 44;
/** Share of the colour in the darkest cell: text over it stays readable. */
const MOST = 0.55;

/** Cells as a reader wants them: in order, with those that have a number told from those that have none. */
function cellsOf({ x, y, cell }: HeatMap) {
  return y.values.flatMap((_, row) =>
    x.values.map((_, column) => ({ column, row, value: cell(column, row) })),
  );
}

function short(value: number, unit?: string): string {
  return ticksCarryUnit(unit) ? formatTick(value, unit) : formatNumber(Number(value.toPrecision(3)));
}

/** The sentence that stands for the drawing. */
function summaryOf(map: HeatMap, low: number, high: number): string {
  const unit = map.measure.unit && !ticksCarryUnit(map.measure.unit) ? ` ${map.measure.unit}` : '';
  return `${map.measure.label} from ${short(low, map.measure.unit)}${unit} to ${short(high, map.measure.unit)}${unit}, darker where higher.`;
}

function drawing(document: Document, map: HeatMap, low: number, high: number, summary: string): SVGElement {
  const { x, y, measure } = map;
  const left = Math.min(220, Math.max(...y.values.map(({ length }) => length), y.label.length) * 7.2 + 16);
  const width = (WIDTH - left - 8) / Math.max(1, x.values.length);
  const bottom = HEAD + y.values.length * CELL;
  const text = (at: { x: number; y: number }, what: string, anchor: string) =>
    svg(document, 'text', { ...at, dy: '0.35em', 'text-anchor': anchor }, what);
  const middle = (column: number) => Math.round(left + (column + 0.5) * width);
  const cells = cellsOf(map).map(({ column, row, value }) => {
    const at = { x: Math.round(left + column * width), y: HEAD + row * CELL };
    if (value === undefined) return undefined;
    const part = high > low ? (value - low) / (high - low) : 1;
    return svg(
      document,
      'g',
      {},
      svg(document, 'rect', {
        ...at,
        width: Math.max(1, Math.round(width) - 1),
        height: CELL - 1,
        class: 'fl-heat',
        'fill-opacity': Math.round((0.04 + part * (MOST - 0.04)) * 1000) / 1000,
      }),
      text({ x: middle(column), y: at.y + CELL / 2 }, short(value, measure.unit), 'middle'),
      svg(
        document,
        'title',
        {},
        `${x.label} ${x.values[column]}, ${y.label} ${y.values[row]}: ${formatNumber(value)} ${measure.unit ?? ''}`.trim(),
      ),
    );
  });
  return svg(
    document,
    'svg',
    {
      viewBox: `0 0 ${WIDTH} ${bottom + 8}`,
      width: WIDTH,
      height: bottom + 8,
      role: 'img',
      'aria-label': summary,
    },
    text({ x: left, y: 10 }, x.label, 'start'),
    text({ x: left - 8, y: 10 }, y.label, 'end'),
    ...x.values.map((value, column) => text({ x: middle(column), y: 32 }, value, 'middle')),
    ...y.values.map((value, row) => text({ x: left - 8, y: HEAD + (row + 0.5) * CELL }, value, 'end')),
    ...cells,
  );
}

/** Draws a heat map as a figure: title, drawing, what it says in a sentence. */
export function drawHeatMap(document: Document, map: HeatMap): HTMLElement {
  const values = cellsOf(map).flatMap(({ value }) => value ?? []);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const summary = values.length === 0 ? 'There is no number yet.' : summaryOf(map, low, high);
  return html(
    document,
    'figure',
    { class: 'fl-figure' },
    html(document, 'figcaption', { class: 'fl-title' }, `${map.title}: ${formatLabel({ ...map.measure })}`),
    scrollable(
      document,
      `${map.title}, as a map`,
      html(document, 'div', { class: 'fl-drawing fl-heat-map' }, drawing(document, map, low, high, summary)),
    ),
    html(document, 'p', { class: 'fl-summary' }, summary),
  );
}
