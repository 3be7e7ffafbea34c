/** Calls on mappings that the recordings have not, each as Linux 6.18 was seen to answer. */
import { describe, expect, it } from 'vitest';
import { attributesIoctl } from '../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../designs/reclaim/flushOnGmemFree.ts';
import { EINVAL } from '../host/errno.ts';
import { MADV_PAGEOUT } from '../host/madvise.ts';
import { MREMAP_DONTUNMAP, MREMAP_FIXED, MREMAP_MAYMOVE, madvise, mincore, mremap } from './memoryCalls.ts';
import { MAP_ANONYMOUS, MAP_PRIVATE, MAP_SHARED } from './mmap.ts';
import { bytes, P, ScenarioMachine } from './scenarios/machine.ts';

const KEEP = MREMAP_MAYMOVE | MREMAP_DONTUNMAP;

function setUp(flags = MAP_PRIVATE | MAP_ANONYMOUS) {
  const m = new ScenarioMachine({ conversion: attributesIoctl, reclaim: flushOnGmemFree });
  const at = m.map(4 * P, { flags });
  expect(m.write(at, bytes(5))).toBeNull();
  return { m, at };
}

describe('MREMAP_DONTUNMAP', () => {
  it('moves pages and leaves an empty mapping behind', () => {
    const { m, at } = setUp();
    const to = m.call(mremap(m.main, at, 4 * P, 4 * P, KEEP));
    expect(to).toBeGreaterThan(0);
    expect(to).not.toBe(at);
    expect(m.read(to)).toEqual(bytes(5));
    expect(m.call(mincore(m.main, at, 4 * P))).toEqual([0, 0, 0, 0]);
    expect(m.read(at)).toEqual(bytes(0));
    expect(m.write(at, bytes(6))).toBeNull();
    expect(m.read(to)).toEqual(bytes(5));
  });

  it('leaves shared memory where both mappings see it', () => {
    const { m, at } = setUp(MAP_SHARED | MAP_ANONYMOUS);
    const to = m.call(mremap(m.main, at, 4 * P, 4 * P, KEEP));
    expect(m.read(to)).toEqual(bytes(5));
    expect(m.read(at)).toEqual(bytes(5));
  });

  it('goes where it is told to, over what is there', () => {
    const { m, at } = setUp();
    const there = m.map(4 * P);
    m.write(there, bytes(8));
    expect(m.call(mremap(m.main, at, 4 * P, 4 * P, KEEP | MREMAP_FIXED, there))).toBe(there);
    expect(m.read(there)).toEqual(bytes(5));
    expect(m.read(at)).toEqual(bytes(0));
  });

  it('neither resizes nor stays', () => {
    const { m, at } = setUp();
    expect(m.call(mremap(m.main, at, 4 * P, 8 * P, KEEP))).toBe(-EINVAL);
    expect(m.call(mremap(m.main, at, 0, 4 * P, KEEP))).toBe(-EINVAL);
    expect(m.call(mremap(m.main, at, 4 * P, 4 * P, MREMAP_DONTUNMAP))).toBe(-EINVAL);
    expect(m.read(at)).toEqual(bytes(5));
  });
});

describe('mremap of length 0', () => {
  it('gives shared memory a second mapping, and is refused for private memory', () => {
    const { m, at } = setUp(MAP_SHARED | MAP_ANONYMOUS);
    const second = m.call(mremap(m.main, at, 0, 4 * P, MREMAP_MAYMOVE));
    expect(m.read(second)).toEqual(bytes(5));
    const own = setUp();
    expect(own.m.call(mremap(own.m.main, own.at, 0, 4 * P, MREMAP_MAYMOVE))).toBe(-EINVAL);
  });
});

describe('MADV_PAGEOUT', () => {
  it('unmaps shared memory that stays resident, and changes nothing that a load would show', () => {
    const { m, at } = setUp(MAP_SHARED | MAP_ANONYMOUS);
    expect(m.call(madvise(m.main, at, 4 * P, MADV_PAGEOUT))).toBe(0);
    expect(m.process.mm.walk(at / P, false)).toBe(0);
    expect(m.call(mincore(m.main, at, P))).toEqual([1]);
    expect(m.read(at)).toEqual(bytes(5));
  });
});
