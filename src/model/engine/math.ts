/**
 * Transcendental functions that give the same bits in every engine.
 *
 * The language leaves the last digits of Math.exp and its kin to the implementation, so the model uses these:
 * additions, multiplications, divisions and square roots only, which IEEE 754 fixes. Relative error is below
 * 1e-14 over the range the model needs; nothing here is for finer work.
 */

const { LN2, PI, SQRT2, SQRT1_2 } = Math;

/** Natural logarithm; -Infinity at 0, NaN below. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : Number.NaN;
  if (x === Infinity) return Infinity;
  let exponent = 0;
  let m = x;
  while (m >= SQRT2) {
    m *= 0.5;
    exponent++;
  }
  while (m < SQRT1_2) {
    m *= 2;
    exponent--;
  }
  // log m = 2 atanh((m - 1) / (m + 1)); the ratio is at most 0.172, so the series converges fast.
  const ratio = (m - 1) / (m + 1);
  const square = ratio * ratio;
  let sum = 0;
  for (let k = 21; k >= 1; k -= 2) sum = sum * square + 1 / k;
  return 2 * ratio * sum + exponent * LN2;
}

/** e to the x. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.78) return Infinity;
  if (x < -745.13) return 0;
  const n = Math.round(x / LN2);
  const rest = x - n * LN2;
  let sum = 1;
  for (let k = 16; k >= 1; k--) sum = 1 + (sum * rest) / k;
  return scale(sum, n);
}

/** base to the exponent, for base >= 0. */
export function pow(base: number, exponent: number): number {
  if (exponent === 0) return 1;
  if (base === 0) return exponent > 0 ? 0 : Infinity;
  if (Number.isInteger(exponent) && Math.abs(exponent) <= 64) {
    let out = 1;
    for (let i = Math.abs(exponent); i > 0; i--) out *= base;
    return exponent > 0 ? out : 1 / out;
  }
  return exp(exponent * log(base));
}

/** Base-2 logarithm. */
export function log2(x: number): number {
  return log(x) / LN2;
}

/** Sine of an angle in radians. */
export function sin(x: number): number {
  const turns = Math.round(x / (2 * PI));
  const angle = x - turns * 2 * PI;
  const square = angle * angle;
  let sum = 1;
  for (let k = 12; k >= 1; k--) sum = 1 - (sum * square) / (2 * k * (2 * k + 1));
  return angle * sum;
}

function scale(x: number, powerOfTwo: number): number {
  let out = x;
  let n = powerOfTwo;
  while (n > 0) {
    out *= 2;
    n--;
  }
  while (n < 0) {
    out *= 0.5;
    n++;
  }
  return out;
}
