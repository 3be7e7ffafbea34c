import { expect, test } from 'vitest';
import { MPOL_BIND, MPOL_INTERLEAVE, MPOL_LOCAL, SharedPolicy } from './memPolicy.ts';

const bound = { mode: MPOL_BIND, nodes: 0b100 };

test('a policy covers the pages that it was given for, and cuts what was there before', () => {
  const policies = new SharedPolicy();
  const wide = { mode: MPOL_BIND, nodes: 0b10 };
  policies.set(0, 10, wide);
  policies.set(3, 5, bound);
  policies.set(8, 20, null);
  expect([0, 2, 3, 4, 5, 7, 8, 12].map(page => policies.at(page))).toEqual([
    ...[wide, wide, bound, bound, wide, wide],
    ...[null, null],
  ]);
});

test('pages come from the node that is named, from several in turn, and else from the nearest', () => {
  const policies = new SharedPolicy();
  policies.set(0, 1, bound);
  policies.set(1, 2, { mode: MPOL_INTERLEAVE, nodes: 0b101 });
  policies.set(2, 3, { mode: MPOL_LOCAL, nodes: 0 });
  expect([0, 0, 2, 3].map(page => policies.nodeFor(page))).toEqual([2, 2, 0, 0]);
  expect([1, 1, 1, 1].map(page => policies.nodeFor(page))).toEqual([0, 2, 0, 2]);
});
