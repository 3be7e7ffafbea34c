import { expect, test } from 'vitest';
import { shownBy } from '../../plugins/playgrounds/execute.ts';

test('a guest writes the faster the less often its pages are moved, and never as fast as alone', async () => {
  const [plot, ...rest] = await shownBy(new URL('first.playground.ts', import.meta.url));
  expect(rest).toEqual([]);
  if (plot.kind !== 'plot') throw new Error('a plot is shown');
  const rates = plot.rows.map(row => Number(row.rate));
  expect(rates).toHaveLength(7);
  expect(rates).toEqual([...rates].sort((one, other) => one - other));
  // Alone it would write once in the 500 ns between two writes.
  expect(rates[6]).toBeLessThan(2);
});
