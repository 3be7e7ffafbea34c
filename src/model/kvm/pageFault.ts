/**
 * The fault path: from an access without a mapping to an SPTE, or to an exit (kvm_mmu_faultin_pfn and
 * kvm_tdp_mmu_page_fault, arch/x86/kvm/mmu/mmu.c). Steps are numbered as in the primer.
 */
import { type Actor, POINT } from '../engine/step.ts';
import { EFAULT, EHWPOISON, EINTR, ENOSPC } from '../host/errno.ts';
import { faultInAtOnce, NOT_AT_ONCE } from '../host/faultIn.ts';
import { NO_PFN } from '../host/frames.ts';
import { markPageDirty } from './dirtyLog.ts';
import { EXIT_INTR, EXIT_MEMORY_FAULT, EXIT_MMIO, type Exit, INTERRUPTED } from './exits.ts';
import { count } from './faultCounts.ts';
import { filePfn, missingPfn, STARTED, sharedFromFile } from './faultPfn.ts';
import { leafLevel } from './hugeLevel.ts';
import type { Memslot } from './memslots.ts';
import {
  MEM_LOG_DIRTY_PAGES,
  MEM_READONLY,
  MEM_USERFAULT,
  MEMSLOT_EXIT_ON_MISSING,
  MEMSLOT_INVALID,
} from './memslots.ts';
import { prefetchAround } from './rmap/prefetch.ts';
import { prepareInRmp } from './rmpUpdate.ts';
import type { Vcpu } from './vcpu.ts';
import type { Vm } from './vm.ts';

/** What became of a fault (enum RET_PF_*, arch/x86/kvm/mmu/mmu_internal.h). */
export const PF_RETRY = 0;
export const PF_FIXED = 1;
export const PF_SPURIOUS = 2;
export const PF_EMULATE = 3;
/** The vCPU leaves KVM_RUN with the errno and exit that the fault has put into it. */
export const PF_EXIT = 4;
/** A worker brings the page in; the guest runs something else until it is told. */
export const PF_ASYNC = 5;

/**
 * Handles one fault of `vcpu` on `gfn`.
 *
 * @param accessIsPrivate what hardware reported.
 * @param prefetch nobody has made the access yet.
 */
export function* handleFault(
  vcpu: Vcpu,
  gfn: number,
  write: boolean,
  accessIsPrivate: boolean,
  prefetch = false,
): Actor<number> {
  const vm = vcpu.vm;
  const { engine, costs, invalidation } = vm;

  // 1: an access that is known for I/O is no fault to look into.
  if (!accessIsPrivate && vm.mmio.isKnown(gfn)) return leaveAsMmio(vcpu, gfn, write);
  if (!prefetch) count(vcpu, 'faults');

  // 3: a write to a page that was only protected to notice it takes no lock; the dirty log comes after the bit.
  // Where the access is of the other kind than the gfn, what looks spurious is not: it would spin.
  if (write && !isOfOtherKind(vm, gfn, accessIsPrivate)) {
    const fast = vm.mmu.fastFault(gfn, accessIsPrivate && vm.mmu.mirror !== null);
    if (fast === 'fixed') return fixedFast(vcpu, gfn);
    if (fast === 'spurious') {
      count(vcpu, 'spurious');
      return PF_SPURIOUS;
    }
  }

  // 5: the sequence count comes before everything that an invalidation may change.
  const sequence = invalidation.sequence;
  const { generation } = vm.mmu;
  if (engine.stepwise) yield POINT;

  // 6: an access of the other kind than the gfn's goes to userspace, which decides about converting.
  const gfnIsPrivate = vm.isPrivate(gfn);
  const isPrivate = vm.rules.privateFromFault ? accessIsPrivate : gfnIsPrivate;
  if (isPrivate !== gfnIsPrivate) return memoryFault(vcpu, gfn, isPrivate);
  if (engine.stepwise) yield POINT;

  // 7, 8: no slot is emulated I/O for a shared access; a slot on its way out makes the fault start over.
  const slot = vm.memslots.set.find(gfn);
  if (slot === undefined) {
    if (isPrivate) return memoryFault(vcpu, gfn, true);
    vm.mmio.add(gfn);
    count(vcpu, 'mmioSptes');
    return emulate(vcpu, gfn, write);
  }
  // safety: fault-retries-on-invalid-slot
  if (slot.flags & MEMSLOT_INVALID) return PF_RETRY;

  // 9: looking before the work is done saves it, and decides nothing.
  if (invalidation.mustRetry(sequence, gfn)) return PF_RETRY;
  if (engine.stepwise) yield POINT;

  // 10: a page that userspace has to bring first; else the frame, from the file or through the host's page tables.
  // safety: userfault-before-frame
  if (slot.flags & MEM_USERFAULT && slot.userfault!.isMissing(slot, gfn - slot.baseGfn)) {
    return memoryFault(vcpu, gfn, isPrivate, true);
  }
  let pfn: number;
  let hostWritable = true;
  if (isPrivate ? vm.conversion.privateInFile : sharedFromFile(vm, slot)) {
    const { gmem } = slot;
    if (gmem === null) return memoryFault(vcpu, gfn, isPrivate);
    const index = slot.gmemOffset + gfn - slot.baseGfn;
    if (!gmem.has(index)) yield costs.pageAllocate;
    pfn = filePfn(vm, gmem, index);
    if (pfn < 0) return memoryFault(vcpu, gfn, isPrivate, undefined, -pfn);
    if (isPrivate && vm.rmp !== null && !vm.rmp.isPrivate(pfn)) {
      yield costs.rmpUpdate;
      // The kernel holds the page's lock from looking it up until it is prepared: nobody frees it in between.
      // safety: gmem-prepare-under-lock
      if (!gmem.has(index) || gmem.cachedPage(index) !== pfn) return PF_RETRY;
      prepareInRmp(vm, slot, gfn, pfn);
    }
  } else {
    if (write && slot.flags & MEM_READONLY) {
      return emulate(vcpu, gfn, write);
    }
    const hva = slot.hva + gfn - slot.baseGfn;
    pfn = vm.mm.lookup(hva, write);
    if (pfn === NO_PFN) {
      if (slot.flags & MEMSLOT_EXIT_ON_MISSING) return memoryFault(vcpu, gfn, isPrivate, true);
      // First touches are most faults: those that wait for nobody need no generator of their own.
      const ns = faultInAtOnce(vm.mm, hva, write);
      if (ns !== NOT_AT_ONCE) {
        pfn = vm.mm.walk(hva, write);
        yield ns;
        vm.mm.mmapLock.readUnlock();
      } else {
        pfn = yield* missingPfn(vcpu, gfn, hva, write);
        if (pfn === STARTED) return PF_ASYNC;
      }
    }
    if (pfn < 0) return noFrame(vcpu, pfn, hva);
    // What was asked for to be read may be written too where the host's entry allows it.
    hostWritable = write || (!keepsReadsClean(vm, slot) && vm.mm.lookup(hva, true) === pfn);
  }
  if (vm.pinning?.beforeInstall !== undefined) {
    const refused = vm.pinning.beforeInstall(gfn, pfn);
    if (refused !== 0) return leave(vcpu, -refused, null);
  }
  yield costs.stage2Fault;

  // 12 to 14: only under mmu_lock is the answer to "has anything changed?" worth something.
  const locking = vm.profile.mmu === 'tdp' ? vm.mmuLock.read() : vm.mmuLock.write();
  if (locking !== POINT) yield locking;
  let result = PF_RETRY;
  // A fault that began under roots that are gone has nothing to install into (is_page_fault_stale).
  const stale = vm.mmu.generation !== generation;
  // safety: fault-sequence-check
  if (!stale && !invalidation.mustRetry(sequence, gfn)) {
    result = mapPfn(vcpu, slot, gfn, pfn, isPrivate, hostWritable, prefetch);
  }
  if (vm.profile.mmu === 'tdp') vm.mmuLock.readUnlock();
  else vm.mmuLock.writeUnlock();
  return result;
}

/** Maps a gfn to its frame, with mmu_lock held and nothing changed since the fault began. */
function mapPfn(
  vcpu: Vcpu,
  slot: Memslot,
  gfn: number,
  pfn: number,
  isPrivate: boolean,
  hostWritable: boolean,
  prefetch: boolean,
): number {
  const { vm } = vcpu;
  const { pinning } = vm;
  if (vm.rmapMmu !== null && !vm.rmapMmu.makeTablesAvailable()) return leave(vcpu, ENOSPC, null);
  const writable = hostWritable && (slot.flags & MEM_READONLY) === 0;
  const level = vm.nxHugePages && vcpu.fetches ? 1 : leafLevel(vm, slot, gfn, isPrivate);
  // What is in the way goes, with its pin, before the new one is taken.
  if (pinning?.installing !== undefined) vm.mmu.clearWay(gfn, isPrivate, level);
  const pinned = pinning?.installing?.(gfn, pfn, vm.mmu.keptPfn(gfn, isPrivate, level)) ?? false;
  let result = PF_FIXED;
  if (vm.mmu.install(gfn, pfn, writable, isPrivate, pinned, level, vm.leafType(pfn), !prefetch)) {
    count(vcpu, 'fixed');
  } else {
    result = PF_SPURIOUS;
    if (!prefetch) count(vcpu, 'spurious');
  }
  // A page that can be written from now on counts as written: the next write will not fault.
  if (writable) {
    // safety: dirty-when-writable
    logWrite(vcpu, slot, gfn);
  }
  if (vm.rmapMmu !== null && level === 1) prefetchAround(vm, slot, gfn);
  return result;
}

/** Whether what is mapped is of the other kind than the access, and so does not allow it. */
function isOfOtherKind(vm: Vm, gfn: number, accessIsPrivate: boolean): boolean {
  if (!vm.rules.privateFromFault || !vm.mmu.isMapped(gfn, accessIsPrivate && vm.mmu.mirror !== null))
    return false;
  return accessIsPrivate !== vm.isPrivate(gfn);
}

/** Where writes are logged, arm64 maps what was read so that the first write faults (user_mem_abort, arch/arm64/kvm/mmu.c). */
function keepsReadsClean({ profile }: Vm, slot: Memslot): boolean {
  return profile.arch === 'arm64' && (slot.flags & MEM_LOG_DIRTY_PAGES) !== 0;
}

function fixedFast(vcpu: Vcpu, gfn: number): number {
  const { vm } = vcpu;
  count(vcpu, 'fast');
  const slot = vm.memslots.set.find(gfn);
  if (slot !== undefined) {
    // safety: fast-fault-logs
    logWrite(vcpu, slot, gfn);
  }
  return PF_FIXED;
}

function logWrite(vcpu: Vcpu, slot: Memslot, gfn: number): void {
  vcpu.vm.running = vcpu;
  markPageDirty(vcpu.vm, slot, gfn);
  vcpu.vm.running = null;
}

function emulate(vcpu: Vcpu, gfn: number, write: boolean): number {
  count(vcpu, 'emulated');
  return leaveAsMmio(vcpu, gfn, write);
}

function leaveAsMmio(vcpu: Vcpu, gfn: number, write: boolean): number {
  leave(vcpu, 0, { reason: EXIT_MMIO, gfn, write });
  return PF_EMULATE;
}

/**
 * The host has no frame for the page (kvm_handle_error_pfn): a signal ends KVM_RUN, broken memory sends one, and whatever
 * else it was is a bare EFAULT.
 *
 * @param hva host virtual page.
 */
function noFrame(vcpu: Vcpu, errno: number, hva: number): number {
  if (errno === -EINTR) return leave(vcpu, EINTR, INTERRUPTED);
  if (errno === -EHWPOISON) return leave(vcpu, EINTR, { reason: EXIT_INTR, poisonedPage: hva });
  return leave(vcpu, EFAULT, null);
}

function memoryFault(
  vcpu: Vcpu,
  gfn: number,
  isPrivate: boolean,
  userfault?: true,
  errno: number = EFAULT,
): number {
  return leave(vcpu, errno, { reason: EXIT_MEMORY_FAULT, gfn, isPrivate, userfault });
}

/** What KVM_RUN returns with; whatever an earlier run has left is gone. */
function leave(vcpu: Vcpu, errno: number, exit: Exit | null): number {
  vcpu.errno = errno;
  vcpu.exit = exit;
  return PF_EXIT;
}
