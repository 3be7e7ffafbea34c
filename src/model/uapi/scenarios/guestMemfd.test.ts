/** guest_memfd_test.c: files that belong to a VM, without a guest. */
import { describe, expect, it } from 'vitest';
import { attributesIoctl } from '../../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../../designs/reclaim/flushOnGmemFree.ts';
import { EINVAL, ENODEV, ENOENT, EOPNOTSUPP } from '../../host/errno.ts';
import { MPOL_BIND, MPOL_DEFAULT, MPOL_INTERLEAVE } from '../../host/memPolicy.ts';
import { GMEM_INIT_SHARED, GMEM_MMAP } from '../../kvm/guestMemfd.ts';
import { KVM_CAP_GUEST_MEMFD_FLAGS } from '../capabilities.ts';
import { fallocate, fstat, read, write } from '../fileCalls.ts';
import { kvmCheckExtension } from '../kvmCalls.ts';
import { KEEP_SIZE, PUNCH_HOLE } from '../memfdFile.ts';
import { MAP_PRIVATE, MAP_SHARED, PROT_READ, PROT_WRITE } from '../mmap.ts';
import type { FileStatus } from '../openFile.ts';
import { getMempolicy, mbind, movePages } from '../policyCalls.ts';
import { bytes, P, ScenarioMachine } from './machine.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };
const SHARED = GMEM_MMAP | GMEM_INIT_SHARED;
const PUNCH = KEEP_SIZE | PUNCH_HOLE;
const ZERO_RANGE = 0x10;
const SIGBUS = { signal: 'SIGBUS', code: 'ADRERR' };

function setUp() {
  const m = new ScenarioMachine(designs);
  return { m, vm: m.vm() };
}

function statusOf(m: ScenarioMachine, fd: number): FileStatus {
  const status = m.call(fstat(m.main, fd));
  if (typeof status === 'number') throw new Error(`fstat failed: ${status}`);
  return status;
}

/** A file of four pages, mapped shared, on a host with so many memory nodes. */
function onNodes(nodes: number) {
  const m = new ScenarioMachine(designs, { release: [6, 19] });
  m.kernel.host.frames.free.nodes = nodes;
  const fd = m.gmem(m.vm(), 4 * P, SHARED);
  return { m, fd, at: m.map(4 * P, { fd, flags: MAP_SHARED }) };
}

/** Nodes 0 and 1. */
const BOTH = 3;

/** A file of four pages, mapped shared and filled with 0xaa. */
function filled() {
  const { m, vm } = setUp();
  const fd = m.gmem(vm, 4 * P, SHARED);
  const at = m.map(4 * P, { fd, flags: MAP_SHARED });
  expect(at).toBeGreaterThan(0);
  expect(m.write(at, bytes(0xaa, 4 * P))).toBeNull();
  return { m, fd, at };
}

describe('guest_memfd', () => {
  it('G01 files keep their own sizes and inode numbers', () => {
    const { m, vm } = setUp();
    const first = m.gmem(vm, P, 0);
    expect(statusOf(m, first).size).toBe(BigInt(P));
    const second = m.gmem(vm, 2 * P, 0);
    expect(statusOf(m, second).size).toBe(BigInt(2 * P));
    expect(statusOf(m, first).size).toBe(BigInt(P));
    expect(statusOf(m, first).ino).not.toBe(statusOf(m, second).ino);
    expect(statusOf(m, first).ino).toBeGreaterThan(0);
  });

  it('G02 no size within a page is taken, whatever the flags', () => {
    const { m, vm } = setUp();
    for (const flags of [0, GMEM_MMAP, SHARED]) {
      for (let size = 1; size < P; size++) expect(m.gmem(vm, size, flags)).toBe(-EINVAL);
    }
  });

  it('G03 a flag is taken just where the capability names it', () => {
    const { m, vm } = setUp();
    const known = m.call(kvmCheckExtension(m.main, vm, KVM_CAP_GUEST_MEMFD_FLAGS));
    for (let bit = 0; bit < 52; bit++) {
      const flag = 2 ** bit;
      const fd = m.gmem(vm, P, flag);
      if (bit < 31 && known & flag) expect(fd).toBeGreaterThan(0);
      else expect(fd).toBe(-EINVAL);
    }
  });

  it('G04 it is neither read nor written', () => {
    const { m, vm } = setUp();
    const fd = m.gmem(vm, 4 * P, SHARED);
    expect(m.call(read(m.main, fd, 8))).toBeLessThan(0);
    expect(m.call(write(m.main, fd, bytes(1)))).toBeLessThan(0);
    expect(m.call(read(m.main, fd, 8, 0))).toBeLessThan(0);
    expect(m.call(write(m.main, fd, bytes(1), 0))).toBeLessThan(0);
  });

  it('G06 without the MMAP flag it is not mapped', () => {
    const { m, vm } = setUp();
    const fd = m.gmem(vm, 4 * P, 0);
    expect(m.map(P, { fd, flags: MAP_SHARED })).toBe(-ENODEV);
    expect(m.map(4 * P, { fd, flags: MAP_SHARED })).toBe(-ENODEV);
  });

  it('G07 it is not mapped privately', () => {
    const { m, vm } = setUp();
    const fd = m.gmem(vm, 4 * P, GMEM_MMAP);
    expect(m.map(4 * P, { fd, flags: MAP_PRIVATE, prot: PROT_READ | PROT_WRITE })).toBe(-EINVAL);
  });

  it('G08 what is written through a mapping is read back', () => {
    const { m, at } = filled();
    expect(m.read(at, 4 * P)).toEqual(bytes(0xaa, 4 * P));
  });

  it('G09 a punched page reads zero, the others keep what they have, and it can be written again', () => {
    const { m, fd, at } = filled();
    expect(m.call(fallocate(m.main, fd, PUNCH, 0, P))).toBe(0);
    expect(m.read(at, P)).toEqual(bytes(0, P));
    expect(m.read(at + P, 3 * P)).toEqual(bytes(0xaa, 3 * P));
    expect(m.write(at, bytes(0xaa, P))).toBeNull();
    expect(m.read(at, 4 * P)).toEqual(bytes(0xaa, 4 * P));
  });

  it('G11 without INIT_SHARED every touch of a mapping is a bus error', () => {
    const { m, vm } = setUp();
    const fd = m.gmem(vm, 4 * P, GMEM_MMAP);
    const at = m.map(4 * P, { fd, flags: MAP_SHARED });
    for (let page = 0; page < 4; page++) {
      expect(m.read(at + page * P)).toEqual(SIGBUS);
      expect(m.write(at + page * P, bytes(1))).toEqual(SIGBUS);
    }
  });

  it('G12 the whole file can be allocated', () => {
    const { m, vm } = setUp();
    const fd = m.gmem(vm, 4 * P, 0);
    expect(m.call(fallocate(m.main, fd, KEEP_SIZE, 0, 4 * P))).toBe(0);
  });

  it('G15 nothing is allocated at the end of the file or beyond', () => {
    const { m, vm } = setUp();
    const fd = m.gmem(vm, 4 * P, 0);
    expect(m.call(fallocate(m.main, fd, KEEP_SIZE, 4 * P, P))).toBe(-EINVAL);
    expect(m.call(fallocate(m.main, fd, KEEP_SIZE, 5 * P, P))).toBe(-EINVAL);
  });

  it('G17 a page is punched and allocated again', () => {
    const { m, vm } = setUp();
    const fd = m.gmem(vm, 4 * P, 0);
    expect(m.call(fallocate(m.main, fd, PUNCH, P, P))).toBe(0);
    expect(m.call(fallocate(m.main, fd, KEEP_SIZE, P, P))).toBe(0);
  });

  it('G18 a hole begins and ends at pages', () => {
    const { m, vm } = setUp();
    const fd = m.gmem(vm, 4 * P, 0);
    const odd = [
      [0, 1],
      [0, P - 1],
      [0, P + 1],
      [1, 1],
      [1, P - 1],
      [1, P],
      [1, P + 1],
      [P, 1],
      [P, P - 1],
      [P, P + 1],
    ];
    for (const [offset, length] of odd) {
      expect(m.call(fallocate(m.main, fd, PUNCH, offset, length)), `${offset}, ${length}`).toBe(-EINVAL);
    }
  });

  it('G20 each page tells the policy that it was given, and a mode that does not exist is refused', () => {
    const { m, at } = onNodes(2);
    expect(m.call(mbind(m.main, at, 2 * P, MPOL_INTERLEAVE, BOTH))).toBe(0);
    expect(m.call(mbind(m.main, at + 2 * P, 2 * P, MPOL_BIND, 1))).toBe(0);
    const told = () => [0, 1, 2, 3].map(page => m.call(getMempolicy(m.main, at + page * P)));
    const [interleaved, bound] = [
      { mode: MPOL_INTERLEAVE, nodes: BOTH },
      { mode: MPOL_BIND, nodes: 1 },
    ];
    expect(told()).toEqual([interleaved, interleaved, bound, bound]);
    expect(m.call(mbind(m.main, at, 4 * P, MPOL_DEFAULT, 0))).toBe(0);
    expect(told()).toEqual(Array.from({ length: 4 }, () => ({ mode: MPOL_DEFAULT, nodes: 0 })));
    expect(m.call(mbind(m.main, at, 4 * P, 999, BOTH))).toBe(-EINVAL);
  });

  it('G21 a policy says where pages come from when they come, and not afterwards', () => {
    const { m, fd, at } = onNodes(2);
    const nodes = () =>
      m.call(
        movePages(
          m.main,
          [0, 1, 2, 3].map(page => at + page * P),
        ),
      );
    const bind = (page: number, pages: number, node: number) =>
      expect(m.call(mbind(m.main, at + page * P, pages * P, MPOL_BIND, 1 << node))).toBe(0);
    const punch = (pages: number) => expect(m.call(fallocate(m.main, fd, PUNCH, 0, pages * P))).toBe(0);
    m.write(at, bytes(1));
    bind(0, 1, 0);
    expect(nodes()).toEqual([0, -ENOENT, -ENOENT, -ENOENT]);
    punch(1);
    bind(0, 2, 1);
    bind(2, 2, 0);
    m.write(at, bytes(1, 4 * P));
    expect(nodes()).toEqual([1, 1, 0, 0]);
    bind(0, 2, 0);
    bind(2, 2, 1);
    expect(nodes()).toEqual([1, 1, 0, 0]);
    punch(4);
    m.write(at, bytes(1, 4 * P));
    expect(nodes()).toEqual([0, 0, 1, 1]);
  });

  it('G22 a default VM is offered both flags', () => {
    const { m, vm } = setUp();
    expect(m.call(kvmCheckExtension(m.main, vm, KVM_CAP_GUEST_MEMFD_FLAGS))).toBe(SHARED);
  });

  it('G24 a size that may change, and a range of zeros, are not supported', () => {
    const { m, vm } = setUp();
    const fd = m.gmem(vm, 4 * P, 0);
    expect(m.call(fallocate(m.main, fd, 0, 0, P))).toBe(-EOPNOTSUPP);
    expect(m.call(fallocate(m.main, fd, KEEP_SIZE | ZERO_RANGE, 0, P))).toBe(-EOPNOTSUPP);
  });
});
