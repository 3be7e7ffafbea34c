/**
 * Filling pages that userfaultfd handles: copy, zeropage, continue and poison (mfill_atomic, mm/userfaultfd.c).
 * Pages are filled one by one; what was done before a refusal stays done.
 */
import { type Actor, POINT } from '../engine/step.ts';
import { EAGAIN, EEXIST, EFAULT, EINVAL, EIO, ENOENT, ENOMEM } from './errno.ts';
import { NO_PFN, OWNER_ANON, OWNER_CACHE, ZERO_PFN } from './frames.ts';
import type { MappedFile } from './mappedFile.ts';
import type { MemFile } from './memFile.ts';
import type { Mm } from './mm.ts';
import { newEntryFlags } from './protection.ts';
import {
  PTE_DIRTY,
  PTE_HUGE,
  PTE_MARKER,
  PTE_MARKER_POISONED,
  PTE_SPECIAL,
  PTE_UFFD_WP,
  PTE_WRITE,
  pteHigh,
  pteLow,
  pteNoneMostly,
} from './pte.ts';
import { pagesOf } from './units.ts';
import type { Userfaultfd } from './userfaultfd.ts';
import { indexIn, VM_SHARED, VM_UFFD_WP, VM_WRITE, type Vma } from './vma.ts';

/** What a page is filled with. */
export type Fill =
  /** A copy of bytes: given the frame and the page's position in the call, puts them there; false if unreadable. */
  | { readonly kind: 'copy'; readonly protect: boolean; readonly into: (pfn: number, nth: number) => boolean }
  | { readonly kind: 'zeropage' }
  /** The page that the file's cache has. */
  | { readonly kind: 'continue'; readonly protect: boolean }
  | { readonly kind: 'poison' };

/**
 * Fills pages [start, end), which must lie in one mapping that some userfaultfd handles.
 *
 * @returns number of pages filled, if any; else a negated errno.
 */
export function* fillRange(mm: Mm, uffd: Userfaultfd, start: number, end: number, fill: Fill): Actor<number> {
  yield mm.mmapLock.read();
  const vma = mm.vmas.find(start);
  if (vma === undefined) {
    mm.mmapLock.readUnlock();
    return -ENOENT;
  }
  if ((vma.flags & VM_SHARED) === 0) mm.prepareAnon(vma);
  if (end > vma.end || vma.uffd === null) {
    mm.mmapLock.readUnlock();
    return -ENOENT;
  }
  yield uffd.mapChangingLock.read();
  let result = checkFill(uffd, vma, fill);
  let filled = 0;
  const step = vma.file === null ? 1 : pagesOf(vma.file.level);
  if (step > 1 && (start % step !== 0 || (end - start) % step !== 0)) result = -EINVAL;
  for (let page = start; page < end && result === 0; page += step) {
    if (mm.engine.stepwise) yield POINT;
    result = step > 1 ? fillHugePage(mm, vma, page, fill, filled) : fillPage(mm, vma, page, fill, filled);
    if (result === 0) filled += step;
  }
  uffd.mapChangingLock.readUnlock();
  yield mm.costs.uffdFill + mm.costs.uffdFillPage * filled;
  mm.mmapLock.readUnlock();
  return filled > 0 ? filled : result;
}

function checkFill(uffd: Userfaultfd, vma: Vma, fill: Fill): number {
  uffd.noteRead();
  if (uffd.mapChanging > 0) return -EAGAIN;
  if ('protect' in fill && fill.protect && (vma.flags & VM_UFFD_WP) === 0) return -EINVAL;
  const kind = vma.file?.kind ?? 'anonymous';
  const known = kind === 'anonymous' || kind === 'shmem' || kind === 'hugetlb';
  if (!known && vma.file?.userfaultable !== true) return -EINVAL;
  if (kind === 'anonymous' && fill.kind === 'continue') return -EINVAL;
  if (kind === 'hugetlb' && fill.kind === 'zeropage') return -EINVAL;
  return 0;
}

function fillPage(mm: Mm, vma: Vma, page: number, fill: Fill, nth: number): number {
  // A huge leaf is there already.
  if (mm.table.levelOf(page) > 1) return -EEXIST;
  switch (fill.kind) {
    case 'poison':
      return poisonPage(mm, vma, page);
    case 'continue':
      return continuePage(mm, vma, page, fill.protect);
    case 'zeropage':
      return vma.flags & VM_SHARED ? shareNewPage(mm, vma, page, null, nth) : zeroPage(mm, vma, page);
    case 'copy':
      if (vma.flags & VM_SHARED) return shareNewPage(mm, vma, page, fill, nth);
      return ownNewPage(mm, vma, page, fill, nth);
  }
}

/** The same for a page of a hugetlb file, whole or not at all (hugetlb_mfill_atomic_pte). */
function fillHugePage(mm: Mm, vma: Vma, page: number, fill: Fill, nth: number): number {
  const file = vma.file!;
  const index = indexIn(vma, page);
  if (fill.kind !== 'copy' && fill.kind !== 'continue') return -EINVAL;
  if (mm.table.low(page) !== 0) return -EEXIST;
  if (index >= file.pagesLong) return -EFAULT;
  const cached = file.cachedPage(index) !== NO_PFN;
  if (fill.kind === 'continue' && !cached) return -EFAULT;
  if (fill.kind === 'copy' && cached) return -EEXIST;
  const head = file.faultPage(index);
  if (head < 0) return -ENOMEM;
  if (fill.kind === 'copy') {
    for (let i = 0; i < pagesOf(file.level); i++) fill.into(head + i, nth + i);
  }
  const writable = vma.flags & VM_WRITE && vma.flags & VM_SHARED;
  let flags = newEntryFlags(vma) | PTE_HUGE | PTE_DIRTY | (writable ? PTE_WRITE : 0);
  if (fill.protect) flags = (flags & ~PTE_WRITE) | PTE_UFFD_WP;
  mm.frames.get(head);
  mm.table.writeHuge(page, file.level, pteLow(head, flags), pteHigh(head));
  return 0;
}

function beyondEnd(vma: Vma, page: number): boolean {
  return vma.file !== null && indexIn(vma, page) >= vma.file.pagesLong;
}

function poisonPage(mm: Mm, vma: Vma, page: number): number {
  if (beyondEnd(vma, page)) return -EFAULT;
  if (mm.table.low(page) !== 0) return -EEXIST;
  mm.table.write(page, PTE_MARKER | PTE_MARKER_POISONED, 0);
  return 0;
}

function zeroPage(mm: Mm, vma: Vma, page: number): number {
  if (beyondEnd(vma, page)) return -EFAULT;
  if (mm.table.low(page) !== 0) return -EEXIST;
  mm.table.write(page, pteLow(ZERO_PFN, newEntryFlags(vma) | PTE_SPECIAL), 0);
  return 0;
}

function continuePage(mm: Mm, vma: Vma, page: number, protect: boolean): number {
  const file = vma.file!;
  const index = indexIn(vma, page);
  if (index >= file.pagesLong) return -EINVAL;
  if (file.cachedPage(index) === NO_PFN) return -EFAULT;
  const pfn = file.faultPage(index);
  if (mm.frames.isPoisoned(pfn)) return -EIO;
  return installPage(mm, vma, page, pfn, protect, true);
}

/** Fills a hole of a private mapping with a page of its own; a file's hole stays a hole. */
function ownNewPage(mm: Mm, vma: Vma, page: number, fill: Fill & { kind: 'copy' }, nth: number): number {
  const pfn = mm.frames.allocate(OWNER_ANON);
  if (pfn === NO_PFN) return -ENOMEM;
  mm.frames.setExclusive(pfn, true);
  let result = fill.into(pfn, nth) ? 0 : -EFAULT;
  if (result === 0) result = installPage(mm, vma, page, pfn, fill.protect, false);
  mm.frames.put(pfn);
  return result;
}

/** Fills a hole of a file that is mapped shared: the page goes into the cache. */
function shareNewPage(
  mm: Mm,
  vma: Vma,
  page: number,
  fill: (Fill & { kind: 'copy' }) | null,
  nth: number,
): number {
  const file = vma.file as MappedFile & Pick<MemFile, 'addPage'>;
  const index = indexIn(vma, page);
  const pfn = mm.frames.allocate(OWNER_CACHE);
  if (pfn === NO_PFN) return -ENOMEM;
  let result = fill === null || fill.into(pfn, nth) ? 0 : -EFAULT;
  if (result === 0 && index >= file.pagesLong) result = -EFAULT;
  if (result === 0 && file.cachedPage(index) !== NO_PFN) result = -EEXIST;
  if (result === 0) result = installPage(mm, vma, page, pfn, fill?.protect ?? false, true);
  if (result === 0) file.addPage(index, pfn);
  else mm.frames.put(pfn);
  return result;
}

/** Installs a page and takes a reference to it (mfill_atomic_install_pte). */
function installPage(
  mm: Mm,
  vma: Vma,
  page: number,
  pfn: number,
  protect: boolean,
  inCache: boolean,
): number {
  if (beyondEnd(vma, page)) return -EFAULT;
  // safety: fill-leaves-what-is-there
  if (!pteNoneMostly(mm.table.low(page))) return -EEXIST;
  // A private mapping may read the cache's page, and gets a copy when it writes.
  const writable = vma.flags & VM_WRITE && !(inCache && (vma.flags & VM_SHARED) === 0);
  let flags = newEntryFlags(vma) | PTE_DIRTY | (writable ? PTE_WRITE : 0);
  if (protect) flags = (flags & ~PTE_WRITE) | PTE_UFFD_WP;
  mm.frames.get(pfn);
  mm.table.write(page, pteLow(pfn, flags), pteHigh(pfn));
  return 0;
}
