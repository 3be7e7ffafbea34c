/**
 * KVM_SET_MEMORY_ATTRIBUTES (kvm_vm_ioctl_set_mem_attributes, virt/kvm/kvm_main.c), and its successor on a guest_memfd
 * as posted in the seventh version of in-place conversion (22 May 2026).
 */
import { atLeast } from '../arch/profile.ts';
import type { Actor } from '../engine/step.ts';
import { EAGAIN, EBADF, EFAULT, EINVAL, ENOTTY } from '../host/errno.ts';
import { PAGE_SIZE } from '../host/units.ts';
import { ATTRIBUTE_PRIVATE, capability, KVM_CAP_MEMORY_ATTRIBUTES } from './capabilities.ts';
import { GmemFile } from './gmemFile.ts';
import { vmOf } from './kvmCalls.ts';
import type { Thread } from './process.ts';
import { isPageAligned, pageOf, type U64, u64 } from './u64.ts';

const PAGE = BigInt(PAGE_SIZE);

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
  if (vm.conversion.stateInFile || !atLeast(vm.profile.release, [6, 8])) return -ENOTTY;
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

/** struct kvm_memory_attributes2; offset and size in bytes. */
export interface FileAttributes {
  readonly offset: U64;
  readonly size: U64;
  readonly attributes: U64;
  readonly flags: U64;
  /** Words that must be zero. */
  readonly reserved?: readonly U64[];
}

/** What the call came to; `errorOffset` is the first byte of the page that kept it from being done. */
export interface FileAttributesSet {
  readonly result: number;
  readonly errorOffset: bigint | null;
}

/** KVM_SET_MEMORY_ATTRIBUTES2 on a guest_memfd: makes a range of the file private or shared, where it is. */
export function* gmemSetMemoryAttributes2(
  thread: Thread,
  fd: number,
  args: FileAttributes | null,
): Actor<FileAttributesSet> {
  const file = thread.process.file(fd);
  if (file === undefined) return refused(-EBADF);
  if (!(file instanceof GmemFile)) return refused(file.unknownIoctl(thread.process.mm));
  if (file.gmem.privacy === null) return refused(-ENOTTY);
  const { gmem } = file;
  yield gmem.vm.costs.systemCall;
  if (args === null) return refused(-EFAULT);
  if (u64(args.flags) !== 0n || args.reserved?.some(word => u64(word) !== 0n)) return refused(-EINVAL);
  const attributes = u64(args.attributes);
  const known = BigInt(capability(gmem.vm.profile, KVM_CAP_MEMORY_ATTRIBUTES));
  const [offset, size] = [u64(args.offset), u64(args.size)];
  const end = offset + size;
  if (attributes & ~known || size === 0n || end >= 2n ** 64n) return refused(-EINVAL);
  if (!isPageAligned(offset) || !isPageAligned(size)) return refused(-EINVAL);
  if (end > BigInt(gmem.pages) * PAGE) return refused(-EINVAL);
  const held = yield* gmem.convert(pageOf(offset), pageOf(end), (attributes & ATTRIBUTE_PRIVATE) !== 0n);
  return held < 0 ? { result: 0, errorOffset: null } : { result: -EAGAIN, errorOffset: BigInt(held) * PAGE };
}

function refused(result: number): FileAttributesSet {
  return { result, errorOffset: null };
}
