import { expect, test } from 'vitest';
import { shownBy } from '../../../plugins/playgrounds/execute.ts';

test('the design to begin with is far below the merged one, however the shared pages lie, and never wrong', async () => {
  const [plot, log] = await shownBy(new URL('your-turn.playground.ts', import.meta.url));
  if (plot.kind !== 'plot' || log.kind !== 'log') throw new Error('a plot and a line are shown');
  const bytes = (design: RegExp) =>
    plot.rows.filter(row => design.test(String(row.design))).map(row => Number(row.bytes));
  const mine = bytes(/^Yours/);
  const merged = bytes(/as merged/);
  expect(mine).toHaveLength(3);
  // Two bits a block; a block of which a piece takes a part has a bit a page as well.
  expect(mine).toEqual([128, 128 + 64 * 64, 128 + 512 * 64]);
  for (const [at, value] of mine.entries()) expect(value).toBeLessThan(merged[at] / 10);
  expect(log.text).toMatch(/: 0$/);
});
