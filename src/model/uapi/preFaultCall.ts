/** KVM_PRE_FAULT_MEMORY (kvm_vcpu_pre_fault_memory, virt/kvm/kvm_main.c), since 6.11. */
import { atLeast } from '../arch/profile.ts';
import type { Actor } from '../engine/step.ts';
import { EBADF, EINTR, EINVAL, EOPNOTSUPP } from '../host/errno.ts';
import { PAGE_SIZE } from '../host/units.ts';
import { mayPreFault } from '../kvm/launch.ts';
import { prefaultMemory } from '../kvm/prefault.ts';
import type { Thread } from './process.ts';
import { isPageAligned, pageOf, type U64, u64 } from './u64.ts';
import { VcpuFile } from './vmFile.ts';

/** struct kvm_pre_fault_memory; address and size in bytes. */
export interface PreFaultRange {
  readonly gpa: U64;
  readonly size: U64;
  readonly flags: U64;
}

/** What the call came to, and what it left in its struct: the part that is still to be done. */
export interface PreFaulted {
  /** 0 where at least one page was mapped, else a negated errno. */
  readonly result: number;
  readonly gpa: bigint;
  readonly size: bigint;
}

/** Maps the pages of a range, from the first on. */
export function* kvmPreFaultMemory(thread: Thread, fd: number, range: PreFaultRange): Actor<PreFaulted> {
  const gpa = u64(range.gpa);
  const size = u64(range.size);
  const wrong = check(thread, fd, range);
  if (typeof wrong === 'number') return { result: wrong, gpa, size };
  const { vcpu } = wrong;
  yield vcpu.vm.costs.systemCall;
  if (thread.task.signalPending) return { result: -EINTR, gpa, size };
  if (vcpu.vm.profile.mmu === 'shadow' || !mayPreFault(vcpu.vm)) return { result: -EOPNOTSUPP, gpa, size };
  const { result, pages } = yield* prefaultMemory(vcpu, pageOf(gpa), pageOf(size), thread.task);
  const done = BigInt(pages * PAGE_SIZE);
  return { result, gpa: gpa + done, size: size - done };
}

function check(thread: Thread, fd: number, { gpa, size, flags }: PreFaultRange): number | VcpuFile {
  const file = thread.process.file(fd);
  if (file === undefined) return -EBADF;
  const unknown = file.unknownIoctl(thread.process.mm);
  if (!(file instanceof VcpuFile)) return unknown;
  const { vm } = file.vcpu;
  if (vm.mm !== thread.process.mm || !atLeast(vm.profile.release, [6, 11])) return unknown;
  if (u64(flags) !== 0n) return -EINVAL;
  const [start, length] = [u64(gpa), u64(size)];
  if (!isPageAligned(start) || !isPageAligned(length)) return -EINVAL;
  if (length === 0n || start + length >= 2n ** 64n) return -EINVAL;
  return file;
}
