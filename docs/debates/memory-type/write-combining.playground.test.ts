import { expect, test } from 'vitest';
import { shownBy } from '../../../plugins/playgrounds/execute.ts';

test('write-combining RAM is honoured as the debate’s page says', async () => {
  const [table] = await shownBy(new URL('write-combining.playground.ts', import.meta.url));
  if (table.kind !== 'table') throw new Error('a table is shown');
  const of = (release: RegExp) => table.rows.find(row => release.test(String(row.release)))!;
  for (const release of [/^2020/, /^6\.7/, /^6\.11:/, /^6\.16/])
    expect(of(release)['RAM of an ordinary VM']).toBe('WB');
  expect(of(/^6\.11-rc1/)['RAM of an ordinary VM']).toBe('WC');
  expect(of(/^6\.16/)['the same, quirk off']).toBe('WC');
  expect(of(/^6\.16/)['the same, quirk off, no self-snoop']).toBe('WB');
  for (const row of table.rows) {
    expect(row['RAM, non-coherent DMA']).toBe('WC');
    expect(row['MMIO of the host']).toBe('WC');
  }
});
