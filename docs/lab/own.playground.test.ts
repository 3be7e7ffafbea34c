import { expect, test } from 'vitest';
import { shownBy } from '../../plugins/playgrounds/execute.ts';

test('a program of one’s own: a write that faults costs more than one that finds its SPTE', async () => {
  const [table, ...rest] = await shownBy(new URL('own.playground.ts', import.meta.url));
  expect(rest).toEqual([]);
  if (table.kind !== 'table') throw new Error('a table is shown');
  const [first, second, third] = table.rows.map(({ ns }) => Number(ns));
  expect(first).toBeGreaterThan(10 * second);
  expect(third).toBeGreaterThan(10 * second);
});
