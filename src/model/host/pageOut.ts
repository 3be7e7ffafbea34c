/**
 * madvise(MADV_PAGEOUT) on a host without swap (madvise_cold_or_pageout_pte_range, mm/madvise.c; shrink_folio_list,
 * mm/vmscan.c). A page of a file's cache that only this mapping has is unmapped and stays in the cache: the next access
 * faults. Anonymous memory has nowhere to go and stays, but for what MADV_FREE has given up, which is gone at once. Seen
 * on Linux 6.18.
 */
import type { Actor } from '../engine/step.ts';
import { OWNER_ANON, OWNER_CACHE } from './frames.ts';
import type { Mm } from './mm.ts';
import { PTE_DIRTY, pteMaps, ptePfn } from './pte.ts';
import type { Vma } from './vma.ts';
import { ZAP_CLEAR, zapRange } from './zap.ts';

/** Takes out of pages [start, end) of a mapping what can go. mmap_lock is held for reading. */
export function* pageOut(mm: Mm, vma: Vma, start: number, end: number): Actor {
  const going: number[] = [];
  mm.table.note(start, end);
  mm.table.forEach(start, end, (page, table, index, low) => {
    if (table.level === 1 && pteMaps(low) && canGo(mm, low, table.words[2 * index + 1])) going.push(page);
  });
  // The kernel announces and unmaps page by page.
  for (const page of going) yield* zapRange(mm, vma, page, page + 1, ZAP_CLEAR, 'clear');
}

function canGo(mm: Mm, low: number, high: number): boolean {
  const { frames } = mm;
  const pfn = ptePfn(low, high);
  const mappings = frames.references(pfn) - frames.pinCount(pfn);
  switch (frames.owner(pfn)) {
    case OWNER_CACHE:
      // One reference is the cache's own, one the mapping's.
      return mappings === 2;
    case OWNER_ANON:
      return mappings === 1 && frames.pinCount(pfn) === 0 && (low & PTE_DIRTY) === 0;
    default:
      return false;
  }
}
