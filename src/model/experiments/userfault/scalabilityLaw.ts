/**
 * The universal scalability law (Neil Gunther): rate(n) = one * n / (1 + wait (n - 1) + coherence n (n - 1)), with
 * neither coefficient below 0. It stands beside the model for comparison; the model has nothing of it.
 */
import { log } from '../../engine/math.ts';

interface Point {
  readonly n: number;
  readonly rate: number;
}

/**
 * Fits it by least squares of the logarithms.
 *
 * @param points at least 2.
 * @returns the fitted law.
 */
export function fitScalability(points: readonly Point[]): (n: number) => number {
  // n / rate is linear in the three coefficients over `one`; logarithms need a search, which shrinks its steps.
  let best = { one: points[0].rate / points[0].n, wait: 0.1, coherence: 0.001 };
  let loss = lossOf(best, points);
  for (let step = 0.5; step > 1e-5; ) {
    let better = false;
    for (const key of ['one', 'wait', 'coherence'] as const) {
      for (const factor of [1 + step, 1 / (1 + step), 0]) {
        if (factor === 0 && key === 'one') continue;
        const next = {
          ...best,
          [key]: best[key] === 0 ? (factor === 0 ? 0 : step * 0.01) : best[key] * factor,
        };
        const nextLoss = lossOf(next, points);
        if (nextLoss >= loss) continue;
        best = next;
        loss = nextLoss;
        better = true;
      }
    }
    if (!better) step /= 2;
  }
  return n => rateOf(best, n);
}

interface Law {
  readonly one: number;
  readonly wait: number;
  readonly coherence: number;
}

function rateOf({ one, wait, coherence }: Law, n: number): number {
  return (one * n) / (1 + wait * (n - 1) + coherence * n * (n - 1));
}

function lossOf(law: Law, points: readonly Point[]): number {
  return points.reduce((sum, { n, rate }) => sum + log(rateOf(law, n) / rate) ** 2, 0);
}
