import { expect, test } from 'vitest';
import { fragmentOf, textIn } from './address.ts';

test('a fragment carries a text and gives it back', () => {
  expect(fragmentOf('1.abc')).toBe('#s=1.abc');
  expect(textIn('#s=1.abc')).toBe('1.abc');
  expect(textIn('#s=')).toBe('');
});

test('a heading and an empty fragment carry none', () => {
  expect(textIn('')).toBeUndefined();
  expect(textIn('#s')).toBeUndefined();
  expect(textIn('#the-machine-as-it-stood')).toBeUndefined();
});
