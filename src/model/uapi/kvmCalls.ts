/** KVM's ioctls on its own descriptor, on a VM's and on a vCPU's (virt/kvm/kvm_main.c, arch/x86/kvm/x86.c). */
import { atLeast } from '../arch/profile.ts';
import type { Actor } from '../engine/step.ts';
import { E2BIG, EBADF, EEXIST, EFAULT, EINVAL, EIO, ENOTTY, ENXIO } from '../host/errno.ts';
import { PAGE_SIZE } from '../host/units.ts';
import { clearDirtyLog, getDirtyLog } from '../kvm/dirtyLogCalls.ts';
import { enableDirtyRings } from '../kvm/dirtyRing.ts';
import { GuestMemfd } from '../kvm/guestMemfd.ts';
import { MIN_ALLOC_MMU_PAGES } from '../kvm/rmap/rmapMmu.ts';
import { Vm } from '../kvm/vm.ts';
import {
  capability,
  gmemFlags,
  KVM_CAP_DIRTY_LOG_RING,
  KVM_CAP_DIRTY_LOG_RING_ACQ_REL,
  KVM_CAP_DISABLE_QUIRKS2,
  KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2,
  KVM_CAP_MEMORY_ATTRIBUTES,
  userMemSlots,
} from './capabilities.ts';
import { GmemFile } from './gmemFile.ts';
import type { Thread } from './process.ts';
import { isPageAligned, pageOf, s64, type U64, u32, u64 } from './u64.ts';
import { VcpuFile, VmFile } from './vmFile.ts';

/** Highest id of a vCPU, and one (KVM_MAX_VCPU_IDS). */
const MAX_VCPU_IDS = 4096;

/** KVM_CREATE_VM: a descriptor. The VM's type is the profile's. */
export function* kvmCreateVm(thread: Thread): Actor<number> {
  const { process } = thread;
  const { kernel, mm } = process;
  yield mm.costs.systemCall;
  const vm = new Vm(kernel.host, mm, kernel.profile, kernel.designs);
  vm.statsId = `kvm-${thread.task.id}`;
  return process.install(new VmFile(vm));
}

/**
 * The VM behind a descriptor. Only the process that made a VM may call it: -EIO for every other. Where there is none,
 * -EBADF or what the file says to an ioctl that it does not know.
 */
export function vmOf(thread: Thread, fd: number): Vm | number {
  const file = thread.process.file(fd);
  if (file === undefined) return -EBADF;
  if (!(file instanceof VmFile)) return file.unknownIoctl(thread.process.mm);
  return file.vm.mm === thread.process.mm ? file.vm : -EIO;
}

/** KVM_CHECK_EXTENSION. */
export function* kvmCheckExtension(thread: Thread, fd: number, cap: number): Actor<number> {
  const vm = vmOf(thread, fd);
  if (typeof vm === 'number') return vm;
  yield vm.costs.systemCall;
  // Where files keep it, the VM has no attributes to set.
  if (cap === KVM_CAP_MEMORY_ATTRIBUTES && vm.conversion.stateInFile) return 0;
  return capability(vm.profile, cap, vm.conversion.stateInFile);
}

/** KVM_ENABLE_CAP: 0 or a negated errno. */
export function* kvmEnableCap(
  thread: Thread,
  fd: number,
  cap: number,
  flags: number,
  args: readonly U64[],
): Actor<number> {
  const vm = vmOf(thread, fd);
  if (typeof vm === 'number') return vm;
  yield vm.costs.systemCall;
  if (cap === KVM_CAP_DISABLE_QUIRKS2) return disableQuirks(vm, flags, u64(args[0] ?? 0));
  const wanted = u64(args[0] ?? 0);
  if (cap === KVM_CAP_DIRTY_LOG_RING || cap === KVM_CAP_DIRTY_LOG_RING_ACQ_REL) {
    return capability(vm.profile, cap) === 0 ? -EINVAL : enableRings(vm, wanted);
  }
  if (cap !== KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2) return -EINVAL;
  // Starting with every page dirty makes sense only where userspace clears pages itself.
  const allowed = wanted & 1n ? BigInt(capability(vm.profile, cap)) : 1n;
  if (flags !== 0 || wanted & ~allowed) return -EINVAL;
  vm.memslots.manualProtect = Number(wanted);
  return 0;
}

/** Bytes of an entry of a dirty ring (struct kvm_dirty_gfn), and the most of them that a ring may have. */
const RING_ENTRY_BYTES = 16n;
const MOST_RING_ENTRIES = 65536n;

/** Size in bytes of each vCPU's ring, which is chosen once and before there is a vCPU; 0 or a negated errno. */
function enableRings(vm: Vm, argument: bigint): number {
  const size = BigInt.asUintN(32, argument);
  if (size === 0n || (size & (size - 1n)) !== 0n || size < BigInt(PAGE_SIZE)) return -EINVAL;
  if (size > MOST_RING_ENTRIES * RING_ENTRY_BYTES) return -E2BIG;
  if (vm.dirtyRingSize > 0 || vm.vcpuIds.size > 0) return -EINVAL;
  enableDirtyRings(vm, Number(size / RING_ENTRY_BYTES));
  return 0;
}

/** KVM_CAP_DISABLE_QUIRKS2: what is off stays off. */
function disableQuirks(vm: Vm, flags: number, bits: bigint): number {
  const allowed = BigInt(capability(vm.profile, KVM_CAP_DISABLE_QUIRKS2));
  if (flags !== 0 || bits & ~allowed) return -EINVAL;
  vm.disableQuirks(Number(bits));
  return 0;
}

/**
 * KVM_SET_NR_MMU_PAGES: how many table pages the VM may have, from now on whatever its slots are; 0 or a negated errno.
 * Where tables are not counted, the number is taken and has no effect.
 */
export function* kvmSetNrMmuPages(thread: Thread, fd: number, count: number): Actor<number> {
  const vm = vmOf(thread, fd);
  if (typeof vm === 'number') return vm;
  yield vm.costs.systemCall;
  const wanted = u32(count);
  if (wanted < MIN_ALLOC_MMU_PAGES) return -EINVAL;
  if (vm.rmapMmu === null) return 0;
  yield vm.slotsLock.lock();
  yield vm.mmuLock.write();
  vm.rmapMmu.changeLimit(wanted);
  vm.rmapMmu.requested = wanted;
  vm.mmuLock.writeUnlock();
  vm.slotsLock.unlock();
  return 0;
}

/** KVM_CREATE_GUEST_MEMFD: a descriptor or a negated errno. */
export function* kvmCreateGuestMemfd(
  thread: Thread,
  fd: number,
  args: { readonly size: U64; readonly flags: U64 } | null,
): Actor<number> {
  const vm = vmOf(thread, fd);
  if (typeof vm === 'number') return vm;
  if (!atLeast(vm.profile.release, [6, 8])) return -ENOTTY;
  yield vm.costs.gmemCreate;
  if (args === null) return -EFAULT;
  const flags = u64(args.flags);
  if (flags & ~BigInt(gmemFlags(vm.profile, vm.conversion.stateInFile === true))) return -EINVAL;
  const size = s64(args.size);
  if (size <= 0n || !isPageAligned(size)) return -EINVAL;
  return thread.process.install(new GmemFile(new GuestMemfd(vm, pageOf(size), Number(flags))));
}

/** KVM_CREATE_VCPU: a descriptor or a negated errno. */
export function* kvmCreateVcpu(thread: Thread, fd: number, id: U64): Actor<number> {
  const vm = vmOf(thread, fd);
  if (typeof vm === 'number') return vm;
  yield vm.costs.systemCall;
  const wanted = u64(id);
  if (wanted >= BigInt(MAX_VCPU_IDS)) return -EINVAL;
  // The module makes vCPUs for a guest that it knows and that is not complete yet (tdx_vcpu_create).
  if (vm.profile.vmType === 'tdx' && vm.launch.stage !== 'update') return -EIO;
  if (vm.vcpuIds.has(Number(wanted))) return -EEXIST;
  vm.vcpuIds.add(Number(wanted));
  return thread.process.install(new VcpuFile(vm.createVcpu(), Number(wanted)));
}

/** Address space and slot id of a dirty log's `slot`, or null where there can be none such. */
function logSlot(vm: Vm, slot: number): { asId: number; id: number } | null {
  const asId = u32(slot) >>> 16;
  const id = slot & 0xffff;
  return asId >= vm.memslots.addressSpaces || id >= userMemSlots(vm.profile) ? null : { asId, id };
}

/** KVM_GET_DIRTY_LOG: the dirty pages, counted from the slot's first; or a negated errno. */
export function* kvmGetDirtyLog(thread: Thread, fd: number, slot: number): Actor<number[] | number> {
  const vm = vmOf(thread, fd);
  if (typeof vm === 'number') return vm;
  yield vm.costs.systemCall;
  // Rings take the bitmap's place.
  if (vm.dirtyRingSize > 0) return -ENXIO;
  const which = logSlot(vm, slot);
  if (which === null) return -EINVAL;
  return yield* getDirtyLog(vm, which.asId, which.id);
}

/** struct kvm_clear_dirty_log: `pages` are the set bits of its bitmap, counted from `firstPage`. */
export interface ClearDirtyLog {
  readonly slot: number;
  readonly firstPage: U64;
  readonly numPages: number;
  readonly pages: readonly number[];
}

/** KVM_CLEAR_DIRTY_LOG: 0 or a negated errno. */
export function* kvmClearDirtyLog(thread: Thread, fd: number, log: ClearDirtyLog): Actor<number> {
  const vm = vmOf(thread, fd);
  if (typeof vm === 'number') return vm;
  yield vm.costs.systemCall;
  if (vm.dirtyRingSize > 0) return -ENXIO;
  const which = logSlot(vm, log.slot);
  const first = u64(log.firstPage);
  if (which === null || first % 64n !== 0n) return -EINVAL;
  return yield* clearDirtyLog(vm, which.asId, which.id, Number(first), u32(log.numPages), log.pages);
}
