import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { int, number } from '../../model/experiments/params.ts';
import { positionOf, STEPS, stepFrom, valueAt } from './scale.ts';

const vcpus = int({ label: '', min: 1, max: 512, default: 8, scale: 'log' });
const flush = number({ label: '', min: 0, max: 5000, default: 500 });
const fromZero = int({ label: '', min: 0, max: 4096, default: 32, scale: 'log' });

describe('sliders', () => {
  test('reach both ends', () => {
    for (const param of [vcpus, flush, fromZero]) {
      expect(valueAt(param, 0)).toBe(param.min);
      expect(valueAt(param, STEPS)).toBe(param.max);
      expect(positionOf(param, param.min)).toBe(0);
      expect(positionOf(param, param.max)).toBe(STEPS);
    }
  });

  test('a logarithmic slider has the geometric mean in its middle', () => {
    expect(valueAt(vcpus, STEPS / 2)).toBe(Math.round(Math.sqrt(512)));
  });

  test('a slider with one value stands still', () => {
    const one = int({ label: '', min: 3, max: 3, default: 3 });
    expect([positionOf(one, 3), valueAt(one, 0), valueAt(one, STEPS)]).toEqual([0, 3, 3]);
  });

  test('every integer can be reached by keys', () => {
    const seen = [vcpus.min];
    while (seen[seen.length - 1] < 20) seen.push(stepFrom(vcpus, seen[seen.length - 1], 1));
    expect(seen.slice(0, 5)).toEqual([1, 2, 3, 4, 5]);
    expect(stepFrom(vcpus, 1, -1)).toBe(1);
    expect(stepFrom(vcpus, 512, 1)).toBe(512);
  });

  test('values stay in range and positions come back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -50, max: STEPS + 50 }), position => {
        for (const param of [vcpus, flush, fromZero]) {
          const value = valueAt(param, position);
          expect(value).toBeGreaterThanOrEqual(param.min);
          expect(value).toBeLessThanOrEqual(param.max);
          expect(valueAt(param, positionOf(param, value))).toBeCloseTo(value, -1);
        }
      }),
    );
  });
});
