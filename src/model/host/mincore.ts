import { ENOMEM } from './errno.ts';
import type { Mm } from './mm.ts';
import { pteMaps } from './pte.ts';
import { indexIn } from './vma.ts';

/** Longest answer; a caller's vector of bytes would be as long. */
const MOST_PAGES = 2 ** 24;

/**
 * Which pages of [start, end) are in memory: mapped, or in their file's cache (mm/mincore.c).
 *
 * @returns a 0 or a 1 a page, or -ENOMEM where a part is not mapped.
 * @throws RangeError where more pages are asked about than an answer holds.
 */
export function resident(mm: Mm, start: number, end: number): number[] | number {
  const out: number[] = [];
  // A hole in what is mapped ends it long before, unless somebody maps a range of many GiB only to ask about it.
  const last = start + MOST_PAGES;
  for (let page = start; page < end; page++) {
    if (page === last) throw new RangeError(`mincore of more than ${MOST_PAGES} mapped pages`);
    const vma = mm.vmas.find(page);
    if (vma === undefined) return -ENOMEM;
    const low = mm.table.low(page);
    const there = pteMaps(low) || (vma.file?.isResident(indexIn(vma, page)) ?? false);
    out.push(there ? 1 : 0);
  }
  return out;
}
