import type { IntParam, NumberParam } from '../../model/experiments/params.ts';

type Numeric = IntParam | NumberParam;

/** Steps of a slider from one end to the other. */
export const STEPS = 1000;

/** Rounds to what the parameter can be, within its range. */
export function settle(param: Numeric, value: number): number {
  const inside = Math.min(param.max, Math.max(param.min, value));
  return param.kind === 'int' ? Math.round(inside) : Number(inside.toPrecision(4));
}

/** An axis on which a logarithmic range that begins at zero has a place for it. */
function shifted(param: Numeric): (value: number) => number {
  const shift = param.min > 0 ? 0 : 1 - param.min;
  return value => Math.log(value + shift);
}

/** Where a value lies on its slider, from 0 to STEPS. */
export function positionOf(param: Numeric, value: number): number {
  const { min, max } = param;
  if (max === min) return 0;
  if (param.scale !== 'log') return Math.round(((value - min) / (max - min)) * STEPS);
  const log = shifted(param);
  return Math.round(((log(value) - log(min)) / (log(max) - log(min))) * STEPS);
}

/** The value at a place of the slider. */
export function valueAt(param: Numeric, position: number): number {
  const { min, max } = param;
  const part = position / STEPS;
  if (position <= 0) return min;
  if (position >= STEPS) return max;
  if (param.scale !== 'log') return settle(param, min + (max - min) * part);
  const log = shifted(param);
  const shift = min > 0 ? 0 : 1 - min;
  return settle(param, Math.exp(log(min) + (log(max) - log(min)) * part) - shift);
}

/**
 * The place one key press away: at least one step, and at least the next value that differs.
 *
 * @param steps how many steps of the slider, negative to go down
 */
export function stepFrom(param: Numeric, value: number, steps: number): number {
  const position = positionOf(param, value);
  const next = valueAt(param, position + steps);
  if (param.kind === 'int' && next === value) return settle(param, value + Math.sign(steps));
  return next;
}
