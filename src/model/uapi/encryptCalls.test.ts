/** Launching encrypted guests: order of checks, what becomes of the memory, and how far a failing range gets. */
import { describe, expect, it } from 'vitest';
import type { Release } from '../arch/profile.ts';
import { attributesIoctl } from '../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../designs/reclaim/flushOnGmemFree.ts';
import { EBADF, EEXIST, EFAULT, EINVAL, EIO, ENOMEM, ENOTTY, EOPNOTSUPP, EPERM } from '../host/errno.ts';
import { MEM_GUEST_MEMFD } from '../kvm/memslots.ts';
import { SNP_PAGE_NORMAL, SNP_PAGE_ZERO } from '../kvm/snpLaunch.ts';
import { kvmSetMemoryAttributes } from './attributeCalls.ts';
import { kvmMemoryEncryptOp } from './encryptCalls.ts';
import type { EncryptCommand, EncryptDone } from './encryptCommand.ts';
import { close } from './fileCalls.ts';
import { kvmCreateVcpu } from './kvmCalls.ts';
import { kvmPreFaultMemory } from './preFaultCall.ts';
import { kvmRun } from './runCalls.ts';
import { bytes, P, ScenarioMachine } from './scenarios/machine.ts';
import {
  KVM_SEV_INIT,
  KVM_SEV_INIT2,
  KVM_SEV_LAUNCH_FINISH,
  KVM_SEV_LAUNCH_MEASURE,
  KVM_SEV_LAUNCH_START,
  KVM_SEV_LAUNCH_UPDATE_DATA,
  KVM_SEV_LAUNCH_UPDATE_VMSA,
  KVM_SEV_SNP_LAUNCH_FINISH,
  KVM_SEV_SNP_LAUNCH_START,
  KVM_SEV_SNP_LAUNCH_UPDATE,
} from './sevCalls.ts';
import { openSev } from './sevDevice.ts';
import { SEV_RET_INVALID_GUEST_STATE } from './snpCalls.ts';
import {
  KVM_TDX_FINALIZE_VM,
  KVM_TDX_INIT_MEM_REGION,
  KVM_TDX_INIT_VCPU,
  KVM_TDX_INIT_VM,
} from './tdxCalls.ts';
import type { VmFile } from './vmFile.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };
/** Pages of the guest. */
const PAGES = 8;
const POLICY = 1 << 17;

class LaunchMachine extends ScenarioMachine {
  readonly fd: number;
  readonly sevFd: number;
  /** Memory of the VMM, eight pages that hold 1, 2, 3 and so on. */
  readonly image: number;

  constructor(vmType: 'sev' | 'sev-es' | 'snp' | 'tdx', release: Release = [6, 18]) {
    super(designs, { vmType, release });
    this.fd = this.vm();
    this.sevFd = this.call(openSev(this.main));
    this.image = this.map(PAGES * P);
    for (let page = 0; page < PAGES; page++) this.write(this.image + page * P, bytes(page + 1, P));
  }

  op(command: EncryptCommand | null, fd = this.fd): EncryptDone {
    return this.call(kvmMemoryEncryptOp(this.main, fd, command && { sevFd: this.sevFd, ...command }));
  }

  /** A command's result alone. */
  result(command: EncryptCommand | null, fd = this.fd): number {
    return this.op(command, fd).result;
  }

  /** A slot of eight pages at 0, from a file, of which the first `count` pages are private. */
  privateSlot(count: number): number {
    const guestMemfd = this.gmem(this.fd, PAGES * P, 0);
    const userspaceAddr = this.map(PAGES * P);
    const region = { flags: MEM_GUEST_MEMFD, memorySize: PAGES * P, userspaceAddr, guestMemfd };
    expect(this.region(this.fd, { ...region, guestMemfdOffset: 0 })).toBe(0);
    const range = { address: 0, size: count * P, attributes: 8, flags: 0 };
    expect(this.call(kvmSetMemoryAttributes(this.main, this.fd, range))).toBe(0);
    return guestMemfd;
  }

  /** First byte of what a guest loads from its private memory, or how KVM_RUN ended. */
  loads(vcpu: number, page: number): number | string {
    const into = new Uint8Array(8);
    const access = { gpa: page * P, bytes: into, write: false, isPrivate: true };
    const result = this.call(kvmRun(this.main, vcpu, access, 'mmu'));
    if (typeof result === 'number') return `errno ${-result}`;
    return result.exit === null ? into[0] : result.exit.reason;
  }
}

describe('KVM_MEMORY_ENCRYPT_OP', () => {
  it('is no call of other VMs, and asks for a struct that can be read', () => {
    const m = new ScenarioMachine(designs);
    const fd = m.vm();
    const op = (at: number) => m.call(kvmMemoryEncryptOp(m.main, at, { id: KVM_SEV_INIT2 })).result;
    expect([op(fd), op(m.vcpu(fd)), op(99)]).toEqual([-ENOTTY, -ENOTTY, -EBADF]);
    for (const vmType of ['sev', 'tdx'] as const)
      expect(new LaunchMachine(vmType).result(null)).toBe(-EFAULT);
  });
});

describe('launching an SEV guest', () => {
  it('encrypts memory where it is: the guest reads it from then on, the host does not', () => {
    const m = new LaunchMachine('sev');
    expect(m.result({ id: KVM_SEV_INIT2, data: {} })).toBe(0);
    const vcpu = m.vcpu(m.fd);
    m.region(m.fd, { memorySize: PAGES * P, userspaceAddr: m.image });
    expect(m.loads(vcpu, 1)).not.toBe(2);
    expect(m.result({ id: KVM_SEV_LAUNCH_START, data: {} })).toBe(0);
    const data = { uaddr: m.image + P, len: 2 * P };
    expect(m.result({ id: KVM_SEV_LAUNCH_UPDATE_DATA, data })).toBe(0);
    expect([m.loads(vcpu, 1), m.loads(vcpu, 2)]).toEqual([2, 3]);
    expect(m.loads(vcpu, 3)).not.toBe(4);
    expect(m.read(m.image + P)).not.toEqual(bytes(2));
    expect(m.read(m.image + 3 * P)).toEqual(bytes(4));
  });

  it('goes from contents to measurement to running, and never back', () => {
    const m = new LaunchMachine('sev');
    const data = { uaddr: m.image, len: P };
    const update = { id: KVM_SEV_LAUNCH_UPDATE_DATA, data };
    const wrongState = { result: -EIO, error: SEV_RET_INVALID_GUEST_STATE };
    expect(m.result(update)).toBe(-ENOTTY);
    expect(m.result({ id: KVM_SEV_INIT2, data: {} })).toBe(0);
    expect(m.result({ id: KVM_SEV_INIT2, data: {} })).toBe(-EINVAL);
    // The launch has not told KVM of a descriptor yet.
    expect(m.result(update)).toBe(-EBADF);
    expect(m.result({ id: KVM_SEV_LAUNCH_START, data: {}, sevFd: m.fd })).toBe(-EBADF);
    expect(m.result({ id: KVM_SEV_LAUNCH_START, data: {} })).toBe(0);
    expect(m.result({ id: KVM_SEV_LAUNCH_START, data: {} })).toBe(-EIO);
    expect(m.op({ id: KVM_SEV_LAUNCH_FINISH })).toEqual(wrongState);
    const asked = m.op({ id: KVM_SEV_LAUNCH_MEASURE, data: { len: 0 } });
    expect([asked.result, asked.data]).toEqual([-EIO, { len: 48 }]);
    expect(m.result({ id: KVM_SEV_LAUNCH_MEASURE, data: { len: 48 } })).toBe(0);
    expect(m.op(update)).toEqual(wrongState);
    expect(m.read(m.image)).toEqual(bytes(1));
    expect(m.result({ id: KVM_SEV_LAUNCH_FINISH })).toBe(0);
    expect(m.op({ id: KVM_SEV_LAUNCH_FINISH })).toEqual(wrongState);
  });

  it('pins what it encrypts for as long as that takes, within the limit', () => {
    const m = new LaunchMachine('sev');
    m.op({ id: KVM_SEV_INIT2, data: {} });
    m.op({ id: KVM_SEV_LAUNCH_START, data: {} });
    const update = (uaddr: number | bigint, len: number) =>
      m.result({ id: KVM_SEV_LAUNCH_UPDATE_DATA, data: { uaddr, len } });
    expect(update(m.image, 0)).toBe(-EINVAL);
    expect(update(2n ** 62n, P)).toBe(-ENOMEM);
    m.process.lockLimit = 1;
    expect(update(m.image, 2 * P)).toBe(-ENOMEM);
    expect(update(m.image, P)).toBe(0);
    const { vm } = m.process.file(m.fd) as VmFile;
    expect(vm.host.frames.pinCount(vm.mm.lookup(m.image / P, false))).toBe(0);
    expect(vm.encryptedRegions.pagesLocked).toBe(0);
  });

  it('needs a key before the guest runs, and with SEV-ES its registers under that key', () => {
    const m = new LaunchMachine('sev-es');
    const early = m.vcpu(m.fd);
    expect(m.loads(early, 0)).toBe(`errno ${EINVAL}`);
    // A VM with vCPUs gets no key any more.
    expect(m.result({ id: KVM_SEV_INIT2, data: {} })).toBe(-EINVAL);
    const es = new LaunchMachine('sev-es');
    es.op({ id: KVM_SEV_INIT2, data: {} });
    es.region(es.fd, { memorySize: PAGES * P, userspaceAddr: es.image });
    const vcpu = es.vcpu(es.fd);
    expect(es.loads(vcpu, 0)).toBe('FAIL_ENTRY');
    es.op({ id: KVM_SEV_LAUNCH_START, data: {} });
    es.op({ id: KVM_SEV_LAUNCH_UPDATE_DATA, data: { uaddr: es.image, len: P } });
    expect(es.result({ id: KVM_SEV_LAUNCH_UPDATE_VMSA })).toBe(0);
    expect(es.loads(vcpu, 0)).toBe(1);
  });

  it('began with another command until VMs had types', () => {
    const old = new LaunchMachine('sev', [6, 9]);
    expect(old.result({ id: KVM_SEV_INIT2, data: {} })).toBe(-EINVAL);
    expect(old.result({ id: KVM_SEV_INIT })).toBe(0);
    expect(new LaunchMachine('sev').result({ id: KVM_SEV_INIT })).toBe(-EINVAL);
  });
});

/** An SNP guest that takes contents, the first six of its eight pages private. */
function snp(release: Release = [6, 18]) {
  const m = new LaunchMachine('snp', release);
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

/** A TDX guest with one vCPU that takes contents, the first six of its eight pages private. */
function tdx(release: Release = [6, 18]) {
  const m = new LaunchMachine('tdx', release);
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
    expect(new LaunchMachine('tdx').result({ id: KVM_TDX_INIT_VM, data: { guestPhysBits: 40 } })).toBe(
      -EINVAL,
    );
    expect(new LaunchMachine('tdx').result({ id: KVM_TDX_FINALIZE_VM })).toBe(-EINVAL);
  });
});
