/** guest_memfd_conversions_test.c, as posted with v7 of in-place conversion: one page, private and shared in turn. */
import { describe, expect, it } from 'vitest';
import { attributesIoctl } from '../../designs/conversion/attributesIoctl.ts';
import { inPlace } from '../../designs/conversion/inPlace.ts';
import { flushOnGmemFree } from '../../designs/reclaim/flushOnGmemFree.ts';
import { EINVAL, ENOTTY } from '../../host/errno.ts';
import { GMEM_INIT_SHARED, GMEM_MMAP } from '../../kvm/guestMemfd.ts';
import { MEM_GUEST_MEMFD } from '../../kvm/memslots.ts';
import { type FileAttributes, gmemSetMemoryAttributes2, kvmSetMemoryAttributes } from '../attributeCalls.ts';
import { KVM_CAP_MEMORY_ATTRIBUTES } from '../capabilities.ts';
import { fork } from '../forkCall.ts';
import { kvmCheckExtension } from '../kvmCalls.ts';
import { MAP_SHARED } from '../mmap.ts';
import { bytes, P, ScenarioMachine } from './machine.ts';

const PRIVATE = 1n << 3n;
const BASE = 2 ** 32;
const SIGBUS = { signal: 'SIGBUS', code: 'ADRERR' };
const A = bytes(0x41);
const B = bytes(0x42);
const C = bytes(0x43);
const ZERO = bytes(0);

/** A VM with a file of some pages that the host has mapped and the guest runs on. */
function setUp(pages: number, shared: boolean) {
  const m = new ScenarioMachine(
    { conversion: inPlace, reclaim: flushOnGmemFree },
    { vmType: 'sw-protected' },
  );
  const vm = m.vm();
  const fd = m.gmem(vm, pages * P, GMEM_MMAP | (shared ? GMEM_INIT_SHARED : 0));
  const at = m.map(pages * P, { fd, flags: MAP_SHARED });
  const region = { flags: MEM_GUEST_MEMFD, guestMemfd: fd, guestPhysAddr: BASE, userspaceAddr: at };
  expect(m.region(vm, { ...region, memorySize: pages * P })).toBe(0);
  const cpu = m.vcpu(vm);
  const set = (args: Partial<FileAttributes>) =>
    m.call(gmemSetMemoryAttributes2(m.main, fd, { offset: 0, size: P, attributes: 0n, flags: 0, ...args }));
  const convert = (isPrivate: boolean, page = 0, count = 1) =>
    set({ offset: page * P, size: count * P, attributes: isPrivate ? PRIVATE : 0n }).result;
  const host = (page = 0) => ({
    read: () => m.read(at + page * P),
    write: (data: Uint8Array) => m.write(at + page * P, data),
  });
  const guest = (page = 0) => ({
    read: () => m.guestRead(cpu, BASE + page * P),
    write: (data: Uint8Array) => m.guestWrite(cpu, BASE + page * P, data),
  });
  return { m, vm, fd, at, set, convert, host, guest };
}

describe('in-place conversion, as of v7', () => {
  it('I01 a page that began private keeps its contents to shared and back', () => {
    const { convert, host, guest } = setUp(1, false);
    expect(host().write(A)).toEqual(SIGBUS);
    expect(guest().read()).toEqual(ZERO);
    expect(guest().write(A)).toBeNull();
    expect(host().read()).toEqual(SIGBUS);
    expect(convert(false)).toBe(0);
    expect(host().read()).toEqual(A);
    expect(host().write(B)).toBeNull();
    expect(guest().read()).toEqual(B);
    expect(guest().write(C)).toBeNull();
    expect(host().read()).toEqual(C);
    expect(convert(true)).toBe(0);
    expect(host().read()).toEqual(SIGBUS);
    expect(host().write(A)).toEqual(SIGBUS);
    expect(guest().read()).toEqual(C);
  });

  it('I02 a page that began shared keeps its contents to private and back', () => {
    const { convert, host, guest } = setUp(1, true);
    expect(host().read()).toEqual(ZERO);
    expect(host().write(A)).toBeNull();
    expect(guest().read()).toEqual(A);
    expect(guest().write(B)).toBeNull();
    expect(host().read()).toEqual(B);
    expect(convert(true)).toBe(0);
    expect(host().read()).toEqual(SIGBUS);
    expect(host().write(A)).toEqual(SIGBUS);
    expect(guest().read()).toEqual(B);
    expect(guest().write(C)).toBeNull();
    expect(convert(false)).toBe(0);
    expect(host().read()).toEqual(C);
    expect(guest().read()).toEqual(C);
  });

  it.each([false, true])(
    'I04 a conversion before anything is allocated holds for the first touch (shared: %s)',
    shared => {
      const { convert, host, guest } = setUp(1, shared);
      expect(convert(shared)).toBe(0);
      expect(host().read()).toEqual(shared ? SIGBUS : ZERO);
      expect(guest().read()).toEqual(ZERO);
      expect(host().write(A)).toEqual(shared ? SIGBUS : null);
    },
  );

  it('I05 of eight pages converted at once the touched ones keep what they have', () => {
    const { convert, host, guest } = setUp(8, true);
    for (const page of [2, 5]) expect(host(page).write(A)).toBeNull();
    expect(convert(true, 0, 8)).toBe(0);
    for (let page = 0; page < 8; page++) {
      expect(guest(page).read()).toEqual([2, 5].includes(page) ? A : ZERO);
    }
    for (let page = 0; page < 8; page++) {
      expect(host(page).read()).toEqual(SIGBUS);
      expect(convert(false, page)).toBe(0);
      expect(host(page).read()).toEqual([2, 5].includes(page) ? A : ZERO);
    }
  });

  it('I07 converted to private, a page is out of reach for every process that has it mapped', () => {
    const { m, at, convert, host } = setUp(1, true);
    const child = m.call(fork(m.main)).createThread();
    expect(host().write(A)).toBeNull();
    expect(m.read(at, 8, child)).toEqual(A);
    expect(m.write(at, B, child)).toBeNull();
    expect(convert(true)).toBe(0);
    for (const thread of [m.main, child]) {
      expect(m.read(at, 8, thread)).toEqual(SIGBUS);
      expect(m.write(at, A, thread)).toEqual(SIGBUS);
    }
  });

  it('I09 wrong arguments are refused, and each mode has one ioctl', () => {
    const { m, vm, set } = setUp(2, false);
    const wrong: Partial<FileAttributes>[] = [
      { offset: P, size: 2 * P },
      { offset: 2 * P },
      { reserved: [0, 1] },
      { flags: 1 },
      { offset: 1 },
      { size: P + 1 },
      { size: 0 },
      { attributes: 1 },
      { offset: 2n ** 64n - BigInt(P), size: 2 * P },
    ];
    for (const args of wrong) expect(set(args).result, String(Object.entries(args))).toBe(-EINVAL);
    const range = { address: BASE, size: P, attributes: PRIVATE, flags: 0 };
    expect(m.call(kvmSetMemoryAttributes(m.main, vm, range))).toBe(-ENOTTY);
    expect(m.call(kvmCheckExtension(m.main, vm, KVM_CAP_MEMORY_ATTRIBUTES))).toBe(0);
    const other = new ScenarioMachine(
      { conversion: attributesIoctl, reclaim: flushOnGmemFree },
      { vmType: 'sw-protected' },
    );
    const fd = other.gmem(other.vm(), P, 0);
    const args = { offset: 0, size: P, attributes: PRIVATE, flags: 0 };
    expect(other.call(gmemSetMemoryAttributes2(other.main, fd, args)).result).toBe(-ENOTTY);
  });
});
