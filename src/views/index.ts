/**
 * Draws plain data: figures of experiments and of readers' programs. Knows neither the model nor React.
 */
export { enliven } from './enliven.ts';
export { drawFigure, twinOf } from './figure.ts';
export { drawOutcome, type Outcome } from './outcome.ts';
