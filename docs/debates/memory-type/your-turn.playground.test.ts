import { expect, test } from 'vitest';
import { shownBy } from '../../../plugins/playgrounds/execute.ts';

test('each release gets something wrong, and the design to begin with nothing', async () => {
  const [table] = await shownBy(new URL('your-turn.playground.ts', import.meta.url));
  if (table.kind !== 'table') throw new Error('a table is shown');
  const designs = [...new Set(table.rows.map(row => String(row.design)))];
  const wrong = (design: string) =>
    table.rows.filter(row => row.design === design && row.wrong !== 'nothing').map(row => row.wrong);
  expect(designs).toHaveLength(6);
  for (const design of designs) {
    if (design.startsWith('Yours')) expect(wrong(design)).toEqual([]);
    else expect(wrong(design).length, design).toBeGreaterThan(0);
  }
  const honouring = designs.find(design => design.startsWith('6.11-rc1'))!;
  expect(wrong(honouring)).toEqual(['the VMM reads stale lines', 'a slow display']);
});
