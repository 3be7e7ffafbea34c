/**
 * `show`: how a program puts its results on the page.
 *
 * Each call turns what it is given into plain data and hands that to a sink, which the runner sets; the model knows
 * neither page nor terminal. Values that cannot be shown become text that says so, and a call that makes no sense
 * throws an error that names what would.
 */
import type { TimelineLane } from '../experiments/view.ts';
import type { FigureOptions } from './checks.ts';
import { mapView, type RangeSpec } from './memoryMap.ts';
import { type PageTableOptions, type SpteSpec, treeView } from './pageTable.ts';
import { type PlotOptions, plotView } from './plot.ts';
import type { LogLevel, Sink } from './shown.ts';
import { type TableOptions, tableView } from './table.ts';
import { textOf } from './text.ts';
import { timelineView } from './timeline.ts';

/** What a program shows its results with. */
export interface Show {
  /**
   * A table, one row an object.
   *
   * @throws TypeError where `rows` is no list of objects or a column is named that no row has.
   */
  table(rows: readonly object[], options?: TableOptions): void;
  /**
   * A plot of rows, with the table behind it.
   *
   * @throws TypeError where an axis names a column that no row has, or y is not a number.
   */
  plot(rows: readonly object[], options: PlotOptions): void;
  /**
   * Guest physical memory as a strip.
   *
   * @param ranges gfn and pages count 4 KiB pages.
   * @throws TypeError where a range is not one.
   */
  memoryMap(ranges: readonly RangeSpec[], options?: FigureOptions): void;
  /**
   * The second stage of translation as a tree, with the bits of each SPTE in words.
   *
   * @param entries what `vm.mmu.entry(gfn, isPrivate)` returns, with the gfn; `low` and `high` are the entry's halves.
   * @throws TypeError where an entry is not one.
   */
  pageTable(entries: readonly SpteSpec[], options?: PageTableOptions): void;
  /**
   * Lanes of slices over virtual time in ns.
   *
   * @throws TypeError where a slice ends before it starts or is of no known kind.
   */
  timeline(lanes: readonly TimelineLane[], options?: FigureOptions): void;
  /** A line of text; objects are printed with their fields. */
  log(...values: readonly unknown[]): void;
  /**
   * How far a long run is.
   *
   * @param fraction from 0 to 1; what lies outside is brought inside.
   */
  progress(fraction: number): void;
}

/** Makes a `show` that hands what it is given to `sink`. */
export function makeShow(sink: Sink): Show {
  return {
    table: (rows, options = {}) => sink.shown(tableView(rows, options)),
    plot: (rows, options) => sink.shown(plotView(rows, options)),
    memoryMap: (ranges, options = {}) => sink.shown(mapView(ranges, options)),
    pageTable: (entries, options = {}) => sink.shown(treeView(entries, options)),
    timeline: (lanes, options = {}) => sink.shown(timelineView(lanes, options)),
    log: (...values) => logTo(sink, 'log', values),
    progress: fraction => sink.progress(fraction > 0 ? Math.min(fraction, 1) : 0),
  };
}

/** A line of text at a level, as a runner's `console` has them. */
export function logTo(sink: Sink, level: LogLevel, values: readonly unknown[]): void {
  sink.shown({ kind: 'log', level, text: textOf(values) });
}

let current: Sink | undefined;

function runner(): Sink {
  if (current) return current;
  throw new Error('show works only in a program that is being run: nobody is here to show anything to');
}

/**
 * Sets who receives what {@link show} is given, until the function it returns is called. For runners and tests.
 *
 * @returns puts back what was set before.
 */
export function showTo(sink: Sink): () => void {
  const before = current;
  current = sink;
  return () => {
    current = before;
  };
}

/** The `show` of the program that is running. */
export const show: Show = makeShow({
  shown: item => runner().shown(item),
  progress: fraction => runner().progress(fraction),
});
