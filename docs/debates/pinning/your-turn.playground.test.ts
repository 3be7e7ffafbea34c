import { expect, test } from 'vitest';
import { shownBy } from '../../../plugins/playgrounds/execute.ts';

test('the design to begin with loses nothing, and holds and takes less than pinning all at the start', async () => {
  const [table] = await shownBy(new URL('your-turn.playground.ts', import.meta.url));
  if (table.kind !== 'table') throw new Error('a table is shown');
  const [nothing, all, mine] = table.rows;
  expect([nothing.lost, all.lost, mine.lost]).toEqual([256, 0, 0]);
  expect(all.held).toBe(1025);
  expect(mine.held).toBe(256);
  expect(Number(mine.startMicros)).toBeLessThan(Number(all.startMicros));
});
