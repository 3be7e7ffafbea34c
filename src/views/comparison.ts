/** Two outcomes of one experiment side by side: plots on one scale, lanes over one axis with one cursor, rows that differ. */
import type { MemoryMapView, PlotView, TimelineView, View } from '../model/experiments/view.ts';
import { drawDifferences } from './differences.ts';
import { html } from './dom.ts';
import { drawFigure, type Shared, twinOf } from './figure.ts';
import { formatValue } from './format.ts';
import { sharedFrame } from './frame.ts';
import { numberOf, setCursor } from './lanes.ts';
import { memoryMapLanes } from './memoryMap.ts';
import type { Outcome } from './outcome.ts';
import { nameOf } from './series.ts';
import { tickText } from './ticks.ts';
import { timelineLanes } from './timeline.ts';

/** Steps of the cursor from one end of the axis to the other. */
export const CURSOR_STEPS = 1000;

/** What one of two says at the cursor, by lane or series. */
export interface Reading {
  readonly what: string;
  readonly a: string;
  readonly b: string;
}

/** The cursor over the first figure, for both sides at once. */
export interface Cursor {
  /** Where a step lies on the axis, in words. */
  label(step: number): string;
  /** What stands there on both sides. */
  read(step: number): readonly Reading[];
  /** Moves the line in all drawings that have one. */
  place(step: number): void;
}

export interface Comparison {
  readonly elements: readonly HTMLElement[];
  readonly cursor?: Cursor;
}

type Names = readonly [string, string];
type LanesView = TimelineView | MemoryMapView;

function lanesOf(view: LanesView) {
  return view.kind === 'timeline' ? timelineLanes(view, '') : memoryMapLanes(view, '');
}

function isLanes(view: View): view is LanesView {
  return view.kind === 'timeline' || view.kind === 'memory-map';
}

/** The axis that holds both. */
function windowOf(a: LanesView, b: LanesView): [number, number] {
  const both = [lanesOf(a), lanesOf(b)];
  return [Math.min(...both.map(({ from }) => from)), Math.max(...both.map(({ to }) => to))];
}

function sharedOf(a: View, b: View): Shared {
  if (a.kind === 'plot' && b.kind === 'plot') return { frame: sharedFrame([a, b]) };
  if (isLanes(a) && isLanes(b)) return { window: windowOf(a, b) };
  return {};
}

/** What lies on a lane at a place, in a word or two. */
function on(view: LanesView, lane: string, at: number): string {
  const found = lanesOf(view).lanes.find(({ name }) => name === lane);
  const marks = found?.marks.filter(({ start, end }) => start <= at && (at < end || start === end)) ?? [];
  const texts = marks.filter(({ start, end }) => start !== end || start === at).map(({ text }) => text);
  return texts.join('; ') || 'nothing';
}

function laneCursor(
  a: LanesView,
  b: LanesView,
  drawings: () => Iterable<Element>,
  document: Document,
): Cursor {
  const [from, to] = windowOf(a, b);
  const names = [...new Set([a, b].flatMap(view => lanesOf(view).lanes.map(({ name }) => name)))];
  const { unit } = lanesOf(a);
  const at = (step: number) => Math.round(from + ((to - from) * step) / CURSOR_STEPS);
  return {
    label: step => tickText[unit](at(step)),
    read: step => names.map(what => ({ what, a: on(a, what, at(step)), b: on(b, what, at(step)) })),
    place(step) {
      for (const drawing of drawings()) setCursor(document, drawing, at(step));
    },
  };
}

/** Values along the x axis of two plots, each once, in order; undefined where they are no numbers. */
function stopsOf(a: PlotView, b: PlotView): number[] | undefined {
  const values = [...a.rows.map(row => row[a.x.key]), ...b.rows.map(row => row[b.x.key])];
  if (values.length === 0 || values.some(value => typeof value !== 'number')) return undefined;
  return [...new Set(values as number[])].sort((one, other) => one - other);
}

function plotCursor(a: PlotView, b: PlotView): Cursor | undefined {
  const stops = stopsOf(a, b);
  if (!stops) return undefined;
  const { series } = a;
  const at = (step: number) => stops[Math.round(((stops.length - 1) * step) / CURSOR_STEPS)];
  const seriesNames =
    series === undefined ? [a.y.label] : [...new Set([...a.rows, ...b.rows].map(row => nameOf(row[series])))];
  const value = (view: PlotView, name: string, x: number) => {
    const row = view.rows.find(
      one => one[view.x.key] === x && (series === undefined || nameOf(one[series]) === name),
    );
    return row ? `${formatValue(row[view.y.key], view.y)} ${view.y.unit ?? ''}`.trim() : 'nothing';
  };
  return {
    label: step => `${a.x.label} ${formatValue(at(step), a.x)} ${a.x.unit ?? ''}`.trim(),
    read: step =>
      seriesNames.map(what => ({ what, a: value(a, what, at(step)), b: value(b, what, at(step)) })),
    place() {},
  };
}

function cursorOf(a: View, b: View, sides: readonly Element[], document: Document): Cursor | undefined {
  if (isLanes(a) && isLanes(b)) {
    // Zooming lays a drawing out anew and leaves it where it is.
    const drawings = sides.flatMap(side => [...side.querySelectorAll('svg.fl-lanes')]);
    return laneCursor(a, b, () => drawings, document);
  }
  return a.kind === 'plot' && b.kind === 'plot' ? plotCursor(a, b) : undefined;
}

/** The step of a cursor at which a place of a drawing's axis lies. */
export function stepAt(drawing: Element, at: number): number {
  const [from, to] = [numberOf(drawing, 'data-from'), numberOf(drawing, 'data-to')];
  return Math.min(CURSOR_STEPS, Math.max(0, Math.round(((at - from) / (to - from)) * CURSOR_STEPS)));
}

/**
 * Draws two outcomes side by side.
 *
 * @param names what the two are called
 * @param uid tells this drawing's ids from all others on the page
 */
export async function drawComparison(
  document: Document,
  a: Outcome,
  b: Outcome,
  names: Names,
  uid: string,
): Promise<Comparison> {
  const elements: HTMLElement[] = [];
  let cursor: Cursor | undefined;
  for (const [index, left] of a.views.entries()) {
    const right = b.views[index];
    if (right?.kind !== left.kind) continue;
    const title = left.kind === 'table' ? left.title : undefined;
    const differences = html(
      document,
      'figure',
      { class: 'fl-figure' },
      title === undefined ? undefined : html(document, 'figcaption', { class: 'fl-title' }, title),
      drawDifferences(document, twinOf(left), twinOf(right), names),
    );
    if (left.kind === 'table') {
      elements.push(differences);
      continue;
    }
    const shared = sharedOf(left, right);
    const sides: HTMLElement[] = [];
    for (const [side, view] of [left, right].entries()) {
      // A figure's parts have names of their own on a page, so the two sides tell theirs apart.
      const named = { ...view, title: `${names[side]}: ${view.title}` };
      sides.push(await drawFigure(document, named, `${uid}-${index}-${side}`, shared));
    }
    cursor ??= cursorOf(left, right, sides, document);
    elements.push(html(document, 'div', { class: 'fl-pair' }, ...sides), differences);
  }
  return { elements, cursor };
}
