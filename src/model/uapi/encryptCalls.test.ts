import { describe, expect, it } from 'vitest';
import { attributesIoctl } from '../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../designs/reclaim/flushOnGmemFree.ts';
import { EBADF, EFAULT, ENOTTY } from '../host/errno.ts';
import { kvmMemoryEncryptOp } from './encryptCalls.ts';
import { LaunchMachine } from './scenarios/launchMachine.ts';
import { ScenarioMachine } from './scenarios/machine.ts';
import { KVM_SEV_INIT2 } from './sevCalls.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };

describe('KVM_MEMORY_ENCRYPT_OP', () => {
  it('is no call of other VMs, and asks for a struct that can be read', () => {
    const m = new ScenarioMachine(designs);
    const fd = m.vm();
    const op = (at: number) => m.call(kvmMemoryEncryptOp(m.main, at, { id: KVM_SEV_INIT2 })).result;
    expect([op(fd), op(m.vcpu(fd)), op(99)]).toEqual([-ENOTTY, -ENOTTY, -EBADF]);
    for (const vmType of ['sev', 'tdx'] as const)
      expect(new LaunchMachine(designs, vmType).result(null)).toBe(-EFAULT);
  });
});
