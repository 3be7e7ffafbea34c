import { expect, test } from 'vitest';
import { shownBy } from '../../../plugins/playgrounds/execute.ts';

test('the design to begin with is near the better of the two others, whatever the guest does', async () => {
  const [table] = await shownBy(new URL('what-to-fetch.playground.ts', import.meta.url));
  if (table.kind !== 'table') throw new Error('a table is shown');
  const millis = (guest: RegExp, design: RegExp) =>
    Number(table.rows.find(row => guest.test(String(row.guest)) && design.test(String(row.design)))!.millis);
  expect(millis(/on and on/, /2 MiB/)).toBeLessThan(millis(/on and on/, /alone/) / 4);
  expect(millis(/jumps/, /alone/)).toBeGreaterThan(0);
  expect(millis(/on and on/, /yours/)).toBeLessThan(millis(/on and on/, /alone/) / 4);
  expect(table.rows.every(row => Number(row.fetched) >= 1 && Number(row.exits) >= 1)).toBe(true);
});
