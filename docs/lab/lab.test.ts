import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { execute, shownBy } from '../../plugins/playgrounds/execute.ts';

const file = (name: string) => new URL(`${name}.playground.ts`, import.meta.url);

test('a program of one’s own: every first write costs something', async () => {
  const shown = await shownBy(file('own'));
  expect(shown).toHaveLength(8);
  for (const item of shown)
    expect(item).toMatchObject({ text: expect.stringMatching(/^gfn \d: [1-9]\d* ns$/) });
});

test('a sweep: larger ranges cost more, and those that were touched more than those that were not', async () => {
  const [plot, table] = await shownBy(file('sweep'));
  if (plot.kind !== 'plot' || table.kind !== 'table') throw new Error('a plot and a table are shown');
  expect(table.rows).toEqual(plot.rows);
  const ns = (guest: string) => plot.rows.filter(row => row.guest === guest).map(row => Number(row.ns));
  const [untouched, touched] = [ns('has not'), ns('has touched it')];
  expect(untouched).toEqual([...untouched].sort((a, b) => a - b));
  expect(touched.every((time, index) => time > untouched[index])).toBe(true);
});

test('a race: an update is lost, and with the lock none is', async () => {
  const source = await readFile(file('race'), 'utf8');
  const first = async (text: string) => {
    const { shown, failure } = await execute(text);
    expect(failure).toBeUndefined();
    return shown[0].kind === 'log' ? shown[0].text : '';
  };
  expect(await first(source)).toMatch(/^nothing is lost: the counter is 1 /);
  expect(await first(source.replace('LOCKED = false', 'LOCKED = true'))).toMatch(
    /^nothing is lost: holds in every order /,
  );
});

test('a timeline: the two workers wait for slots_lock', async () => {
  const [timeline] = await shownBy(file('timeline'));
  if (timeline.kind !== 'timeline') throw new Error('a timeline is shown');
  for (const worker of ['worker 0', 'worker 1']) {
    const lane = timeline.lanes.find(({ name }) => name === worker);
    expect(lane?.slices[0]).toMatchObject({ name: 'slots_lock', kind: 'wait' });
  }
});

test('a memory map: four ranges, and of the pages that were written an entry of their kind each', async () => {
  const [map, tree] = await shownBy(file('memory-map'));
  if (map.kind !== 'memory-map' || tree.kind !== 'page-table') throw new Error('a map and a tree are shown');
  expect(map.ranges.map(({ kind }) => kind)).toEqual(['private', 'shared', 'private', 'shared']);
  expect(tree.entries.map(({ gfn, kind }) => [gfn, kind])).toEqual([
    [96, 'private'],
    [130, 'shared'],
    [170, 'private'],
  ]);
});

test('two programs: they differ in the design, and the right one remembers little until there is much', async () => {
  const [left, right] = await Promise.all(['left', 'right'].map(name => readFile(file(name), 'utf8')));
  expect(left.replace('attributes-ioctl', 'shared-ranges')).toBe(right);
  const bytes = async (name: string) => {
    const [table] = await shownBy(file(name));
    if (table.kind !== 'table') throw new Error('a table is shown');
    return table.rows.map(row => Number(row['bytes to remember']));
  };
  const [table, ranges] = [await bytes('left'), await bytes('right')];
  expect(ranges[0]).toBeLessThan(table[0] / 100);
  expect(ranges.at(-1)).toBeGreaterThan(ranges[0] * 100);
});
