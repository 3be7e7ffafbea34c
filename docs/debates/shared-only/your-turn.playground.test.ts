import { expect, test } from 'vitest';
import { shownBy } from '../../../plugins/playgrounds/execute.ts';

test('the design to begin with flushes every free, and less than every event does', async () => {
  const [plot, log] = await shownBy(new URL('your-turn.playground.ts', import.meta.url));
  if (plot.kind !== 'plot' || log.kind !== 'log') throw new Error('a plot and a line are shown');
  expect(plot.rows.filter(row => row.design === 'Yours')).toHaveLength(3);
  expect(log.text).toMatch(/: 0 of 12$/);
  const lost = (design: RegExp, pages: number) =>
    Number(plot.rows.find(row => design.test(String(row.design)) && row.pages === pages)!.lost);
  for (const pages of [1, 16, 256])
    expect(lost(/^Yours/, pages)).toBeLessThan(lost(/every event/, pages) / 10);
});
