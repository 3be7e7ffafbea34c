/**
 * KVM_SET_USER_MEMORY_REGION and KVM_SET_USER_MEMORY_REGION2: the checks that need no look at the slots, in the
 * kernel's order (kvm_vm_ioctl and kvm_set_memory_region, virt/kvm/kvm_main.c).
 */
import { atLeast, type Profile, rulesOf } from '../arch/profile.ts';
import type { Actor } from '../engine/step.ts';
import { EFAULT, EINVAL, ENOTTY } from '../host/errno.ts';
import type { GuestMemfd } from '../kvm/guestMemfd.ts';
import { MEM_GUEST_MEMFD, MEM_LOG_DIRTY_PAGES, MEM_READONLY, MEM_USERFAULT } from '../kvm/memslots.ts';
import { setMemoryRegion } from '../kvm/memslotUpdate.ts';
import type { Userfaults } from '../kvm/userfault.ts';
import type { Vm } from '../kvm/vm.ts';
import { userMemSlots } from './capabilities.ts';
import { GmemFile } from './gmemFile.ts';
import { vmOf } from './kvmCalls.ts';
import { FIRST_DESCRIPTOR, type Thread } from './process.ts';
import { accessOk, isPageAligned, pageOf, type U64, u32, u64 } from './u64.ts';

/** struct kvm_userspace_memory_region2; the first five fields are those of its predecessor. */
export interface MemoryRegion {
  /** Slot id in the low 16 bits, address space above. */
  readonly slot: number;
  readonly flags: number;
  readonly guestPhysAddr: U64;
  readonly memorySize: U64;
  readonly userspaceAddr: U64;
  readonly guestMemfdOffset?: U64;
  readonly guestMemfd?: number;
  /** What userfault_bitmap points to, with MEM_USERFAULT (posted, not merged). */
  readonly userfaultBitmap?: Userfaults | null;
}

/** Most pages of a slot (KVM_MEM_MAX_NR_PAGES). */
const MAX_PAGES = 2n ** 31n - 1n;
const WRAP = 2n ** 64n;

/** KVM_SET_USER_MEMORY_REGION: 0 or a negated errno. `region` is null where the struct cannot be read. */
export function* kvmSetUserMemoryRegion(
  thread: Thread,
  fd: number,
  region: MemoryRegion | null,
): Actor<number> {
  const vm = vmOf(thread, fd);
  if (typeof vm === 'number') return vm;
  if (region === null) return -EFAULT;
  const known = MEM_LOG_DIRTY_PAGES | MEM_READONLY;
  if (u32(region.flags) & ~known) return yield* refuse(vm);
  return yield* setRegion(thread, vm, { ...region, guestMemfd: undefined, guestMemfdOffset: 0 });
}

/** KVM_SET_USER_MEMORY_REGION2: the same with guest_memfd. */
export function* kvmSetUserMemoryRegion2(
  thread: Thread,
  fd: number,
  region: MemoryRegion | null,
): Actor<number> {
  const vm = vmOf(thread, fd);
  if (typeof vm === 'number') return vm;
  if (!atLeast(vm.profile.release, [6, 8])) return -ENOTTY;
  if (region === null) return -EFAULT;
  return yield* setRegion(thread, vm, region);
}

function* refuse(vm: Vm): Actor<number> {
  yield vm.costs.systemCall;
  return -EINVAL;
}

function* setRegion(thread: Thread, vm: Vm, region: MemoryRegion): Actor<number> {
  const wrong = checkRegion(vm, region);
  if (wrong !== 0) return yield* refuse(vm);
  const slot = u32(region.slot);
  return yield* setMemoryRegion(vm, {
    asId: slot >>> 16,
    id: slot & 0xffff,
    flags: u32(region.flags),
    baseGfn: pageOf(u64(region.guestPhysAddr)),
    pages: pageOf(u64(region.memorySize)),
    hva: pageOf(u64(region.userspaceAddr)),
    gmemOffset: pageOf(u64(region.guestMemfdOffset ?? 0)),
    userfault: region.userfaultBitmap ?? null,
    gmem: () => gmemOf(thread, region.guestMemfd ?? -1),
  });
}

/** 0, or -EINVAL for the first thing that is wrong. */
function checkRegion(vm: Vm, region: MemoryRegion): number {
  const slot = u32(region.slot);
  const flags = u32(region.flags);
  const size = u64(region.memorySize);
  const gpa = u64(region.guestPhysAddr);
  const hva = u64(region.userspaceAddr);
  const offset = u64(region.guestMemfdOffset ?? 0);
  if ((slot & 0xffff) >= userMemSlots(vm.profile)) return -EINVAL;
  if (flags & ~knownFlags(vm.profile, flags)) return -EINVAL;
  if (!isPageAligned(size)) return -EINVAL;
  if (!isPageAligned(gpa)) return -EINVAL;
  if (!isPageAligned(hva) || !accessOk(hva, size)) return -EINVAL;
  if (flags & MEM_GUEST_MEMFD && (!isPageAligned(offset) || offset + size >= WRAP)) return -EINVAL;
  if (slot >>> 16 >= vm.memslots.addressSpaces) return -EINVAL;
  if (gpa + size >= WRAP) return -EINVAL;
  if (BigInt(pageOf(size)) > MAX_PAGES) return -EINVAL;
  if (flags & MEM_USERFAULT && !region.userfaultBitmap && size > 0n) return -EINVAL;
  return 0;
}

/** Flags a slot may have, given the ones that are asked for. */
function knownFlags(profile: Profile, flags: number): number {
  const gmem = atLeast(profile.release, [6, 18]) || rulesOf(profile.vmType).privateMemory;
  // KVM Userfault is in no release: a profile has it where its capabilities say so.
  const userfault = profile.caps.USERFAULT ? MEM_USERFAULT : 0;
  if (flags & MEM_GUEST_MEMFD) return gmem ? MEM_GUEST_MEMFD | userfault : 0;
  return MEM_LOG_DIRTY_PAGES | MEM_READONLY | userfault;
}

function gmemOf(thread: Thread, fd: number): GuestMemfd | 'closed' | 'other' {
  const file = thread.process.file(fd);
  if (file === undefined) return fd >= 0 && fd < FIRST_DESCRIPTOR ? 'other' : 'closed';
  return file instanceof GmemFile ? file.gmem : 'other';
}
