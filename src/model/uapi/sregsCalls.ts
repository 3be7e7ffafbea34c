/** KVM_GET_SREGS and KVM_SET_SREGS, as far as they are about control register 0 (arch/x86/kvm/x86.c). */
import type { Actor } from '../engine/step.ts';
import { EBADF, EINVAL, EIO } from '../host/errno.ts';
import { CR0_CD, CR0_NW, CR0_PE, CR0_PG, type Vcpu } from '../kvm/vcpu.ts';
import type { Thread } from './process.ts';
import { type U64, u64 } from './u64.ts';
import { VcpuFile } from './vmFile.ts';

/** What the model keeps of struct kvm_sregs. */
export interface Sregs {
  readonly cr0: U64;
}

function vcpuOf(thread: Thread, fd: number): Vcpu | number {
  const file = thread.process.file(fd);
  if (file === undefined) return -EBADF;
  if (!(file instanceof VcpuFile)) return file.unknownIoctl(thread.process.mm);
  const { vcpu } = file;
  if (vcpu.vm.mm !== thread.process.mm) return -EIO;
  // Registers under the guest's key are nobody else's to see.
  return vcpu.stateEncrypted ? -EINVAL : vcpu;
}

/** KVM_GET_SREGS: the registers, or a negated errno. */
export function* kvmGetSregs(thread: Thread, fd: number): Actor<Sregs | number> {
  const vcpu = vcpuOf(thread, fd);
  if (typeof vcpu === 'number') return vcpu;
  yield vcpu.vm.costs.systemCall;
  return { cr0: BigInt(vcpu.cr0 >>> 0) };
}

/**
 * KVM_SET_SREGS: 0 or a negated errno. A change of CR0 resets the vCPU's MMU: it begins at a root again. With two
 * dimensions of paging that is the root it had, and its mappings stay; a shadow has tables of its own for each role.
 */
export function* kvmSetSregs(thread: Thread, fd: number, { cr0 }: Sregs): Actor<number> {
  const vcpu = vcpuOf(thread, fd);
  if (typeof vcpu === 'number') return vcpu;
  yield vcpu.vm.costs.systemCall;
  const wanted = u64(cr0);
  if (wanted >> 32n) return -EINVAL;
  const bits = Number(wanted) | 0;
  if ((bits & CR0_NW && !(bits & CR0_CD)) || (bits & CR0_PG && !(bits & CR0_PE))) return -EINVAL;
  vcpu.cr0 = bits;
  return 0;
}
