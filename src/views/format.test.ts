import { describe, expect, test } from 'vitest';
import { formatGfn, formatLabel, formatNumber, formatPages, formatTick, formatValue } from './format.ts';

describe('numbers', () => {
  test.each([
    [0, undefined, '0'],
    [-0, undefined, '0'],
    [1234567, undefined, '1,234,567'],
    [-1234, undefined, '−1,234'],
    [0.123456, undefined, '0.1235'],
    [12.5, undefined, '12.5'],
    [12345.678, undefined, '12,346'],
    [32, 1, '32.0'],
    [-0.001, 1, '0.0'],
    [1234.56, 1, '1,234.6'],
    [1e-9, undefined, '1 × 10^-9'],
    [1e21, undefined, '1 × 10^21'],
    [Number.NaN, undefined, 'not a number'],
    [Number.POSITIVE_INFINITY, 2, '∞'],
  ])('%d with %s digits is %s', (value, digits, text) => {
    expect(formatNumber(value, digits)).toBe(text);
  });
});

test.each([
  [null, '–'],
  [undefined, '–'],
  [true, 'yes'],
  [false, 'no'],
  ['guest_memfd', 'guest_memfd'],
  [1.005, '1.00'],
])('the cell %s is %s', (value, text) => {
  expect(formatValue(value, { digits: 2 })).toBe(text);
});

test('labels carry their unit', () => {
  expect(formatLabel({ label: 'Boot', unit: 's' })).toBe('Boot (s)');
  expect(formatLabel({ label: 'Design' })).toBe('Design');
});

test.each([
  [0, 'B', '0'],
  [512, 'B', '512 B'],
  [1536, 'B', '1.5 KiB'],
  [2 ** 41, 'B', '2 TiB'],
  [1500, 'ns', '1.5 µs'],
  [0.5, 'ns', '0.5 ns'],
  [2e9, 'ns', '2 s'],
  [64, 'vCPU', '64'],
])('the tick at %d %s is %s', (value, unit, text) => {
  expect(formatTick(value, unit)).toBe(text);
});

test('gfns are hexadecimal and pages are bytes', () => {
  expect(formatGfn(0xfee00)).toBe('0xfee00');
  expect(formatPages(512)).toBe('2 MiB');
});
