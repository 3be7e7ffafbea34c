import type { Source } from '../evidence/published.ts';

/** Where a cost constant comes from. Exactly one of these. */
export type Origin =
  /** Published, or recorded, by somebody who says where. */
  | { readonly kind: 'source'; readonly source: Source; readonly how: string }
  /** Chosen so that the model meets a published figure, which then proves nothing. */
  | { readonly kind: 'fitted'; readonly on: string }
  /** Nobody published it: a default with its reason, which the reader can move. */
  | { readonly kind: 'assumed'; readonly reason: string };

/** One constant of the cost table. */
export interface Cost {
  /** In ns unless `unit` says otherwise. */
  readonly value: number;
  readonly unit: string;
  /** What takes that long. */
  readonly what: string;
  readonly origin: Origin;
  /** The values between which it may lie; a fitted one has none. */
  readonly range?: readonly [low: number, high: number];
}

/** A constant taken from a text or a recording; `how` says which number there it is, or how it follows from it. */
export function sourced(
  value: number,
  what: string,
  source: Source,
  how: string,
  range: readonly [number, number],
  unit = 'ns',
): Cost {
  return { value, unit, what, origin: { kind: 'source', source, how }, range };
}

/** A constant that was fitted; `on` names the figure. */
export function fitted(value: number, what: string, on: string, unit = 'ns'): Cost {
  return { value, unit, what, origin: { kind: 'fitted', on } };
}

/** A constant nobody published. */
export function assumed(
  value: number,
  what: string,
  reason: string,
  range: readonly [number, number],
  unit = 'ns',
): Cost {
  return { value, unit, what, origin: { kind: 'assumed', reason }, range };
}
