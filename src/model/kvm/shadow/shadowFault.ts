/**
 * The fault path where KVM shadows the guest's tables (FNAME(page_fault), arch/x86/kvm/mmu/paging_tmpl.h): a walk of
 * the guest's tables, then the same steps as elsewhere, under mmu_lock held for writing.
 */
import { type Actor, POINT } from '../../engine/step.ts';
import { EFAULT, EHWPOISON, EINTR, ENOMEM } from '../../host/errno.ts';
import { faultIn, gupErrno } from '../../host/faultIn.ts';
import { NO_PFN } from '../../host/frames.ts';
import type { Task } from '../../host/task.ts';
import { kernelFault } from '../../host/vmFault.ts';
import { markPageDirty } from '../dirtyLog.ts';
import { MEM_READONLY, MEMSLOT_GMEM_ONLY, MEMSLOT_INVALID, type Memslot } from '../memslots.ts';
import type { Vm } from '../vm.ts';
import { prefetchAround } from './prefetch.ts';

/** What became of a shadow fault. */
export type ShadowFault =
  | { readonly kind: 'fixed' }
  | { readonly kind: 'retry' }
  /** KVM must carry out the instruction itself. */
  | { readonly kind: 'emulate' }
  /** KVM_RUN returns an error; with `memoryFault`, having filled in that exit. */
  | { readonly kind: 'error'; readonly errno: number; readonly memoryFault: boolean }
  /** The page is broken: the thread gets a SIGBUS that names this host virtual page. */
  | { readonly kind: 'poisoned'; readonly page: number };

const FIXED: ShadowFault = { kind: 'fixed' };
const RETRY: ShadowFault = { kind: 'retry' };
const EMULATE: ShadowFault = { kind: 'emulate' };

/**
 * Handles one fault on a guest page, inside an SRCU section.
 *
 * @param role which of the VM's tables the vCPU uses.
 */
export function* shadowFault(
  vm: Vm,
  page: number,
  write: boolean,
  task: Task | null,
  role = 0,
): Actor<ShadowFault> {
  const { engine, invalidation, costs } = vm;
  const shadow = vm.shadow!;
  // The walk of a write leaves the dirty bit behind in the guest's tables, whatever comes of it.
  if (write) shadow.guest.setDirty(page);
  const mayWrite = write || shadow.guest.isDirty(page);
  const gfn = page;

  const sequence = invalidation.sequence;
  if (engine.stepwise) yield POINT;
  const slot = vm.memslots.set.find(gfn);
  if (slot === undefined) return EMULATE;
  if (slot.flags & MEMSLOT_INVALID) return RETRY;
  if (invalidation.mustRetry(sequence, gfn)) return RETRY;
  if (engine.stepwise) yield POINT;

  let pfn: number;
  let hostWritable: boolean;
  if (slot.flags & MEMSLOT_GMEM_ONLY) {
    const { gmem } = slot;
    if (gmem === null) return { kind: 'error', errno: EFAULT, memoryFault: true };
    const index = slot.gmemOffset + gfn - slot.baseGfn;
    if (!gmem.has(index)) yield costs.pageAllocate;
    pfn = gmem.getPfn(index);
    hostWritable = true;
    if (pfn === NO_PFN) return { kind: 'error', errno: ENOMEM, memoryFault: true };
    if (vm.host.frames.isPoisoned(pfn)) return { kind: 'error', errno: EHWPOISON, memoryFault: true };
  } else {
    const readOnly = (slot.flags & MEM_READONLY) !== 0;
    if (readOnly && write) return EMULATE;
    const hva = slot.hva + gfn - slot.baseGfn;
    // Without a lock only frames that may be written are taken: one to be read could be copied away meanwhile.
    pfn = readOnly ? NO_PFN : vm.mm.lookup(hva, true);
    hostWritable = pfn !== NO_PFN;
    if (!hostWritable) {
      pfn = yield* slowFrame(vm, hva, write, task);
      if (pfn < 0) return errorOf(pfn, readOnly ? READ_ONLY_PAGE : hva);
      hostWritable = write || (!readOnly && vm.mm.lookup(hva, true) === pfn);
    }
  }
  yield costs.stage2Fault;

  yield vm.mmuLock.write();
  let result = RETRY;
  // safety: shadow-sequence-check
  if (!invalidation.mustRetry(sequence, gfn)) {
    const writable = mayWrite && hostWritable;
    installShadow(vm, slot, page, pfn, hostWritable, writable, role);
    prefetchAround(vm, page, role);
    result = FIXED;
  }
  vm.mmuLock.writeUnlock();
  return result;
}

/** Writes an entry; a page that can be written from now on counts as written where that is logged (make_spte). */
export function installShadow(
  vm: Vm,
  slot: Memslot,
  page: number,
  pfn: number,
  hostWritable: boolean,
  writable: boolean,
  role = 0,
): void {
  vm.shadow!.install(page, pfn, hostWritable, writable, role);
  if (writable) markPageDirty(vm, slot, page);
}

function* slowFrame(vm: Vm, hva: number, write: boolean, task: Task | null): Actor<number> {
  const result = yield* faultIn(vm.mm, hva, kernelFault(write, task, true), true);
  return result > 0 ? result : gupErrno(result);
}

/**
 * What KVM says of where a read-only slot's page is to whoever might write it (KVM_HVA_ERR_RO_BAD, one page above
 * PAGE_OFFSET): it tells of a broken page by that address too (kvm_send_hwpoison_signal, arch/x86/kvm/mmu/mmu.c). A page
 * number, without randomised addresses.
 */
const READ_ONLY_PAGE = 0xffff888000001;

function errorOf(errno: number, page: number): ShadowFault {
  if (errno === -EHWPOISON) return { kind: 'poisoned', page };
  return { kind: 'error', errno: errno === -EINTR ? EINTR : EFAULT, memoryFault: false };
}
