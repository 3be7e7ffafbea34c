import { expect, test } from 'vitest';
import { shownBy } from '../../plugins/playgrounds/execute.ts';

test('a sweep: larger ranges cost more, and those that were touched more than those that were not', async () => {
  const [plot, table] = await shownBy(new URL('sweep.playground.ts', import.meta.url));
  if (plot.kind !== 'plot' || table.kind !== 'table') throw new Error('a plot and a table are shown');
  expect(table.rows).toEqual(plot.rows);
  const ns = (guest: string) => plot.rows.filter(row => row.guest === guest).map(row => Number(row.ns));
  const [untouched, touched] = [ns('has not'), ns('has touched it')];
  expect(untouched).toEqual([...untouched].sort((a, b) => a - b));
  expect(touched.every((time, index) => time > untouched[index])).toBe(true);
});
