import { expect, test } from 'vitest';
import { shownBy } from '../../../plugins/playgrounds/execute.ts';

test('keeping the shared pages takes less, until every 64th page is shared', async () => {
  const [plot, ...rest] = await shownBy(new URL('first.playground.ts', import.meta.url));
  expect(rest).toEqual([]);
  if (plot.kind !== 'plot') throw new Error('a plot is shown');
  const bytes = (shared: number) =>
    plot.rows
      .filter(row => row.shared === shared)
      .map(row => [String(row.design), Number(row.bytes)] as const);
  const [[rangesName, fewest], [mergedName, merged]] = bytes(1);
  expect(rangesName).toMatch(/shared ranges/);
  expect(mergedName).toMatch(/as merged/);
  // A leaf of the array holds 64 entries: the merged form needs them all, whatever is shared.
  expect(plot.rows.filter(row => row.design === mergedName).map(row => row.bytes)).toEqual(
    Array(7).fill(merged),
  );
  expect(fewest).toBeLessThan(merged / 500);
  const [[, most]] = bytes(4096);
  expect(Math.abs(most / merged - 1)).toBeLessThan(0.01);
});
