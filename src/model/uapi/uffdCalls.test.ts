import { expect, it } from 'vitest';
import type { Release } from '../arch/profile.ts';
import { attributesIoctl } from '../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../designs/reclaim/flushOnGmemFree.ts';
import { EINVAL } from '../host/errno.ts';
import { UFFD_FEATURE_PAGEFAULT_FLAG_WP, UFFD_FEATURE_WP_ASYNC } from '../host/userfaultfd.ts';
import { bytes, P, ScenarioMachine } from './scenarios/machine.ts';
import {
  UFFD_API,
  uffdioApi,
  uffdioRegister,
  uffdioUnregister,
  uffdioWriteprotect,
  userfaultfd,
} from './uffdCalls.ts';

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
