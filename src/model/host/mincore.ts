import { ENOMEM } from './errno.ts';
import type { Mm } from './mm.ts';
import { pteMaps } from './pte.ts';
import { indexIn } from './vma.ts';

/**
 * Which pages of [start, end) are in memory: mapped, or in their file's cache (mm/mincore.c).
 *
 * @returns a 0 or a 1 a page, or -ENOMEM where a part is not mapped.
 */
export function resident(mm: Mm, start: number, end: number): number[] | number {
  const out: number[] = [];
  for (let page = start; page < end; page++) {
    const vma = mm.vmas.find(page);
    if (vma === undefined) return -ENOMEM;
    const low = mm.table.low(page);
    const there = pteMaps(low) || (vma.file?.isResident(indexIn(vma, page)) ?? false);
    out.push(there ? 1 : 0);
  }
  return out;
}
