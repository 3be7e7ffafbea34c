import type { Actor, Step } from './step.ts';

const NO_STEPS: readonly Step[] = [];

/** A protocol that is over before it began: it takes no step and returns `value`. */
export function* settled<T>(value: T): Actor<T> {
  yield* NO_STEPS;
  return value;
}
