import { expect, test } from 'vitest';
import { shownBy } from '../../../plugins/playgrounds/execute.ts';

test('the merged design saves an SNP host nearly everything and an SEV host nothing', async () => {
  const [table] = await shownBy(new URL('skip-by-type.playground.ts', import.meta.url));
  if (table.kind !== 'table') throw new Error('a table is shown');
  const row = (guest: string, design: RegExp) =>
    table.rows.find(one => one.guest === guest && design.test(String(one.design)))!;
  expect(row('SNP', /every event/).flushes).toBeGreaterThanOrEqual(200 - 1);
  expect(row('SNP', /6\.11/).flushes).toBe(0);
  expect(Number(row('SNP', /6\.11/).lost)).toBeLessThan(Number(row('SNP', /every event/).lost) / 1000);
  expect(row('SEV', /6\.11/).flushes).toBe(row('SEV', /every event/).flushes);
  expect(Number(row('SEV', /6\.17/).lost)).toBeLessThan(Number(row('SEV', /every event/).lost) / 16);
});
