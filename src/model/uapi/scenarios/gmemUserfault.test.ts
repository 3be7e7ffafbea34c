/** guest_memfd_test.c since 7.1: a userfaultfd that takes the host's faults on a guest_memfd. */
import { describe, expect, it } from 'vitest';
import type { Release } from '../../arch/profile.ts';
import { attributesIoctl } from '../../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../../designs/reclaim/flushOnGmemFree.ts';
import { EINVAL } from '../../host/errno.ts';
import { loadBytes } from '../../host/hostAccess.ts';
import { GMEM_INIT_SHARED, GMEM_MMAP } from '../../kvm/guestMemfd.ts';
import { MAP_SHARED } from '../mmap.ts';
import { readMessage, UFFD_API, uffdioApi, uffdioRegister, userfaultfd } from '../uffdCalls.ts';
import { uffdioContinue, uffdioCopy } from '../uffdFillCalls.ts';
import { bytes, P, ScenarioMachine } from './machine.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };
const MISSING = 1;
const MINOR = 4;
const MINOR_FAULT = 4;
const O_CLOEXEC = 0o2000000;

function setUp(flags: number, release: Release = [7, 1]) {
  const m = new ScenarioMachine(designs, { release });
  const fd = m.gmem(m.vm(), 4 * P, flags);
  const at = m.map(4 * P, { fd, flags: MAP_SHARED });
  const alias = m.map(4 * P, { fd, flags: MAP_SHARED });
  const uffd = m.call(userfaultfd(m.main, O_CLOEXEC));
  m.call(uffdioApi(m.main, uffd, UFFD_API, 0));
  const register = (mode: number) => m.call(uffdioRegister(m.main, uffd, at, 4 * P, mode));
  /** A thread touches a page; gives what it will have read, and the message that its fault sent. */
  const touch = (page: number) => {
    const thread = m.process.createThread();
    const load = m.start(loadBytes(m.process.mm, at + page * P, 8, thread.task), thread);
    expect(load.done).toBe(false);
    return { load, message: m.call(readMessage(m.main, uffd)) };
  };
  return { m, at, alias, uffd, register, touch };
}

describe('userfaultfd on a guest_memfd', () => {
  it('G25 a page that the file has is a minor fault, and is continued with what it holds', () => {
    const { m, at, alias, uffd, register, touch } = setUp(GMEM_MMAP | GMEM_INIT_SHARED);
    expect(m.write(alias + P, bytes(0xab))).toBeNull();
    expect(typeof register(MINOR)).toBe('bigint');
    const { load, message } = touch(1);
    expect(message).toMatchObject({ event: 'pagefault', address: at + P, flags: MINOR_FAULT });
    expect(m.call(uffdioContinue(m.main, uffd, at + P, P, 0))).toEqual({ result: 0, done: P });
    expect(load).toEqual({ done: true, result: bytes(0xab) });
  });

  it('G26 a hole is a missing fault, and is filled by a copy; only a file that began shared can be registered', () => {
    const { m, at, uffd, register, touch } = setUp(GMEM_MMAP | GMEM_INIT_SHARED);
    expect(typeof register(MISSING)).toBe('bigint');
    const { load, message } = touch(2);
    expect(message).toMatchObject({ event: 'pagefault', address: at + 2 * P, flags: 0 });
    expect(m.call(uffdioCopy(m.main, uffd, at + 2 * P, bytes(0xcd, P), P, 0))).toEqual({
      result: 0,
      done: P,
    });
    expect(load).toEqual({ done: true, result: bytes(0xcd) });
    expect(setUp(GMEM_MMAP).register(MISSING)).toBe(-EINVAL);
    expect(setUp(GMEM_MMAP).register(MINOR)).toBe(-EINVAL);
  });

  it('was not there before 7.1', () => {
    const { register } = setUp(GMEM_MMAP | GMEM_INIT_SHARED, [6, 18]);
    expect(register(MISSING)).toBe(-EINVAL);
  });
});
