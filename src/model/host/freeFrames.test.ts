import { expect, test } from 'vitest';
import { AccessLog } from '../engine/access.ts';
import { Frames, OWNER_ANON, OWNER_GMEM } from './frames.ts';

function host(nodes: number): Frames {
  const frames = new Frames(new AccessLog());
  frames.free.nodes = nodes;
  return frames;
}

test('a frame comes from the node that is asked for, and goes back to it', () => {
  const frames = host(3);
  const taken = [2, 0, 1, 2].map(node => frames.allocate(OWNER_GMEM, node));
  expect(taken.map(pfn => frames.free.nodeOf(pfn))).toEqual([2, 0, 1, 2]);
  expect(new Set(taken).size).toBe(4);
  frames.put(taken[2]);
  expect(frames.allocate(OWNER_GMEM, 0)).not.toBe(taken[2]);
  expect(frames.allocate(OWNER_GMEM, 1)).toBe(taken[2]);
});

test('frames that were passed over are found by whoever takes any', () => {
  const frames = host(2);
  const far = frames.allocate(OWNER_GMEM, 1);
  const near = frames.allocate(OWNER_ANON);
  expect(near).toBeLessThan(far);
  expect(frames.free.nodeOf(near)).toBe(0);
});

test('with one node every frame is on it, in the order in which they lie', () => {
  const frames = host(1);
  const first = frames.allocate(OWNER_ANON);
  expect(frames.allocate(OWNER_ANON, 0)).toBe(first + 1);
  expect(frames.free.nodeOf(first + 1000)).toBe(0);
});
