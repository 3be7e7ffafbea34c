/**
 * Bringing a page in for somebody who needs it: the loop around faults that find the mapping, check its rights, and
 * start over when a fault has slept (do_user_addr_fault, arch/x86/mm/fault.c; faultin_page, mm/gup.c).
 */
import { type Actor, POINT } from '../engine/step.ts';
import { copyPage } from './copyOnWrite.ts';
import { EAGAIN, EFAULT, EHWPOISON, EINTR, ENOMEM } from './errno.ts';
import {
  STEP_ALLOCATED,
  STEP_COPY,
  STEP_DONE,
  STEP_MIGRATION,
  STEP_OOM,
  STEP_POISONED,
  STEP_SIGBUS,
} from './faultStep.ts';
import { NO_PFN } from './frames.ts';
import type { Mm } from './mm.ts';
import { faultStep } from './pageFault.ts';
import { PAGES_PER_2M } from './units.ts';
import { handleUserfault } from './userfault.ts';
import { VM_ACCESS, VM_PFNMAP, VM_READ, VM_UFFD_MISSING, VM_WRITE, type Vma } from './vma.ts';
import { FAULT_AGAIN, FAULT_RETRY, FAULT_SIGBUS, type FaultMode } from './vmFault.ts';

/** Why no frame came of it. */
export const IN_NO_MAPPING = -1;
export const IN_NO_RIGHT = -2;
export const IN_SIGBUS = -3;
export const IN_POISONED = -4;
export const IN_OOM = -5;
/** A signal ended the sleep. */
export const IN_INTERRUPTED = -6;
/** It would have to sleep, and may not. */
export const IN_WOULD_SLEEP = -7;

/** The error number that get_user_pages makes of a reason. */
export function gupErrno(reason: number): number {
  switch (reason) {
    case IN_POISONED:
      return -EHWPOISON;
    case IN_OOM:
      return -ENOMEM;
    case IN_INTERRUPTED:
      return -EINTR;
    case IN_WOULD_SLEEP:
      return -EAGAIN;
    default:
      return -EFAULT;
  }
}

/** Whether the mapping's rights allow an access of user mode, or of the kernel in its stead. */
function allowsAccess(vma: Vma, write: boolean): boolean {
  return (vma.flags & (write ? VM_WRITE : VM_ACCESS)) !== 0;
}

/** Whether get_user_pages may follow the mapping (check_vma_flags, mm/gup.c). */
function allowsGup(vma: Vma, write: boolean): boolean {
  return (vma.flags & VM_PFNMAP) === 0 && (vma.flags & (write ? VM_WRITE : VM_READ)) !== 0;
}

/** Returned by `faultInAtOnce`: nothing was done. */
export const NOT_AT_ONCE = 0;

/**
 * What `faultIn` does for get_user_pages in the plainest of cases: anonymous memory that nobody has touched yet, with
 * nobody in the way, and frames at hand. Not for a search, which may switch between its accesses.
 *
 * @returns ns that it takes, after which the caller gives mmap_lock back; or NOT_AT_ONCE.
 */
export function faultInAtOnce(mm: Mm, page: number, write: boolean): number {
  const { engine, costs, frames, mmapLock } = mm;
  if (engine.stepwise || frames.room < PAGES_PER_2M || mm.table.low(page) !== 0) return NOT_AT_ONCE;
  const vma = mm.vmas.find(page);
  if (vma === undefined || vma.file !== null || vma.flags & VM_UFFD_MISSING || !allowsGup(vma, write))
    return NOT_AT_ONCE;
  if (!mmapLock.tryRead()) return NOT_AT_ONCE;
  const step = faultStep(mm, vma, page, write);
  return step === STEP_ALLOCATED ? costs.hostFault + costs.pageAllocate : costs.hostFault;
}

/**
 * Makes a page present for an access.
 *
 * @param gup as get_user_pages does it, else as a load or a store does.
 * @returns its frame, or one of the reasons above.
 */
export function* faultIn(mm: Mm, page: number, mode: FaultMode, gup: boolean): Actor<number> {
  const { engine, costs } = mm;
  for (;;) {
    const locking = mm.mmapLock.read();
    if (locking !== POINT) yield locking;
    const vma = mm.vmas.find(page);
    const allowed = vma !== undefined && (gup ? allowsGup(vma, mode.write) : allowsAccess(vma, mode.write));
    if (!allowed) {
      mm.mmapLock.readUnlock();
      return vma === undefined ? IN_NO_MAPPING : IN_NO_RIGHT;
    }
    if (engine.stepwise) yield POINT;
    // get_user_pages follows the tables first, and faults where they do not lead to the page.
    const there = gup ? mm.walk(page, mode.write) : NO_PFN;
    if (there !== NO_PFN) {
      mm.mmapLock.readUnlock();
      return there;
    }
    const step = faultStep(mm, vma, page, mode.write);
    if (step === STEP_DONE || step === STEP_ALLOCATED) {
      const pfn = mm.walk(page, mode.write);
      yield step === STEP_DONE ? costs.hostFault : costs.hostFault + costs.pageAllocate;
      mm.mmapLock.readUnlock();
      if (pfn !== NO_PFN) return pfn;
      continue;
    }
    if (step > STEP_OOM) {
      const result = yield* handleUserfault(mm, vma, page, mode, step);
      if (result !== FAULT_RETRY) mm.mmapLock.readUnlock();
      if (result === FAULT_SIGBUS) return IN_SIGBUS;
      if (result === FAULT_AGAIN) return IN_WOULD_SLEEP;
      if (mode.interruptible && mode.task?.signalPending) return IN_INTERRUPTED;
      continue;
    }
    const copied = step !== STEP_COPY || (yield* copyPage(mm, vma, page));
    mm.mmapLock.readUnlock();
    if (step === STEP_SIGBUS) return IN_SIGBUS;
    if (step === STEP_POISONED) return IN_POISONED;
    if (step === STEP_OOM || !copied) return IN_OOM;
    if (step === STEP_MIGRATION) {
      if (mode.nowait) return IN_WOULD_SLEEP;
      yield mm.host.migrations.wait();
    }
  }
}
