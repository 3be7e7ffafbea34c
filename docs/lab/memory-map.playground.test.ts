import { expect, test } from 'vitest';
import { shownBy } from '../../plugins/playgrounds/execute.ts';

test('a memory map: four ranges, and of the pages that were written an entry of their kind each', async () => {
  const [map, tree] = await shownBy(new URL('memory-map.playground.ts', import.meta.url));
  if (map.kind !== 'memory-map' || tree.kind !== 'page-table') throw new Error('a map and a tree are shown');
  expect(map.ranges.map(({ kind }) => kind)).toEqual(['private', 'shared', 'private', 'shared']);
  expect(tree.entries.map(({ gfn, kind }) => [gfn, kind])).toEqual([
    [96, 'private'],
    [130, 'shared'],
    [170, 'private'],
  ]);
});
