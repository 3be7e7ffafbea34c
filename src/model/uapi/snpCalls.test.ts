/** Launching SNP guests: order of checks, what becomes of the memory, and how far a failing range gets. */
import { describe, expect, it } from 'vitest';
import type { Release } from '../arch/profile.ts';
import { attributesIoctl } from '../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../designs/reclaim/flushOnGmemFree.ts';
import { EFAULT, EINVAL, EIO, EOPNOTSUPP, EPERM } from '../host/errno.ts';
import { SNP_PAGE_NORMAL, SNP_PAGE_ZERO } from '../kvm/snpLaunch.ts';
import type { EncryptCommand } from './encryptCommand.ts';
import { close } from './fileCalls.ts';
import { kvmPreFaultMemory } from './preFaultCall.ts';
import { LaunchMachine } from './scenarios/launchMachine.ts';
import { bytes, P } from './scenarios/machine.ts';
import {
  KVM_SEV_INIT2,
  KVM_SEV_LAUNCH_START,
  KVM_SEV_SNP_LAUNCH_FINISH,
  KVM_SEV_SNP_LAUNCH_START,
  KVM_SEV_SNP_LAUNCH_UPDATE,
} from './sevCalls.ts';
import { SEV_RET_INVALID_GUEST_STATE } from './snpCalls.ts';
import type { VmFile } from './vmFile.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };

const POLICY = 1 << 17;

/** An SNP guest that takes contents, the first six of its eight pages private. */
function snp(release: Release = [6, 18]) {
  const m = new LaunchMachine(designs, 'snp', release);
  expect(m.result({ id: KVM_SEV_INIT2, data: {} })).toBe(0);
  const vcpu = m.vcpu(m.fd);
  expect(m.result({ id: KVM_SEV_SNP_LAUNCH_START, data: { policy: POLICY } })).toBe(0);
  const gmem = m.privateSlot(6);
  const update = (
    gfnStart: number,
    pages: number,
    more: Partial<EncryptCommand['data']> = {},
    sevFd = m.sevFd,
  ) => {
    const data = { gfnStart, uaddr: m.image + gfnStart * P, len: pages * P, type: SNP_PAGE_NORMAL, ...more };
    return m.op({ id: KVM_SEV_SNP_LAUNCH_UPDATE, data, sevFd });
  };
  const { vm } = m.process.file(m.fd) as VmFile;
  return { m, vcpu, gmem, update, vm, finish: () => m.op({ id: KVM_SEV_SNP_LAUNCH_FINISH, data: {} }) };
}

describe('launching an SNP guest', () => {
  it('copies contents into the file, and enters the pages in the RMP', () => {
    const { m, vcpu, update, vm, finish } = snp();
    expect(update(0, 2)).toMatchObject({ result: 0, data: { gfnStart: 2n, len: 0n } });
    expect(vm.rmp!.assigned).toBe(2);
    expect(m.loads(vcpu, 0)).toBe('FAIL_ENTRY');
    expect(finish().result).toBe(0);
    expect([m.loads(vcpu, 0), m.loads(vcpu, 1)]).toEqual([1, 2]);
    // The source stays as it is, and is the VMM's.
    expect(m.read(m.image)).toEqual(bytes(1));
  });

  it('fills zeros without a source', () => {
    const { m, vcpu, update, finish } = snp();
    expect(update(3, 1, { type: SNP_PAGE_ZERO, uaddr: 0 })).toMatchObject({ result: 0, data: { uaddr: 0 } });
    finish();
    expect(m.loads(vcpu, 3)).toBe(0);
  });

  it('stops where a page cannot be had, and says from where on; the next call fails at once', () => {
    const { vm, update } = snp();
    // Gfn 6 and 7 are shared, and the slot ends at 8.
    expect(update(4, 4)).toMatchObject({ result: 0, data: { gfnStart: 6n, len: BigInt(2 * P) } });
    expect(update(6, 2)).toMatchObject({ result: -EIO, error: 0 });
    expect(vm.rmp!.assigned).toBe(2);
  });

  it('places no page twice', () => {
    for (const release of [
      [6, 18],
      [7, 0],
    ] as const) {
      const { update, vm } = snp(release);
      expect(update(1, 1).result).toBe(0);
      expect(update(0, 3)).toMatchObject({ result: 0, data: { gfnStart: 1n } });
      expect(update(1, 1)).toMatchObject({ result: -EIO, error: 0 });
      expect(vm.rmp!.assigned).toBe(2);
    }
  });

  it('refuses in the kernel’s order, and hides most reasons behind EIO', () => {
    const { m, update, gmem, vm, finish } = snp();
    const results = [
      update(0, 1, { len: 1 }),
      update(0, 1, { flags: 1 }),
      update(0, 1, { type: 2 }),
      update(0, 0),
      update(100, 1),
      update(0, 1, { uaddr: 2n ** 62n }),
      update(0, 1, {}, m.fd),
    ].map(({ result }) => result);
    expect(results).toEqual([-EINVAL, -EINVAL, -EINVAL, -EINVAL, -EINVAL, -EIO, -EIO]);
    expect(m.result({ id: KVM_SEV_SNP_LAUNCH_UPDATE, data: null })).toBe(-EFAULT);
    expect(m.result({ id: KVM_SEV_LAUNCH_START, data: {} })).toBe(-EPERM);
    expect(m.result({ id: KVM_SEV_SNP_LAUNCH_START, data: { policy: POLICY } })).toBe(-EINVAL);
    expect(vm.rmp!.assigned).toBe(0);
    expect(finish().result).toBe(0);
    expect(update(0, 1)).toMatchObject({ result: -EIO, error: SEV_RET_INVALID_GUEST_STATE });
    expect(finish()).toMatchObject({ result: -EIO, error: SEV_RET_INVALID_GUEST_STATE });
    // With the file gone the slot still is one of private memory.
    m.call(close(m.main, gmem));
    expect(update(0, 1).result).toBe(-EIO);
  });

  it('takes an odd address of the source until 7.0, and no length until 6.18', () => {
    const { m, vcpu, update, finish } = snp([6, 16]);
    expect(update(0, 0).result).toBe(0);
    expect(update(0, 1, { uaddr: m.image + P - 1 }).result).toBe(0);
    finish();
    expect(m.loads(vcpu, 0)).toBe(1);
    expect(snp([7, 0]).update(0, 1, { uaddr: m.image + P - 1 }).result).toBe(-EINVAL);
  });

  it('has private pages mapped ahead of the guest only once it is complete', () => {
    const { m, vcpu, finish } = snp();
    const preFault = () => m.call(kvmPreFaultMemory(m.main, vcpu, { gpa: 0, size: P, flags: 0 })).result;
    expect(preFault()).toBe(-EOPNOTSUPP);
    finish();
    expect(preFault()).toBe(0);
  });
});
