/**
 * madvise (mm/madvise.c): walks the mappings of a range and does to each what was advised. Holes are passed over
 * and reported at the end.
 */
import type { Actor } from '../engine/step.ts';
import { collapseRange } from './collapse.ts';
import { EACCES, EAGAIN, EFAULT, EHWPOISON, EINTR, EINVAL, ENOMEM, EOPNOTSUPP } from './errno.ts';
import {
  faultIn,
  IN_INTERRUPTED,
  IN_NO_MAPPING,
  IN_NO_RIGHT,
  IN_OOM,
  IN_POISONED,
  IN_SIGBUS,
} from './faultIn.ts';
import { OWNER_ANON } from './frames.ts';
import type { Mm } from './mm.ts';
import { modifyFlags } from './mprotect.ts';
import { pageOut } from './pageOut.ts';
import { writeEntry } from './pageTable.ts';
import { PTE_DIRTY, PTE_MARKER_POISONED, pteIsMarker, pteMaps, ptePfn } from './pte.ts';
import { announceSplits } from './splitEdges.ts';
import type { Task } from './task.ts';
import { PAGE_SIZE } from './units.ts';
import { beginMapChange, sendEvent } from './userfault.ts';
import { UFFD_FEATURE_EVENT_REMOVE } from './userfaultfd.ts';
import {
  indexIn,
  VM_DONTCOPY,
  VM_DONTDUMP,
  VM_HUGEPAGE,
  VM_HUGETLB,
  VM_LOCKED,
  VM_MAYWRITE,
  VM_MERGEABLE,
  VM_NOHUGEPAGE,
  VM_PFNMAP,
  VM_RAND_READ,
  VM_READ,
  VM_SEQ_READ,
  VM_SHARED,
  VM_WIPEONFORK,
  VM_WRITE,
  type Vma,
} from './vma.ts';
import { kernelFault } from './vmFault.ts';
import { ZAP_CLEAR, zapRange } from './zap.ts';

/** What may be advised (MADV_*, include/uapi/asm-generic/mman-common.h). */
export const MADV_NORMAL = 0;
export const MADV_RANDOM = 1;
export const MADV_SEQUENTIAL = 2;
export const MADV_WILLNEED = 3;
export const MADV_DONTNEED = 4;
export const MADV_FREE = 8;
export const MADV_REMOVE = 9;
export const MADV_DONTFORK = 10;
export const MADV_DOFORK = 11;
export const MADV_MERGEABLE = 12;
export const MADV_UNMERGEABLE = 13;
export const MADV_HUGEPAGE = 14;
export const MADV_NOHUGEPAGE = 15;
export const MADV_DONTDUMP = 16;
export const MADV_DODUMP = 17;
export const MADV_WIPEONFORK = 18;
export const MADV_KEEPONFORK = 19;
export const MADV_COLD = 20;
export const MADV_PAGEOUT = 21;
export const MADV_POPULATE_READ = 22;
export const MADV_POPULATE_WRITE = 23;
export const MADV_DONTNEED_LOCKED = 24;
export const MADV_COLLAPSE = 25;

/** Advice that changes the mapping itself, and so needs mmap_lock for writing. */
const CHANGES_MAPPING = new Set([
  MADV_NORMAL,
  MADV_RANDOM,
  MADV_SEQUENTIAL,
  MADV_DONTFORK,
  MADV_DOFORK,
  MADV_MERGEABLE,
  MADV_UNMERGEABLE,
  MADV_HUGEPAGE,
  MADV_NOHUGEPAGE,
  MADV_DONTDUMP,
  MADV_DODUMP,
  MADV_WIPEONFORK,
  MADV_KEEPONFORK,
]);

/**
 * Carries out an advice on pages [start, end), which is known and not empty.
 *
 * @returns 0 or a negated errno; what came before a refusal stays done.
 */
export function* adviseRange(
  mm: Mm,
  start: number,
  end: number,
  advice: number,
  task: Task | null,
): Actor<number> {
  if (advice === MADV_POPULATE_READ || advice === MADV_POPULATE_WRITE) {
    return yield* populate(mm, start, end, advice === MADV_POPULATE_WRITE, task);
  }
  const changes = CHANGES_MAPPING.has(advice);
  yield changes ? mm.mmapLock.write() : mm.mmapLock.read();
  const result = yield* walk(mm, start, end, advice);
  if (changes) mm.mmapLock.writeUnlock();
  else mm.mmapLock.readUnlock();
  return result;
}

function* walk(mm: Mm, start: number, end: number, advice: number): Actor<number> {
  let unmapped = 0;
  let at = start;
  let vma = mm.vmas.findIn(at, Infinity);
  for (;;) {
    if (vma === undefined) return -ENOMEM;
    if (at < vma.start) {
      unmapped = -ENOMEM;
      at = vma.start;
      if (at >= end) return unmapped;
    }
    const until = Math.min(end, vma.end);
    const result = CHANGES_MAPPING.has(advice)
      ? yield* adviseMapping(mm, vma, at, until, advice)
      : yield* advisePages(mm, vma, at, until, advice);
    if (result !== 0) return result;
    at = until;
    if (at >= end) return unmapped;
    vma = mm.vmas.findIn(at, Infinity);
  }
}

/** Advice that is a flag of the mapping. Returns 0 or a negated errno. */
function* adviseMapping(mm: Mm, vma: Vma, start: number, end: number, advice: number): Actor<number> {
  const flags = advisedFlags(vma, advice);
  if (flags < 0) return flags;
  if (flags !== vma.flags) yield* modifyFlags(mm, vma, start, end, flags);
  return 0;
}

function advisedFlags(vma: Vma, advice: number): number {
  const { flags } = vma;
  switch (advice) {
    case MADV_NORMAL:
      return flags & ~(VM_RAND_READ | VM_SEQ_READ);
    case MADV_SEQUENTIAL:
      return (flags & ~VM_RAND_READ) | VM_SEQ_READ;
    case MADV_RANDOM:
      return (flags & ~VM_SEQ_READ) | VM_RAND_READ;
    case MADV_DONTFORK:
      return flags | VM_DONTCOPY;
    case MADV_DOFORK:
      return flags & VM_PFNMAP ? -EINVAL : flags & ~VM_DONTCOPY;
    case MADV_WIPEONFORK:
      return vma.file !== null || flags & VM_SHARED ? -EINVAL : flags | VM_WIPEONFORK;
    case MADV_KEEPONFORK:
      return flags & ~VM_WIPEONFORK;
    case MADV_DONTDUMP:
      return flags | VM_DONTDUMP;
    case MADV_DODUMP:
      return flags & VM_PFNMAP && !(flags & VM_HUGETLB) ? -EINVAL : flags & ~VM_DONTDUMP;
    case MADV_HUGEPAGE:
      return (flags & ~VM_NOHUGEPAGE) | VM_HUGEPAGE;
    case MADV_NOHUGEPAGE:
      return (flags & ~VM_HUGEPAGE) | VM_NOHUGEPAGE;
    case MADV_MERGEABLE:
      return flags & (VM_SHARED | VM_PFNMAP | VM_HUGETLB) ? flags : flags | VM_MERGEABLE;
    default:
      return flags & ~VM_MERGEABLE;
  }
}

/** Advice that is about pages. mmap_lock is held for reading, and may be given up and taken again meanwhile. */
function* advisePages(mm: Mm, vma: Vma, start: number, end: number, advice: number): Actor<number> {
  switch (advice) {
    case MADV_DONTNEED:
    case MADV_DONTNEED_LOCKED:
    case MADV_FREE:
      return yield* dontNeedOrFree(mm, vma, start, end, advice);
    case MADV_REMOVE:
      return yield* remove(mm, vma, start, end);
    case MADV_COLLAPSE:
      return yield* collapseRange(mm, vma, start, end);
    case MADV_PAGEOUT:
      if (vma.flags & (VM_LOCKED | VM_PFNMAP | VM_HUGETLB)) return -EINVAL;
      yield* pageOut(mm, vma, start, end);
      return 0;
    default:
      // WILLNEED and COLD concern reclaim, which the model has not: without memory pressure they change nothing that
      // anybody could see.
      return vma.flags & (VM_LOCKED | VM_PFNMAP | VM_HUGETLB) && advice !== MADV_WILLNEED ? -EINVAL : 0;
  }
}

function isDiscardable(vma: Vma, advice: number): boolean {
  if (vma.flags & VM_HUGETLB) return advice !== MADV_FREE;
  return (vma.flags & (advice === MADV_DONTNEED_LOCKED ? VM_PFNMAP : VM_PFNMAP | VM_LOCKED)) === 0;
}

function* dontNeedOrFree(mm: Mm, vma: Vma, start: number, end: number, advice: number): Actor<number> {
  let mapping: Vma | undefined = vma;
  let until = end;
  if (!isDiscardable(vma, advice)) return -EINVAL;
  if (yield* announceRemoval(mm, vma, start, end)) {
    mapping = mm.vmas.find(start);
    if (mapping === undefined) return -ENOMEM;
    if (!isDiscardable(mapping, advice)) return -EINVAL;
    until = Math.min(end, mapping.end);
  }
  if (advice !== MADV_FREE) {
    yield* zapRange(mm, mapping, start, until, ZAP_CLEAR, 'clear');
    // Since 6.14 tables go with their last entry (CONFIG_PT_RECLAIM).
    mm.table.dropEmptyTables(start, until);
    yield mm.costs.dontNeed + mm.costs.dontNeedPage * (until - start);
    return 0;
  }
  if (mapping.file !== null) return -EINVAL;
  const range = mm.rangeOf(start, until, 'clear');
  yield* mm.invalidateStart(range);
  yield* announceSplits(mm, start, until);
  markFree(mm, start, until);
  yield* mm.invalidateEnd(range);
  return 0;
}

/** Pages may go when memory gets short: they lose their dirty bit, and markers go at once (madvise_free_pte_range). */
function markFree(mm: Mm, start: number, end: number): void {
  mm.table.note(start, end);
  mm.table.forEach(start, end, (_, table, index, low) => {
    if (!pteMaps(low)) {
      if (pteIsMarker(low, PTE_MARKER_POISONED)) writeEntry(table, index, 0, 0);
      return;
    }
    const pfn = ptePfn(low, table.words[2 * index + 1]);
    if (mm.frames.owner(pfn) === OWNER_ANON && mm.frames.references(pfn) === 1) {
      table.writable[2 * index] = low & ~PTE_DIRTY;
    }
  });
}

/**
 * Tells the mapping's userfaultfd that pages are about to go, and waits until it has heard it; mmap_lock is given up
 * meanwhile. False where nobody wanted to know.
 */
function* announceRemoval(mm: Mm, vma: Vma, start: number, end: number): Actor<boolean> {
  const { uffd } = vma;
  if (uffd === null || !uffd.has(UFFD_FEATURE_EVENT_REMOVE)) return false;
  yield* beginMapChange(uffd);
  mm.mmapLock.readUnlock();
  yield* sendEvent(uffd, { event: 'remove', start: start * PAGE_SIZE, end: end * PAGE_SIZE });
  yield mm.mmapLock.read();
  return true;
}

function* remove(mm: Mm, vma: Vma, start: number, end: number): Actor<number> {
  const { file } = vma;
  if (vma.flags & VM_LOCKED || file === null) return -EINVAL;
  if ((vma.flags & (VM_SHARED | VM_MAYWRITE)) !== (VM_SHARED | VM_MAYWRITE)) return -EACCES;
  const first = indexIn(vma, start);
  file.hold();
  yield* announceRemoval(mm, vma, start, end);
  mm.mmapLock.readUnlock();
  if (file.kind !== 'dmabuf') yield* file.punchHole(first, first + end - start);
  const release = file.drop();
  if (release !== null) yield* release;
  yield mm.mmapLock.read();
  return file.kind === 'dmabuf' ? -EOPNOTSUPP : 0;
}

/** Faults pages in one by one, as reads or writes, without keeping them (faultin_page_range, mm/gup.c). */
function* populate(mm: Mm, start: number, end: number, write: boolean, task: Task | null): Actor<number> {
  for (let page = start; page < end; page++) {
    const vma = mm.vmas.find(page);
    if (vma === undefined) return -ENOMEM;
    if (vma.flags & VM_PFNMAP || (vma.flags & (write ? VM_WRITE : VM_READ)) === 0) return -EINVAL;
    const pfn = yield* faultIn(mm, page, kernelFault(write, task, true), true);
    if (pfn < 0) return populateErrno(pfn);
  }
  return 0;
}

function populateErrno(reason: number): number {
  switch (reason) {
    case IN_NO_MAPPING:
    case IN_OOM:
      return -ENOMEM;
    case IN_NO_RIGHT:
      return -EINVAL;
    case IN_SIGBUS:
      return -EFAULT;
    case IN_POISONED:
      return -EHWPOISON;
    case IN_INTERRUPTED:
      return -EINTR;
    default:
      return -EAGAIN;
  }
}
