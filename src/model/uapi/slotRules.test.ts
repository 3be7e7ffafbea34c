/** What a slot and a guest_memfd may be, by architecture, VM type and release. */
import { describe, expect, it } from 'vitest';
import type { Profile, VmType } from '../arch/profile.ts';
import { attributesIoctl } from '../designs/conversion/attributesIoctl.ts';
import { inPlace } from '../designs/conversion/inPlace.ts';
import { flushOnGmemFree } from '../designs/reclaim/flushOnGmemFree.ts';
import { EBADF, EEXIST, EINVAL } from '../host/errno.ts';
import { MEM_GUEST_MEMFD } from '../kvm/memslots.ts';
import {
  KVM_CAP_GUEST_MEMFD_FLAGS,
  KVM_CAP_MULTI_ADDRESS_SPACE,
  KVM_CAP_NR_MEMSLOTS,
} from './capabilities.ts';
import { kvmCheckExtension } from './kvmCalls.ts';
import { P, ScenarioMachine } from './scenarios/machine.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };
const MMAP = 1;
const MMAP_SHARED = 3;

function setUp(profile: Partial<Profile> = {}, conversion = designs.conversion) {
  const m = new ScenarioMachine({ ...designs, conversion }, profile);
  const vm = m.vm();
  const has = (cap: number) => m.call(kvmCheckExtension(m.main, vm, cap));
  return { m, vm, has, userspaceAddr: m.map(16 * P) };
}

describe('slots of arm64', () => {
  it('are all the user’s, in one address space', () => {
    const { m, vm, has, userspaceAddr } = setUp({ arch: 'arm64' });
    expect([has(KVM_CAP_NR_MEMSLOTS), has(KVM_CAP_MULTI_ADDRESS_SPACE)]).toEqual([32767, 0]);
    expect(m.region(vm, { slot: 32766, userspaceAddr })).toBe(0);
    expect(m.region(vm, { slot: 32767, userspaceAddr, guestPhysAddr: P })).toBe(-EINVAL);
    expect(m.region(vm, { slot: 65536, userspaceAddr, guestPhysAddr: P })).toBe(-EINVAL);
  });

  it('are three fewer on x86, in two where nothing is private', () => {
    const { m, vm, has, userspaceAddr } = setUp();
    expect([has(KVM_CAP_NR_MEMSLOTS), has(KVM_CAP_MULTI_ADDRESS_SPACE)]).toEqual([32764, 2]);
    expect(m.region(vm, { slot: 32764, userspaceAddr })).toBe(-EINVAL);
    expect(m.region(vm, { slot: 65536, userspaceAddr })).toBe(0);
    expect(setUp({ vmType: 'sw-protected' }).has(KVM_CAP_MULTI_ADDRESS_SPACE)).toBe(1);
  });
});

describe('files that begin shared', () => {
  it.each<[VmType, number]>([
    ['default', MMAP_SHARED],
    ['sev', MMAP_SHARED],
    ['sev-es', MMAP_SHARED],
    ['sw-protected', MMAP],
    ['snp', MMAP],
    ['tdx', MMAP],
  ])('are for VMs without private memory: %s', (vmType, flags) => {
    const { m, vm, has } = setUp({ vmType });
    expect(has(KVM_CAP_GUEST_MEMFD_FLAGS)).toBe(flags);
    expect(m.gmem(vm, P, MMAP)).toBeGreaterThan(0);
    if (flags === MMAP) expect(m.gmem(vm, P, MMAP_SHARED)).toBe(-EINVAL);
    else expect(m.gmem(vm, P, MMAP_SHARED)).toBeGreaterThan(0);
  });

  it('are for all where the file keeps what is private', () => {
    const { m, vm, has } = setUp({ vmType: 'sw-protected' }, inPlace);
    expect(has(KVM_CAP_GUEST_MEMFD_FLAGS)).toBe(MMAP_SHARED);
    expect(m.gmem(vm, P, MMAP_SHARED)).toBeGreaterThan(0);
  });
});

describe('binding a file', () => {
  it('is looked at after overlaps, and what the file is after whether there is one', () => {
    const { m, vm, userspaceAddr } = setUp();
    expect(m.region(vm, { userspaceAddr })).toBe(0);
    const slot = { slot: 1, flags: MEM_GUEST_MEMFD, userspaceAddr };
    expect(m.region(vm, { ...slot, guestMemfd: 99 })).toBe(-EEXIST);
    const apart = { ...slot, guestPhysAddr: P };
    expect(m.region(vm, { ...apart, guestMemfd: 99 })).toBe(-EBADF);
    expect(m.region(vm, { ...apart, guestMemfd: vm })).toBe(-EINVAL);
    // Descriptors 0 to 2 are open, and no guest_memfds.
    expect(m.region(vm, { ...apart, guestMemfd: 0 })).toBe(-EINVAL);
  });

  it('takes an offset for a signed number: negative ones are refused, a sum that overflows passes', () => {
    const last = 2n ** 63n - BigInt(P);
    for (const bugCompatible of [true, false]) {
      const { m, vm, userspaceAddr } = setUp({ bugCompatible });
      const gmem = m.gmem(vm, 4 * P, MMAP_SHARED);
      const bind = (guestMemfdOffset: bigint, pages = 1) =>
        m.region(vm, {
          ...{ flags: MEM_GUEST_MEMFD, userspaceAddr, guestMemfd: gmem },
          ...{ guestMemfdOffset, memorySize: pages * P },
        });
      expect(bind(-BigInt(P))).toBe(-EINVAL);
      expect(bind(2n ** 63n)).toBe(-EINVAL);
      expect(bind(last - BigInt(P))).toBe(-EINVAL);
      expect(bind(last)).toBe(bugCompatible ? 0 : -EINVAL);
    }
  });
});
