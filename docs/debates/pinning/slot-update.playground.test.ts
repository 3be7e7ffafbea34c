import { expect, test } from 'vitest';
import { shownBy } from '../../../plugins/playgrounds/execute.ts';

test('a pin that goes with its SPTE is lost, one that stays behind or is listed is not', async () => {
  const [table] = await shownBy(new URL('slot-update.playground.ts', import.meta.url));
  if (table.kind !== 'table') throw new Error('a table is shown');
  const move = (design: RegExp, before: RegExp) =>
    table.rows.find(row => design.test(String(row.design)) && before.test(String(row.before)))!.move;
  expect(move(/unpinned with it/, /nothing/)).toMatch(/^moved/);
  expect(move(/unpinned with it/, /deleted/)).toMatch(/^moved/);
  expect(move(/stays behind/, /nothing/)).toBe('refused');
  expect(move(/stays behind/, /deleted/)).toBe('refused');
  expect(move(/listed/, /nothing/)).toBe('refused');
  expect(move(/listed/, /deleted/)).toBe('refused');
});
