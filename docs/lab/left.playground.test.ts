import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { shownBy } from '../../plugins/playgrounds/execute.ts';

const files = {
  left: new URL('left.playground.ts', import.meta.url),
  right: new URL('right.playground.ts', import.meta.url),
};

test('two programs: they differ in the design, and the right one remembers little until there is much', async () => {
  const [left, right] = await Promise.all([files.left, files.right].map(name => readFile(name, 'utf8')));
  expect(left.replace('attributes-ioctl', 'shared-ranges')).toBe(right);
  const bytes = async (name: URL) => {
    const [table] = await shownBy(name);
    if (table.kind !== 'table') throw new Error('a table is shown');
    return table.rows.map(row => Number(row['bytes to remember']));
  };
  const [table, ranges] = [await bytes(files.left), await bytes(files.right)];
  expect(ranges[0]).toBeLessThan(table[0] / 100);
  expect(ranges.at(-1)).toBeGreaterThan(ranges[0] * 100);
});
