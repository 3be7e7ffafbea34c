import { NO_PFN } from './frames.ts';
import type { Mm } from './mm.ts';
import { newEntryFlags } from './protection.ts';
import { pteHigh, pteLow } from './pte.ts';
import { indexIn, VM_UFFD_MINOR, VM_UFFD_WP, type Vma } from './vma.ts';

/** Pages that a read fault on a file maps around itself, where they are in the cache (fault_around_bytes). */
const AROUND = 16;

/** Where that begins around a page, counted from the head of its page table. */
function firstAround(vma: Vma, page: number): number {
  const slot = page & 511;
  return Math.max(slot - (slot % AROUND), slot - Math.min(slot, page - vma.start));
}

/**
 * Whether mapping around a read fault begins before the end of the file, even where the fault itself is beyond it: a huge
 * page that it finds is mapped as a whole (filemap_map_pmd).
 */
export function aroundReachesFile(vma: Vma, page: number): boolean {
  const file = vma.file!;
  if (!file.faultsAround || vma.flags & (VM_UFFD_WP | VM_UFFD_MINOR)) return false;
  return indexIn(vma, page - (page & 511) + firstAround(vma, page)) < file.pagesLong;
}

/**
 * Maps the pages of a file around a read fault that the cache has already (do_fault_around, mm/memory.c).
 *
 * @returns true where the page that faulted is among them.
 */
export function mapAround(mm: Mm, vma: Vma, page: number): boolean {
  const file = vma.file!;
  // Userfaultfd must see each fault on its own.
  if (!file.faultsAround || vma.flags & (VM_UFFD_WP | VM_UFFD_MINOR)) return false;
  const slot = page & 511;
  const first = firstAround(vma, page);
  const last = Math.min(first + AROUND, 512, slot + vma.end - page) - 1;
  const flags = newEntryFlags(vma);
  let found = false;
  for (let at = page - slot + first; at <= page - slot + last; at++) {
    const index = indexIn(vma, at);
    if (index >= file.pagesLong) break;
    const pfn = file.cachedPage(index);
    if (pfn === NO_PFN || !file.isResident(index)) continue;
    if (mm.table.low(at) !== 0 || mm.frames.isPoisoned(pfn) || file.isLocked?.(index)) continue;
    mm.frames.get(pfn);
    mm.table.write(at, pteLow(pfn, flags), pteHigh(pfn));
    if (at === page) found = true;
  }
  return found;
}
