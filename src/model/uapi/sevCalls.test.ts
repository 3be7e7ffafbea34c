/** Launching SEV and SEV-ES guests: order of checks, what becomes of the memory, and how far a failing range gets. */
import { describe, expect, it } from 'vitest';
import { attributesIoctl } from '../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../designs/reclaim/flushOnGmemFree.ts';
import { EBADF, EINVAL, EIO, ENOMEM, ENOTTY } from '../host/errno.ts';
import { LaunchMachine, PAGES } from './scenarios/launchMachine.ts';
import { bytes, P } from './scenarios/machine.ts';
import {
  KVM_SEV_INIT,
  KVM_SEV_INIT2,
  KVM_SEV_LAUNCH_FINISH,
  KVM_SEV_LAUNCH_MEASURE,
  KVM_SEV_LAUNCH_START,
  KVM_SEV_LAUNCH_UPDATE_DATA,
  KVM_SEV_LAUNCH_UPDATE_VMSA,
} from './sevCalls.ts';
import { SEV_RET_INVALID_GUEST_STATE } from './snpCalls.ts';
import type { VmFile } from './vmFile.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };

describe('launching an SEV guest', () => {
  it('encrypts memory where it is: the guest reads it from then on, the host does not', () => {
    const m = new LaunchMachine(designs, 'sev');
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
    const m = new LaunchMachine(designs, 'sev');
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
    const m = new LaunchMachine(designs, 'sev');
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
    const m = new LaunchMachine(designs, 'sev-es');
    const early = m.vcpu(m.fd);
    expect(m.loads(early, 0)).toBe(`errno ${EINVAL}`);
    // A VM with vCPUs gets no key any more.
    expect(m.result({ id: KVM_SEV_INIT2, data: {} })).toBe(-EINVAL);
    const es = new LaunchMachine(designs, 'sev-es');
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
    const old = new LaunchMachine(designs, 'sev', [6, 9]);
    expect(old.result({ id: KVM_SEV_INIT2, data: {} })).toBe(-EINVAL);
    expect(old.result({ id: KVM_SEV_INIT })).toBe(0);
    expect(new LaunchMachine(designs, 'sev').result({ id: KVM_SEV_INIT })).toBe(-EINVAL);
  });
});
