import type * as PlotLibrary from '@observablehq/plot';
import type { Axis } from '../model/experiments/view.ts';
import { formatLabel, formatTick, ticksCarryUnit } from './format.ts';
import { type Mark, reduce, type Sheet } from './frame.ts';
import { drawsBars } from './series.ts';
import { decades, powers, ticks } from './ticks.ts';

/** Size of all text, in CSS pixels. */
export const FONT = 12;
/** A drawing narrower than this has fewer ticks and less height. */
const NARROW = 500;

/** Whether an axis counts in powers of two: bytes do, and a number that was only ever doubled. */
function isBinary({ unit, scale }: Axis, values: readonly number[]): boolean {
  if (unit !== undefined && /^(bytes|[KMGT]?i?B)$/.test(unit)) return true;
  return scale === 'log' && values.every(value => Number.isInteger(Math.log2(value)));
}

/** The powers around an extent, to which the library widens a logarithmic axis. */
function wholePowers([low, high]: readonly [number, number], base: number): [number, number] {
  const exponent = (value: number, round: (x: number) => number) =>
    base ** round(Math.log(value) / Math.log(base));
  return [exponent(low, Math.floor), exponent(high, Math.ceil)];
}

/** Options of an axis that is a number line. */
function numberAxis({ width, frame }: Sheet, axis: Axis, nice = false) {
  const most = width < NARROW ? 4 : 7;
  const log = axis.scale === 'log';
  // What is not above zero has no place on a scale of powers, and no part in its ticks.
  const values = frame.rows
    .map(row => Number(row[axis.key]))
    .filter(value => Number.isFinite(value) && (!log || value > 0));
  const binary = isBinary(axis, values);
  const extent = frame.extents[axis.key] ?? [reduce(values, Math.min), reduce(values, Math.max)];
  const [low, high] = nice && log ? wholePowers(extent, binary ? 2 : 10) : extent;
  return {
    type: log ? ('log' as const) : ('linear' as const),
    base: log && binary ? 2 : undefined,
    nice,
    domain: frame.extents[axis.key],
    label: ticksCarryUnit(axis.unit) ? axis.label : formatLabel(axis),
    labelArrow: 'none' as const,
    tickFormat: (value: number) => formatTick(value, axis.unit),
    ticks: log
      ? binary
        ? powers(2, low, high, most)
        : decades(low, high, most)
      : binary
        ? ticks('B', 0, high, most)
        : most,
    grid: true,
  };
}

/** Room for names beside an axis, in pixels of 12 px system type: a generous guess. */
function room(texts: Iterable<string>): number {
  let longest = 0;
  for (const { length } of texts) longest = Math.max(longest, length);
  return longest * 6.6 + 18;
}

/** Axes of a drawing, its height, and the marks that are names along an axis. */
export function axes(sheet: Sheet): PlotLibrary.PlotOptions & { marks: Mark[] } {
  const { Plot, view, frame, width, across, grouped, styles, categories } = sheet;
  const value = { ...numberAxis(sheet, view.y, true), zero: drawsBars(view) && view.y.scale !== 'log' };
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
