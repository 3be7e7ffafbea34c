import { expect, test } from 'vitest';
import { Arena } from '../engine/arena.ts';
import { ENTRIES, RadixTable, spanOf, type Table } from './radixTable.ts';

const GIB = spanOf(3);

/** First pages of the tables of a level, in the order in which a walk over everything meets them. */
function bases(tree: RadixTable, level: number): number[] {
  const out: number[] = [];
  tree.forEachTable(0, 2 ** 36, table => {
    if (table.level === level) out.push(table.base);
  });
  return out;
}

test('a leaf that is written to one upper table shows in no other', () => {
  const tree = new RadixTable();
  const one = tree.ensure(0, 2);
  const other = tree.ensure(GIB, 2);
  one.writable[6] = 1;
  expect(one.words[6]).toBe(1);
  expect(other.words).toHaveLength(2 * ENTRIES);
  for (const table of [other, tree.root, new RadixTable().root])
    expect([...table.words]).toEqual(Array(1024).fill(0));
});

test('tables hang below entries in any order, and a walk meets them in ascending order', () => {
  const tree = new RadixTable();
  const pages = [5 * GIB, 7 * GIB, 2 * GIB, 6 * GIB];
  const made = new Map<number, Table>(pages.map(page => [page, tree.ensure(page, 2)]));
  expect(bases(tree, 2)).toEqual([2 * GIB, 5 * GIB, 6 * GIB, 7 * GIB]);
  for (const [page, table] of made) expect(tree.lowest(page, 2)).toBe(table);
  for (const page of [0, 3 * GIB, 8 * GIB]) expect(tree.lowest(page, 2).level).toBe(3);
  expect(tree.tables).toBe(6);
});

test('a table that is taken off takes what is below it along, and can be hung up again', () => {
  const tree = new RadixTable();
  const leaf = tree.ensure(3 * GIB + ENTRIES, 1);
  const parent = tree.lowest(3 * GIB, 3);
  const off = tree.detach(parent, 3);
  expect(tree.leafTable(3 * GIB + ENTRIES)).toBeNull();
  expect(tree.tables).toBe(2);
  tree.attach(parent, 3, off);
  expect(tree.leafTable(3 * GIB + ENTRIES)).toBe(leaf);
  expect(tree.tables).toBe(4);
});

test('an arena hands entries out again empty', () => {
  const arena = new Arena();
  const before = new RadixTable(arena);
  before.ensure(0, 1).writable[0] = 1;
  before.root.writable[0] = 1;
  arena.recycle();
  const after = new RadixTable(arena);
  expect(after.root.words[0]).toBe(0);
  expect(after.ensure(0, 1).words[0]).toBe(0);
});
