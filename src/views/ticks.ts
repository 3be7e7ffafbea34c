import { formatGfn, formatTick } from './format.ts';

/** What the axis under some lanes counts. */
export type Unit = 'gfn' | 'ns' | 'B';

/** Text of a position on the axis. */
export const tickText: Readonly<Record<Unit, (value: number) => string>> = {
  gfn: formatGfn,
  ns: value => formatTick(value, 'ns'),
  B: value => formatTick(value, 'B'),
};

/** Round steps of a decimal axis: 1, 2, 5, 10, 20, 50, ... */
function decimalStep(least: number): number {
  let step = 1;
  while (step < least) step *= String(step).startsWith('2') ? 2.5 : 2;
  return step;
}

/** Round steps of an axis of pages or bytes: powers of two. */
function binaryStep(least: number): number {
  let step = 1;
  while (step < least) step *= 2;
  return step;
}

/**
 * Round positions in a window, at most as many as asked for.
 *
 * @param most at least 2
 */
export function ticks(unit: Unit, from: number, to: number, most: number): number[] {
  const least = (to - from) / (most - 1);
  const step = unit === 'ns' ? decimalStep(least) : binaryStep(least);
  const found: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push(at);
  return found;
}

/**
 * Powers of a base in a range, at most as many as asked for, evenly spread.
 *
 * @param low above 0
 */
export function powers(base: number, low: number, high: number, most: number): number[] {
  const first = Math.ceil(Math.log(low) / Math.log(base) - 1e-9);
  const last = Math.floor(Math.log(high) / Math.log(base) + 1e-9);
  const stride = Math.max(1, Math.ceil((last - first + 1) / most));
  const found: number[] = [];
  for (let exponent = first; exponent <= last; exponent += stride) found.push(base ** exponent);
  return found;
}

/**
 * Ticks of a logarithmic axis that counts in tens: the powers, and between few powers twice and five times each.
 *
 * @param low above 0
 * @param most at most so many
 */
export function decades(low: number, high: number, most: number): number[] {
  const tens = powers(10, low / 10, high, Number.POSITIVE_INFINITY);
  const all = tens
    .flatMap(power => [power, 2 * power, 5 * power])
    .filter(value => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
  return all.length > 0 && all.length <= most ? all : powers(10, low, high, most);
}
