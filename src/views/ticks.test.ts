import { expect, test } from 'vitest';
import { decades, powers, ticks, tickText } from './ticks.ts';

test.each([
  ['ns', 0, 1000, 6, [0, 200, 400, 600, 800, 1000]],
  ['ns', 950, 2600, 5, [1000, 1500, 2000, 2500]],
  ['ns', 0, 3, 10, [0, 1, 2, 3]],
  ['gfn', 0, 0x400, 5, [0, 0x100, 0x200, 0x300, 0x400]],
  ['gfn', 0xa0, 0x103, 5, [0xa0, 0xc0, 0xe0, 0x100]],
] as const)('%s from %d to %d, at most %d', (unit, from, to, most, expected) => {
  const found = ticks(unit, from, to, most);
  expect(found).toEqual(expected);
  expect(found.length).toBeLessThanOrEqual(most);
});

test('positions are named in the unit of the field', () => {
  expect(tickText.gfn(0x1ff)).toBe('0x1ff');
  expect(tickText.ns(2500)).toBe('2.5 µs');
});

test.each([
  [2, 2 ** 30, 2 ** 42, 7, [2 ** 30, 2 ** 32, 2 ** 34, 2 ** 36, 2 ** 38, 2 ** 40, 2 ** 42]],
  [2, 2 ** 30, 2 ** 42, 4, [2 ** 30, 2 ** 34, 2 ** 38, 2 ** 42]],
  [10, 3, 4000, 5, [10, 100, 1000]],
  [10, 1000, 1000, 5, [1000]],
])('powers of %d from %d to %d, at most %d', (base, low, high, most, expected) => {
  expect(powers(base, low, high, most)).toEqual(expected);
});

test.each([
  [15, 1600, 7, [20, 50, 100, 200, 500, 1000]],
  [0.3, 7, 7, [0.5, 1, 2, 5]],
  [15, 16_000, 7, [100, 1000, 10_000]],
  [1, 1, 4, [1]],
  [3, 4, 4, []],
])('between %d and %d, at most %d ticks of a logarithmic axis', (low, high, most, expected) => {
  expect(decades(low, high, most)).toEqual(expected);
});
