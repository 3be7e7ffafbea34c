/** KVM_MEMORY_ENCRYPT_OP, and registering memory that a guest will encrypt (arch/x86/kvm/x86.c). */
import type { Actor } from '../engine/step.ts';
import { EFAULT, EIO, ENOTTY } from '../host/errno.ts';
import { done, type EncryptCommand, type EncryptDone } from './encryptCommand.ts';
import { vmOf } from './kvmCalls.ts';
import type { Thread } from './process.ts';
import { sevCommand } from './sevCalls.ts';
import { tdxVcpuCommand, tdxVmCommand } from './tdxCalls.ts';
import { type U64, u64 } from './u64.ts';
import { VcpuFile } from './vmFile.ts';

/**
 * KVM_MEMORY_ENCRYPT_OP on a VM, or on a vCPU of a TDX guest. A VM of a type without encryption is taken to be on a host
 * without any.
 *
 * @param command null where the struct cannot be read.
 */
export function* kvmMemoryEncryptOp(
  thread: Thread,
  fd: number,
  command: EncryptCommand | null,
): Actor<EncryptDone> {
  const file = thread.process.file(fd);
  if (file instanceof VcpuFile) return yield* onVcpu(thread, file, command);
  const vm = vmOf(thread, fd);
  if (typeof vm === 'number') return done(vm);
  yield vm.costs.systemCall;
  if (!vm.rules.encrypted) return done(-ENOTTY);
  return yield* vm.profile.vmType === 'tdx' ? tdxVmCommand(vm, command) : sevCommand(thread, vm, command);
}

function* onVcpu(thread: Thread, { vcpu }: VcpuFile, command: EncryptCommand | null): Actor<EncryptDone> {
  const { vm } = vcpu;
  if (vm.mm !== thread.process.mm) return done(-EIO);
  yield vm.costs.systemCall;
  return vm.profile.vmType === 'tdx' ? yield* tdxVcpuCommand(thread, vcpu, command) : done(-ENOTTY);
}

/** struct kvm_enc_region: bytes of host virtual memory. */
export interface EncRegion {
  readonly addr: U64;
  readonly size: U64;
}

/**
 * KVM_MEMORY_ENCRYPT_REG_REGION: 0 or a negated errno.
 *
 * @param region null where the struct cannot be read.
 */
export function* kvmMemoryEncryptRegRegion(
  thread: Thread,
  fd: number,
  region: EncRegion | null,
): Actor<number> {
  const vm = vmOf(thread, fd);
  if (typeof vm === 'number') return vm;
  yield vm.costs.systemCall;
  if (region === null) return -EFAULT;
  const { lockLimit } = thread.process;
  return yield* vm.encryptedRegions.register(u64(region.addr), u64(region.size), lockLimit);
}

/** KVM_MEMORY_ENCRYPT_UNREG_REGION: 0 or a negated errno. */
export function* kvmMemoryEncryptUnregRegion(
  thread: Thread,
  fd: number,
  region: EncRegion | null,
): Actor<number> {
  const vm = vmOf(thread, fd);
  if (typeof vm === 'number') return vm;
  yield vm.costs.systemCall;
  if (region === null) return -EFAULT;
  return yield* vm.encryptedRegions.unregister(u64(region.addr), u64(region.size));
}
