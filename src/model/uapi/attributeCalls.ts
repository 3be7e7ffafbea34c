/** KVM_SET_MEMORY_ATTRIBUTES (kvm_vm_ioctl_set_mem_attributes, virt/kvm/kvm_main.c). */
import type { Actor } from '../engine/step.ts';
import { EFAULT, EINVAL } from '../host/errno.ts';
import { ATTRIBUTE_PRIVATE, capability, KVM_CAP_MEMORY_ATTRIBUTES } from './capabilities.ts';
import { vmOf } from './kvmCalls.ts';
import type { Thread } from './process.ts';
import { isPageAligned, pageOf, type U64, u64 } from './u64.ts';

/** struct kvm_memory_attributes; address and size in bytes. */
export interface MemoryAttributes {
  readonly address: U64;
  readonly size: U64;
  readonly attributes: U64;
  readonly flags: U64;
}

/** Sets the attributes of a range of guest memory: 0 or a negated errno, with nothing changed. */
export function* kvmSetMemoryAttributes(
  thread: Thread,
  fd: number,
  args: MemoryAttributes | null,
): Actor<number> {
  const vm = vmOf(thread, fd);
  if (typeof vm === 'number') return vm;
  yield vm.costs.systemCall;
  if (args === null) return -EFAULT;
  if (u64(args.flags) !== 0n) return -EINVAL;
  const attributes = u64(args.attributes);
  if (attributes & ~BigInt(capability(vm.profile, KVM_CAP_MEMORY_ATTRIBUTES))) return -EINVAL;
  const address = u64(args.address);
  const size = u64(args.size);
  if (size === 0n || address + size >= 2n ** 64n) return -EINVAL;
  if (!isPageAligned(address) || !isPageAligned(size)) return -EINVAL;
  const start = pageOf(address);
  return yield* vm.conversion.convert(start, start + pageOf(size), (attributes & ATTRIBUTE_PRIVATE) !== 0n);
}
