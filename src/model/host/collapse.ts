/**
 * Collapsing 512 small pages of anonymous memory into a huge one (khugepaged and MADV_COLLAPSE, mm/khugepaged.c).
 */
import type { Actor } from '../engine/step.ts';
import { EAGAIN, EINVAL, ENOMEM } from './errno.ts';
import { NO_PFN, OWNER_ANON, ZERO_PFN } from './frames.ts';
import type { Mm } from './mm.ts';
import { writeEntry } from './pageTable.ts';
import { newEntryFlags } from './protection.ts';
import {
  PTE_DIRTY,
  PTE_HUGE,
  PTE_SPECIAL,
  PTE_UFFD_WP,
  PTE_WRITE,
  pteHigh,
  pteLow,
  pteMaps,
  ptePfn,
} from './pte.ts';
import { PAGES_PER_2M } from './units.ts';
import { VM_UFFD_MISSING, VM_WRITE, type Vma } from './vma.ts';

/** MADV_COLLAPSE of pages [start, end) of a mapping; mmap_lock is held for reading. Returns 0 or a negated errno. */
export function* collapseRange(mm: Mm, vma: Vma, start: number, end: number): Actor<number> {
  const firstIn = Math.ceil(vma.start / PAGES_PER_2M) * PAGES_PER_2M;
  if (vma.file !== null || firstIn + PAGES_PER_2M > vma.end) return -EINVAL;
  const first = Math.ceil(start / PAGES_PER_2M) * PAGES_PER_2M;
  const last = Math.floor(end / PAGES_PER_2M) * PAGES_PER_2M;
  if (first > last) return -EINVAL;
  // Collapsing needs the lock for writing, and the mapping looked up again under it.
  mm.mmapLock.readUnlock();
  let result = 0;
  for (let page = first; page < last && result === 0; page += PAGES_PER_2M) {
    yield mm.mmapLock.write();
    const now = mm.vmas.find(page);
    result = now === undefined ? -EINVAL : yield* collapseOne(mm, now, page);
    mm.mmapLock.writeUnlock();
  }
  yield mm.mmapLock.read();
  return result;
}

/**
 * Collapses the 2 MiB at a page. Called with mmap_lock held for writing.
 *
 * @returns 0; -EINVAL where the range is not all the mapping's own; -EAGAIN where a page is used by somebody else;
 *   -ENOMEM where there is no huge page to be had.
 */
export function* collapseOne(mm: Mm, vma: Vma, page: number): Actor<number> {
  if (page < vma.start || page + PAGES_PER_2M > vma.end || vma.file !== null) return -EINVAL;
  if (mm.table.levelOf(page) > 1) return 0;
  const refused = checkPages(mm, vma, page);
  if (refused !== 0) return refused;
  const head = mm.frames.allocateFolio(OWNER_ANON, PAGES_PER_2M);
  if (head === NO_PFN) return -ENOMEM;
  const range = mm.rangeOf(page, page + PAGES_PER_2M, 'clear');
  yield* mm.invalidateStart(range);
  mm.table.note(page, page + PAGES_PER_2M);
  mm.table.forEach(page, page + PAGES_PER_2M, (at, table, index, low) => {
    const pfn = ptePfn(low, table.words[2 * index + 1]);
    writeEntry(table, index, 0, 0);
    mm.frames.copy(pfn, head + at - page);
    mm.frames.put(pfn);
  });
  yield mm.costs.migratePage;
  mm.table.dropTable(page);
  mm.frames.setExclusive(head, true);
  const write = vma.flags & VM_WRITE ? PTE_WRITE : 0;
  const flags = newEntryFlags(vma) | PTE_HUGE | PTE_DIRTY | write;
  mm.table.writeHuge(page, 2, pteLow(head, flags), pteHigh(head));
  yield* mm.invalidateEnd(range);
  return 0;
}

function checkPages(mm: Mm, vma: Vma, start: number): number {
  let result = 0;
  let there = 0;
  mm.table.forEach(start, start + PAGES_PER_2M, (_, table, index, low) => {
    there++;
    const pfn = ptePfn(low, table.words[2 * index + 1]);
    if (!pteMaps(low) || low & PTE_UFFD_WP) result = -EINVAL;
    else if (low & PTE_SPECIAL || pfn === ZERO_PFN) return;
    else if (mm.frames.owner(pfn) !== OWNER_ANON) result = -EINVAL;
    else if (mm.frames.references(pfn) > 1) result = -EAGAIN;
  });
  // A hole must stay one where userfaultfd waits to fill it.
  if (there < PAGES_PER_2M && vma.flags & VM_UFFD_MISSING) return -EINVAL;
  return there === 0 ? -EINVAL : result;
}
