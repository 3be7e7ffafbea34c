import { expect, test } from 'vitest';
import { isPressed, mended } from './mend.ts';

test('only a fragment that cannot be decoded is replaced', () => {
  expect(mended('')).toBe('');
  expect(mended('#the-machine')).toBe('#the-machine');
  expect(mended('#s=1.abc')).toBe('#s=1.abc');
  expect(mended('#s=%41')).toBe('#s=%41');
  expect(mended('#%')).toBe('');
  expect(mended('#s=1.a%b')).toBe('#s=');
});

test('a place that has a key of its own was reached by pressing a link', () => {
  expect(isPressed(undefined)).toBe(false);
  expect(isPressed('k1')).toBe(true);
});
