/**
 * Faults that a huge leaf answers: hugetlb files, and transparent huge pages of anonymous memory (mm/hugetlb.c,
 * mm/huge_memory.c).
 */

import { aroundReachesFile } from './faultAround.ts';
import { STEP_ALLOCATED, STEP_COPY, STEP_DONE, STEP_OOM, STEP_SIGBUS } from './faultStep.ts';
import { NO_PFN, OWNER_ANON, OWNER_CACHE } from './frames.ts';
import { NO_PAGE_OOM } from './mappedFile.ts';
import type { Mm } from './mm.ts';
import { newEntryFlags } from './protection.ts';
import { PTE_DIRTY, PTE_HUGE, PTE_UFFD_WP, PTE_WRITE, pteFlags, pteHigh, pteLow } from './pte.ts';
import { PAGES_PER_2M, pagesOf } from './units.ts';
import {
  indexIn,
  VM_HUGEPAGE,
  VM_NOHUGEPAGE,
  VM_SHARED,
  VM_UFFD_MINOR,
  VM_UFFD_MISSING,
  VM_UFFD_WP,
  VM_WRITE,
  type Vma,
} from './vma.ts';

/** Whether a fault on an empty entry is answered with a huge leaf. */
export function wantsHuge(mm: Mm, vma: Vma, page: number, write: boolean): boolean {
  if (vma.file !== null) {
    if (vma.file.level > 1) return true;
    // A page that is copied at once is a small one.
    return !(write && (vma.flags & VM_SHARED) === 0) && mayMapLarge(mm, vma, page);
  }
  if (!write || !thpAllowed(mm, vma)) return false;
  const start = page - (page % PAGES_PER_2M);
  if (start < vma.start || start + PAGES_PER_2M > vma.end) return false;
  // A range that has small pages already goes on with small pages until khugepaged collapses it.
  return mm.table.radix.leafTable(page) === null;
}

/**
 * Whether a huge page of a file's cache can be mapped as a whole where a page of it is (do_set_pmd, mm/memory.c): no
 * small entries are there, and file and mapping are aligned alike.
 */
export function mayMapLarge(mm: Mm, vma: Vma, page: number): boolean {
  const start = page - (page % PAGES_PER_2M);
  const head = vma.file?.largeAt?.(indexIn(vma, page)) ?? NO_PFN;
  if (head === NO_PFN || vma.flags & VM_NOHUGEPAGE) return false;
  if (start < vma.start || start + PAGES_PER_2M > vma.end || (vma.start - vma.offset) % PAGES_PER_2M !== 0)
    return false;
  return mm.table.radix.leafTable(page) === null;
}

/** Maps such a page. */
export function mapLarge(mm: Mm, vma: Vma, page: number, write: boolean): void {
  const head = vma.file!.largeAt!(indexIn(vma, page));
  mm.frames.get(head);
  const flags = newEntryFlags(vma) | PTE_HUGE | (write ? PTE_DIRTY | PTE_WRITE : 0);
  mm.table.writeHuge(page - (page % PAGES_PER_2M), 2, pteLow(head, flags), pteHigh(head));
}

/** Whether anonymous memory of a mapping may be huge: as /sys/kernel/mm/transparent_hugepage/enabled says. */
export function thpAllowed(mm: Mm, vma: Vma): boolean {
  if (vma.flags & VM_NOHUGEPAGE || vma.file !== null) return false;
  return mm.host.thp === 'always' || (mm.host.thp === 'madvise' && (vma.flags & VM_HUGEPAGE) !== 0);
}

/** Maps a huge page where nothing is mapped; the results are those of a step. */
export function hugeFault(mm: Mm, vma: Vma, page: number, write: boolean): number {
  return vma.file === null ? anonymousHuge(mm, vma, page) : fileHuge(mm, vma, page, write);
}

function anonymousHuge(mm: Mm, vma: Vma, page: number): number {
  mm.prepareAnon(vma);
  if (vma.flags & VM_UFFD_MISSING) return VM_UFFD_MISSING;
  const head = mm.frames.allocateFolio(OWNER_ANON, PAGES_PER_2M);
  if (head === NO_PFN) return STEP_OOM;
  mm.frames.setExclusive(head, true);
  const flags = newEntryFlags(vma) | PTE_HUGE | PTE_DIRTY | (vma.flags & VM_WRITE ? PTE_WRITE : 0);
  mm.table.writeHuge(page - (page % PAGES_PER_2M), 2, pteLow(head, flags), pteHigh(head));
  return STEP_ALLOCATED;
}

function fileHuge(mm: Mm, vma: Vma, page: number, write: boolean): number {
  const file = vma.file!;
  if (file.level === 1) return sharedHuge(mm, vma, page, write);
  const pages = pagesOf(file.level);
  const base = page - ((page - vma.start) % pages);
  const index = indexIn(vma, base);
  if (index >= file.pagesLong) return STEP_SIGBUS;
  const cached = file.cachedPage(index) !== NO_PFN;
  if (cached && vma.flags & VM_UFFD_MINOR) return VM_UFFD_MINOR;
  if (!cached && vma.flags & VM_UFFD_MISSING) return VM_UFFD_MISSING;
  let head = file.faultPage(index);
  if (head < 0) return head === NO_PAGE_OOM ? STEP_OOM : STEP_SIGBUS;
  let flags = newEntryFlags(vma) | PTE_HUGE;
  if (write && (vma.flags & VM_SHARED) === 0) {
    mm.prepareAnon(vma);
    const copy = mm.frames.allocateFolio(OWNER_ANON, pages);
    if (copy === NO_PFN) return STEP_OOM;
    for (let i = 0; i < pages; i++) mm.frames.copy(head + i, copy + i);
    mm.frames.setExclusive(copy, true);
    head = copy;
  } else {
    mm.frames.get(head);
  }
  if (write) flags |= PTE_DIRTY | PTE_WRITE;
  mm.table.writeHuge(base, file.level, pteLow(head, flags), pteHigh(head));
  return cached ? STEP_DONE : STEP_ALLOCATED;
}

function sharedHuge(mm: Mm, vma: Vma, page: number, write: boolean): number {
  const index = indexIn(vma, page);
  if (index >= vma.file!.pagesLong && (write || !aroundReachesFile(vma, page))) return STEP_SIGBUS;
  if (vma.flags & VM_UFFD_MINOR) return VM_UFFD_MINOR;
  mapLarge(mm, vma, page, write);
  return STEP_DONE;
}

/** A write to a huge leaf that is mapped for reading (do_huge_pmd_wp_page, hugetlb_wp). */
export function hugeWriteFault(mm: Mm, vma: Vma, page: number, low: number): number {
  if (low & PTE_UFFD_WP && vma.flags & VM_UFFD_WP) return VM_UFFD_WP;
  const table = mm.table.tableOf(page)!;
  const pages = pagesOf(table.level);
  const base = page - (page % pages);
  const head = mm.table.pfn(base);
  const shared = (vma.flags & VM_SHARED) !== 0;
  const { frames } = mm;
  const own =
    frames.owner(head) === OWNER_ANON && (frames.isExclusive(head) || frames.references(head) === 1);
  if (shared || own) {
    if (!shared) frames.setExclusive(head, true);
    const flags = pteFlags(low) | PTE_DIRTY | PTE_WRITE;
    mm.table.writeHuge(base, table.level, pteLow(head, flags), pteHigh(head));
    return STEP_DONE;
  }
  // The leaf is split, and the one page that was written is copied; of a file's leaf nothing is left to copy from.
  splitHuge(mm, page);
  return frames.owner(head) === OWNER_CACHE ? STEP_DONE : STEP_COPY;
}

/**
 * Splits the huge leaf that maps a page down to base pages; each new leaf holds a reference of its own. The leaf of a
 * page in a file's cache goes instead, for a fault finds the page again (__split_huge_pmd_locked).
 */
export function splitHuge(mm: Mm, page: number): void {
  for (let level = mm.table.levelOf(page); level > 1; level--) {
    const head = mm.table.pfn(page - (page % pagesOf(level)));
    if (mm.frames.owner(head) === OWNER_CACHE) {
      mm.table.writeHuge(page - (page % pagesOf(level)), level, 0, 0);
      mm.frames.put(head);
      return;
    }
    mm.table.split(page);
    for (let i = 1; i < 512; i++) mm.frames.get(head);
  }
}
