import { expect, test } from 'vitest';
import { shownBy } from '../../plugins/playgrounds/execute.ts';

test('the search finds the lost increment and shows the steps that lose it', async () => {
  const [line, table, ...rest] = await shownBy(new URL('counter.playground.ts', import.meta.url));
  expect(rest).toEqual([]);
  expect(line).toMatchObject({ kind: 'log' });
  expect(JSON.stringify(line)).toContain('both count: broken');
  if (table.kind !== 'table') throw new Error('a table is shown');
  expect(table.rows).toHaveLength(4);
  expect(new Set(table.rows.map(row => row.actor))).toEqual(new Set(['one', 'other']));
});
