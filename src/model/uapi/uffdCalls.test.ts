import { describe, expect, it } from 'vitest';
import type { Release } from '../arch/profile.ts';
import { attributesIoctl } from '../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../designs/reclaim/flushOnGmemFree.ts';
import { EAGAIN, EBUSY, EEXIST, EINVAL, ENOENT } from '../host/errno.ts';
import { loadBytes } from '../host/hostAccess.ts';
import { UFFD_FEATURE_PAGEFAULT_FLAG_WP, UFFD_FEATURE_WP_ASYNC } from '../host/userfaultfd.ts';
import { fork } from './forkCall.ts';
import { mincore } from './memoryCalls.ts';
import { bytes, P, ScenarioMachine } from './scenarios/machine.ts';
import {
  UFFD_API,
  uffdioApi,
  uffdioRegister,
  uffdioUnregister,
  uffdioWake,
  uffdioWriteprotect,
  userfaultfd,
} from './uffdCalls.ts';
import { uffdioMove } from './uffdFillCalls.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };
const NONBLOCK = 0o4000;
const MODE_MISSING = 1;
const MODE_WP = 2;

/** A guest_memfd of 6.18 mapped into memory, and a userfaultfd with some features. */
function setUp(features: number) {
  const m = new ScenarioMachine(designs, { release: [6, 18] });
  const gmem = m.gmem(m.vm(), 4 * P, 3);
  const at = m.map(4 * P, { flags: 1, fd: gmem });
  const uffd = m.call(userfaultfd(m.main, NONBLOCK));
  expect(m.call(uffdioApi(m.main, uffd, UFFD_API, features))).toMatchObject({});
  const register = (mode: number) => m.call(uffdioRegister(m.main, uffd, at, 4 * P, mode));
  return { m, at, uffd, register };
}

it('protects any memory where the kernel itself gives the protection up on a write, as recorded on 6.18', () => {
  const { m, at, uffd, register } = setUp(UFFD_FEATURE_WP_ASYNC | UFFD_FEATURE_PAGEFAULT_FLAG_WP);
  expect(register(MODE_WP | MODE_MISSING)).toBe(-EINVAL);
  expect(register(MODE_WP)).toBe(0x17cn);
  expect(m.write(at, bytes(1, 4))).toBeNull();
  expect(m.call(uffdioWriteprotect(m.main, uffd, at, P, 1))).toBe(0);
  expect(m.write(at, bytes(2, 4))).toBeNull();
  expect(m.read(at, 4)).toEqual(bytes(2, 4));
});

it('protects no guest_memfd where a reader would have to answer', () => {
  const { register } = setUp(UFFD_FEATURE_PAGEFAULT_FLAG_WP);
  expect(register(MODE_WP)).toBe(-EINVAL);
});

it.each<[Release, boolean]>([
  [[6, 9], false],
  [[6, 10], true],
])('protects pages of arm64 from writes since 6.10: %j', (release, protects) => {
  const m = new ScenarioMachine(designs, { release, arch: 'arm64' });
  const at = m.map(P);
  const uffd = m.call(userfaultfd(m.main, NONBLOCK));
  const wanted = UFFD_FEATURE_PAGEFAULT_FLAG_WP | UFFD_FEATURE_WP_ASYNC;
  const told = m.call(uffdioApi(m.main, uffd, UFFD_API, wanted)) as { features: bigint };
  // It could be asked for where it was not there.
  expect(told.features & BigInt(wanted)).toBe(protects ? BigInt(wanted) : 0n);
  const registered = m.call(uffdioRegister(m.main, uffd, at, P, MODE_WP));
  if (protects) expect(registered).toBeGreaterThan(0n);
  else expect(registered).toBe(-EINVAL);
  expect(m.call(uffdioRegister(m.main, uffd, at, P, MODE_MISSING))).toBeGreaterThan(0n);
});

it.each<[Release, number]>([
  [[6, 16], 0],
  [[6, 17], -EINVAL],
])('unregisters what another userfaultfd has registered until 6.17: %j', (release, expected) => {
  const m = new ScenarioMachine(designs, { release });
  const at = m.map(4 * P);
  const [one, other] = [0, 0].map(() => {
    const fd = m.call(userfaultfd(m.main, NONBLOCK));
    m.call(uffdioApi(m.main, fd, UFFD_API, 0));
    return fd;
  });
  m.call(uffdioRegister(m.main, one, at, 2 * P, MODE_MISSING));
  expect(m.call(uffdioUnregister(m.main, other, at, 4 * P))).toBe(expected);
  // What nobody has may be named by anybody.
  expect(m.call(uffdioUnregister(m.main, other, at + 2 * P, 2 * P))).toBe(0);
  expect(m.call(uffdioUnregister(m.main, one, at, 4 * P))).toBe(0);
});

describe('UFFDIO_MOVE', () => {
  const DONTWAKE = 1;
  const ALLOW_HOLES = 2;

  /** A handled range of eight pages, and four pages of which the first three hold 1, 2 and 3. */
  function moving(release: Release = [6, 18]) {
    const m = new ScenarioMachine(designs, { release });
    const [dst, src] = [m.map(8 * P), m.map(4 * P)];
    for (let page = 0; page < 3; page++) m.write(src + page * P, bytes(page + 1, P));
    const uffd = m.call(userfaultfd(m.main, NONBLOCK));
    m.call(uffdioApi(m.main, uffd, UFFD_API, 0));
    m.call(uffdioRegister(m.main, uffd, dst, 8 * P, MODE_MISSING));
    const move = (to: number, from: number, pages: number, mode = 0) =>
      m.call(uffdioMove(m.main, uffd, { dst: to, src: from, len: pages * P, mode }));
    return { m, dst, src, uffd, move };
  }

  it('takes pages away from where they were, and wakes who waits for them', () => {
    const { m, dst, src, uffd, move } = moving();
    const thread = m.process.createThread();
    const waiting = m.start(loadBytes(m.process.mm, dst + P, 8, thread.task), thread);
    expect(move(dst, src, 2, DONTWAKE)).toEqual({ result: 0, done: 2 * P });
    expect(waiting.done).toBe(false);
    expect(m.call(uffdioWake(m.main, uffd, dst, 2 * P))).toBe(0);
    expect(waiting.result).toEqual(bytes(2));
    expect(m.call(mincore(m.main, src, 4 * P))).toEqual([0, 0, 1, 0]);
    expect(m.read(src)).toEqual(bytes(0));
  });

  it('stops at a hole, or passes it over; at a page that is there; and at one that a child has too', () => {
    const { m, dst, src, move } = moving();
    expect(move(dst, src + 3 * P, 1)).toEqual({ result: -ENOENT, done: -ENOENT });
    expect(move(dst, src + 2 * P, 2)).toEqual({ result: -EAGAIN, done: P });
    expect(move(dst + P, src + 2 * P, 2, ALLOW_HOLES)).toEqual({ result: 0, done: 2 * P });
    expect(move(dst, src, 1)).toEqual({ result: -EEXIST, done: -EEXIST });
    m.call(fork(m.main));
    expect(move(dst + 4 * P, src, 1)).toEqual({ result: -EBUSY, done: -EBUSY });
  });

  it('is for private anonymous memory with the same rights, into what this userfaultfd handles', () => {
    const { m, dst, src, move } = moving();
    const refused = { result: -EINVAL, done: -EINVAL };
    const shared = m.map(P, { flags: 0x21 });
    const readOnly = m.map(P, { prot: 1 });
    for (const from of [shared, readOnly]) expect(move(dst, from, 1)).toEqual(refused);
    expect(move(src + 3 * P, src, 1)).toEqual(refused);
    expect(move(dst, src, 5)).toEqual(refused);
    expect(move(dst, src + 1, 1)).toEqual({ result: -EINVAL, done: 0 });
    expect(move(dst, src, 1, 4)).toEqual({ result: -EINVAL, done: 0 });
    expect(moving([6, 7]).move(dst, src, 1)).toEqual({ result: -EINVAL, done: 0 });
  });

  it('leaves the guest no mapping of the place a page was taken from', () => {
    const { m, dst, src, move } = moving();
    const vm = m.vm();
    m.region(vm, { memorySize: 4 * P, userspaceAddr: src });
    const cpu = m.vcpu(vm);
    expect(m.guestRead(cpu, 0)).toEqual(bytes(1));
    expect(move(dst, src, 1).result).toBe(0);
    expect(m.guestRead(cpu, 0)).toEqual(bytes(0));
    expect(m.read(dst)).toEqual(bytes(1));
  });
});
