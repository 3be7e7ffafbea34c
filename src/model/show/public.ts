/**
 * What a program shows: tables, plots, memory maps, page tables, timelines, logs.
 *
 * @module show
 */
export type { FigureOptions } from './checks.ts';
export type { RangeSpec } from './memoryMap.ts';
export type { PageTableOptions, SpteSpec } from './pageTable.ts';
export type { AxisSpec, PlotOptions } from './plot.ts';
export type { ColumnSpec } from './rows.ts';
export { type Show, show, showTo } from './show.ts';
export type { LogLevel, LogLine, Shown, Sink } from './shown.ts';
export type { TableOptions } from './table.ts';
