/**
 * Faults that a huge leaf answers: hugetlb files, and transparent huge pages of anonymous memory (mm/hugetlb.c,
 * mm/huge_memory.c).
 */

import { STEP_ALLOCATED, STEP_COPY, STEP_DONE, STEP_OOM, STEP_SIGBUS } from './faultStep.ts';
import { NO_PFN, OWNER_ANON } from './frames.ts';
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
  if (vma.file !== null) return vma.file.level > 1;
  if (!write || !thpAllowed(mm, vma)) return false;
  const start = page - (page % PAGES_PER_2M);
  if (start < vma.start || start + PAGES_PER_2M > vma.end) return false;
  // A range that has small pages already goes on with small pages until khugepaged collapses it.
  return mm.table.radix.leafTable(page) === null;
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
  // The leaf is split, and the one page that was written is copied.
  splitHuge(mm, page);
  return STEP_COPY;
}

/** Splits the huge leaf that maps a page down to base pages; each new leaf holds a reference of its own. */
export function splitHuge(mm: Mm, page: number): void {
  for (let level = mm.table.levelOf(page); level > 1; level--) {
    const head = mm.table.pfn(page - (page % pagesOf(level)));
    mm.table.split(page);
    for (let i = 1; i < 512; i++) mm.frames.get(head);
  }
}
