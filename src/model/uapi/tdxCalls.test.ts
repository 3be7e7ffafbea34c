/** Launching TDX guests: order of checks, what becomes of the memory, and how far a failing range gets. */
import { describe, expect, it } from 'vitest';
import type { Release } from '../arch/profile.ts';
import { attributesIoctl } from '../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../designs/reclaim/flushOnGmemFree.ts';
import { EEXIST, EFAULT, EINVAL, EIO } from '../host/errno.ts';
import type { EncryptCommand } from './encryptCommand.ts';
import { kvmCreateVcpu } from './kvmCalls.ts';
import { LaunchMachine } from './scenarios/launchMachine.ts';
import { P } from './scenarios/machine.ts';
import {
  KVM_TDX_FINALIZE_VM,
  KVM_TDX_INIT_MEM_REGION,
  KVM_TDX_INIT_VCPU,
  KVM_TDX_INIT_VM,
} from './tdxCalls.ts';
import type { VmFile } from './vmFile.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };

/** A TDX guest with one vCPU that takes contents, the first six of its eight pages private. */
function tdx(release: Release = [6, 18]) {
  const m = new LaunchMachine(designs, 'tdx', release);
  expect(m.call(kvmCreateVcpu(m.main, m.fd, 0))).toBe(-EIO);
  expect(m.result({ id: KVM_TDX_INIT_VM, data: {} })).toBe(0);
  const vcpu = m.vcpu(m.fd);
  m.privateSlot(6);
  const region = (page: number, pages: number, more: Partial<EncryptCommand['data']> = {}, flags = 0) => {
    const data = { sourceAddr: m.image + page * P, gpa: page * P, nrPages: pages, ...more };
    return m.op({ id: KVM_TDX_INIT_MEM_REGION, data, flags }, vcpu);
  };
  const { vm } = m.process.file(m.fd) as VmFile;
  return { m, vcpu, vm, region, finalize: () => m.result({ id: KVM_TDX_FINALIZE_VM }) };
}

describe('launching a TDX guest', () => {
  it('adds pages that the guest need not accept, and others that it does', () => {
    const { m, vcpu, vm, region, finalize } = tdx();
    expect(region(0, 1).result).toBe(-EINVAL);
    expect(m.result({ id: KVM_TDX_INIT_VCPU }, vcpu)).toBe(0);
    expect(m.result({ id: KVM_TDX_INIT_VCPU }, vcpu)).toBe(-EINVAL);
    expect(region(0, 2)).toMatchObject({ result: 0, data: { gpa: BigInt(2 * P), nrPages: 0n } });
    expect(m.loads(vcpu, 0)).toBe(`errno ${EINVAL}`);
    expect(finalize()).toBe(0);
    expect([m.loads(vcpu, 0), m.loads(vcpu, 1)]).toEqual([1, 2]);
    expect(vm.secureEpt!.accepts).toBe(0);
    expect(m.loads(vcpu, 2)).toBe(0);
    expect(vm.secureEpt!.accepts).toBe(1);
  });

  it('stops at the first page that cannot be had: an error, with what is left in the struct', () => {
    const { m, vcpu, vm, region } = tdx();
    m.op({ id: KVM_TDX_INIT_VCPU }, vcpu);
    expect(region(4, 4)).toMatchObject({ result: -EINVAL, data: { gpa: BigInt(6 * P), nrPages: 2n } });
    expect(vm.secureEpt!.pages).toBe(2);
    expect(region(100, 1).result).toBe(-EINVAL);
    expect(region(0, 1, { sourceAddr: 2n ** 62n }).result).toBe(-EFAULT);
    expect(vm.secureEpt!.pages).toBe(2);
  });

  it('adds no page twice: by the file’s memory until 7.0, by the mapping since', () => {
    for (const [release, errno] of [
      [[6, 18], EEXIST],
      [[7, 0], EIO],
    ] as const) {
      const { m, vcpu, region } = tdx(release);
      m.op({ id: KVM_TDX_INIT_VCPU }, vcpu);
      expect(region(0, 1).result).toBe(0);
      expect(region(0, 1).result).toBe(-errno);
    }
  });

  it('looks at the guest’s state before the command of a vCPU until 6.18, and after it since', () => {
    for (const [release, errno] of [
      [[6, 16], EINVAL],
      [[6, 18], EINVAL],
      [[6, 19], EFAULT],
    ] as const) {
      const { m, vcpu, finalize } = tdx(release);
      m.op({ id: KVM_TDX_INIT_VCPU }, vcpu);
      expect(finalize()).toBe(0);
      expect(m.result(null, vcpu)).toBe(-errno);
      expect(m.result({ id: KVM_TDX_INIT_VCPU }, vcpu)).toBe(-EINVAL);
    }
  });

  it('refuses in the kernel’s order', () => {
    const { m, vcpu, region, finalize } = tdx();
    m.op({ id: KVM_TDX_INIT_VCPU }, vcpu);
    expect(m.result({ id: KVM_TDX_INIT_VM, data: {} })).toBe(-EINVAL);
    expect(region(0, 1, {}, 2).result).toBe(-EINVAL);
    expect(m.result({ id: KVM_TDX_INIT_MEM_REGION, data: null }, vcpu)).toBe(-EFAULT);
    expect(m.result({ id: KVM_TDX_INIT_MEM_REGION, hwError: 1 }, vcpu)).toBe(-EINVAL);
    for (const odd of [{ sourceAddr: 1 }, { gpa: 1 }, { nrPages: 0 }, { nrPages: -1 }, { gpa: 2n ** 51n }]) {
      expect(region(0, 1, odd).result).toBe(-EINVAL);
    }
    expect(finalize()).toBe(0);
    expect(finalize()).toBe(-EINVAL);
    expect(region(0, 1).result).toBe(-EINVAL);
    expect(m.call(kvmCreateVcpu(m.main, m.fd, 7))).toBe(-EIO);
    expect(
      new LaunchMachine(designs, 'tdx').result({ id: KVM_TDX_INIT_VM, data: { guestPhysBits: 40 } }),
    ).toBe(-EINVAL);
    expect(new LaunchMachine(designs, 'tdx').result({ id: KVM_TDX_FINALIZE_VM })).toBe(-EINVAL);
  });
});
