import type * as PlotLibrary from '@observablehq/plot';
import type { Axis, PlotView, Row } from '../model/experiments/view.ts';
import { drawsBars, nameOf, type Style } from './series.ts';

/** The library that draws, loaded by whoever needs a drawing. */
export type Plot = typeof PlotLibrary;

/** What a drawing is made of. */
export type Mark = PlotLibrary.Markish;

/** A plot about to be drawn: the view, and what all parts of the drawing ask of it. */
export interface Sheet {
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

/** One number of several, or 1 where there is none. */
export function reduce(values: readonly number[], pick: (a: number, b: number) => number): number {
  return values.length === 0 ? 1 : values.reduce((a, b) => pick(a, b));
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
  /** What is not above zero has no place on a scale of powers. */
  const fits =
    ({ scale }: Axis) =>
    (value: number) =>
      Number.isFinite(value) && (scale !== 'log' || value > 0);
  const along = [...rows.map(row => row[x.key]), ...published.map(point => point.x)];
  const values = [
    ...(mark === 'stack' ? views.flatMap(heights) : rows.map(row => Number(row[y.key]))),
    ...published.map(point => point.y),
    ...(drawsBars(views[0]) ? [0] : []),
  ].filter(fits(y));
  const numbers = along.map(Number).filter(fits(x));
  return {
    rows,
    extents: {
      ...(numbers.length > 0 ? { [x.key]: extent(numbers) } : {}),
      ...(values.length > 0 ? { [y.key]: extent(values) } : {}),
    },
  };
}
