import { expect, test } from 'vitest';
import { rowsToCsv } from './csv.ts';

test('rows become lines under one head; what has commas, quotes or breaks is quoted', () => {
  expect(rowsToCsv([{ a: 1.5, b: 'x, "y"' }, { a: null, c: 'two\nlines' }, { b: true }])).toBe(
    'a,b,c\n1.5,"x, ""y""",\n,,"two\nlines"\n,true,\n',
  );
});
