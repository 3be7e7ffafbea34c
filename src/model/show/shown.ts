/**
 * What a program shows, as plain data. A runner takes it through a {@link Sink}; nothing here is drawn.
 */
import type { View } from '../experiments/view.ts';

/** How a line of text is meant. */
export type LogLevel = 'log' | 'warn' | 'error';

/** A line of text, which may itself hold line breaks. */
export interface LogLine {
  readonly kind: 'log';
  readonly level: LogLevel;
  readonly text: string;
}

/** One thing shown: a view or a line of text. */
export type Shown = View | LogLine;

/** Who receives what a program shows, in order. */
export interface Sink {
  shown(item: Shown): void;
  /** @param fraction from 0 to 1. */
  progress(fraction: number): void;
}
