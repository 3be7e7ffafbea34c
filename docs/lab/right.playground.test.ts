import { expect, test } from 'vitest';
import { shownBy } from '../../plugins/playgrounds/execute.ts';

test('shared ranges: what is remembered grows with every page that is shared', async () => {
  const [table] = await shownBy(new URL('right.playground.ts', import.meta.url));
  if (table.kind !== 'table') throw new Error('a table is shown');
  const bytes = table.rows.map(row => Number(row['bytes to remember']));
  expect(bytes.length).toBeGreaterThan(3);
  expect(bytes.every((size, index) => index === 0 || size > bytes[index - 1])).toBe(true);
});
