/** Reads, writes and mappings of files that end where positions do, each as Linux 6.18 was seen to answer. */
import { describe, expect, it } from 'vitest';
import { attributesIoctl } from '../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../designs/reclaim/flushOnGmemFree.ts';
import { EINVAL, ENODEV, EOVERFLOW } from '../host/errno.ts';
import { fallocate, fstat, ftruncate, memfdCreate, read, write } from './fileCalls.ts';
import { KEEP_SIZE } from './memfdFile.ts';
import { MAP_SHARED, mmap } from './mmap.ts';
import type { FileStatus } from './openFile.ts';
import { bytes, P, ScenarioMachine } from './scenarios/machine.ts';

const LAST = 2n ** 63n - 1n;

function setUp() {
  const m = new ScenarioMachine({ conversion: attributesIoctl, reclaim: flushOnGmemFree });
  const fd = m.call(memfdCreate(m.main, 0));
  expect(m.call(ftruncate(m.main, fd, 4 * P))).toBe(0);
  return { m, fd };
}

describe('a read or a write at the end of all positions', () => {
  it('is refused where it would pass it, and only there', () => {
    const { m, fd } = setUp();
    expect(m.call(read(m.main, fd, 1, LAST))).toBe(-EINVAL);
    expect(m.call(write(m.main, fd, bytes(1, 1), LAST))).toBe(-EINVAL);
    expect(m.call(read(m.main, fd, 0, LAST))).toEqual(bytes(0, 0));
    expect(m.call(read(m.main, fd, 1, LAST - 1n))).toEqual(bytes(0, 0));
  });
});

describe('setting a file’s length', () => {
  it.each([0, 1])(
    'takes what was allocated beyond the end, also where the end stays (%j pages less)',
    less => {
      const { m, fd } = setUp();
      const blocks = () => (m.call(fstat(m.main, fd)) as FileStatus).blocks512;
      expect(m.call(fallocate(m.main, fd, KEEP_SIZE, 2 * P, 6 * P))).toBe(0);
      expect(blocks()).toBe(6 * 8);
      expect(m.call(ftruncate(m.main, fd, (4 - less) * P))).toBe(0);
      expect(blocks()).toBe((2 - less) * 8);
    },
  );
});

describe('a mapping at the end of all positions', () => {
  const map = (m: ScenarioMachine, fd: number, flags: number, offset: bigint) =>
    m.call(mmap(m.main, 0, P, 3, flags, fd, offset));
  const last = (2n ** 51n - 1n) * BigInt(P);

  it('overflows with the last page of a regular file, before its flags are looked at', () => {
    const { m, fd } = setUp();
    expect(map(m, fd, 0, last)).toBe(-EOVERFLOW);
    expect(map(m, fd, 0, last - BigInt(P))).toBe(-EINVAL);
    expect(map(m, fd, MAP_SHARED, last - BigInt(P))).toBeGreaterThan(0);
  });

  it('goes further in a file that has no length', () => {
    const { m } = setUp();
    expect(map(m, m.vm(), MAP_SHARED, last)).toBe(-ENODEV);
  });
});
