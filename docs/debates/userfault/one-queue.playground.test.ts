import { expect, test } from 'vitest';
import { shownBy } from '../../../plugins/playgrounds/execute.ts';

test('exits scale with vCPUs, one queue stops doing so', async () => {
  const [plot] = await shownBy(new URL('one-queue.playground.ts', import.meta.url));
  if (plot.kind !== 'plot') throw new Error('a plot is shown');
  const rate = (way: RegExp, vcpus: number) =>
    Number(plot.rows.find(row => way.test(String(row.way)) && row.vcpus === vcpus)!.rate);
  expect(rate(/exit/, 64) / rate(/exit/, 1)).toBeGreaterThan(32);
  expect(rate(/userfaultfd/, 64) / rate(/userfaultfd/, 1)).toBeLessThan(32);
  for (const vcpus of [1, 8, 64]) expect(rate(/exit/, vcpus)).toBeGreaterThan(rate(/userfaultfd/, vcpus));
});
