import { expect, test } from 'vitest';
import { fragmentOf, textIn } from './address.ts';

test('a fragment carries a text and gives it back', () => {
  expect(fragmentOf('1.abc')).toBe('#s=1.abc');
  expect(textIn('#s=1.abc')).toBe('1.abc');
  expect(textIn('#s=')).toBe('');
});

test.each(['.', ')', '>.', '%29', '”,', '…'])(
  'what a sentence leaves at the end of an address is left out: %s',
  end => {
    expect(textIn(`#s=1.ab-_${end}`)).toBe('1.ab-_');
    expect(textIn('#s=1.a%20b')).toBe('1.a%20b');
  },
);

test('a heading and an empty fragment carry none', () => {
  expect(textIn('')).toBeUndefined();
  expect(textIn('#s')).toBeUndefined();
  expect(textIn('#the-machine-as-it-stood')).toBeUndefined();
});
