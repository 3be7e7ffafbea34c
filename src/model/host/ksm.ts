/**
 * Kernel same-page merging: pages with the same contents become one, which every writer copies (mm/ksm.c).
 */
import type { Actor } from '../engine/step.ts';
import { OWNER_ANON, OWNER_KSM, ZERO_PFN } from './frames.ts';
import type { Mm } from './mm.ts';
import { PTE_WRITE, pteFlags, pteHigh, pteLow, pteMaps } from './pte.ts';
import { VM_MERGEABLE } from './vma.ts';

/** A page of an address space. */
export interface PagePlace {
  readonly mm: Mm;
  readonly page: number;
}

/**
 * Merges `second` into `first`, if both are mergeable, private, of the same contents, and nobody else uses them.
 *
 * @returns whether they are one page now.
 */
export function* mergePages(first: PagePlace, second: PagePlace): Actor<boolean> {
  const { frames } = first.mm;
  if (!isCandidate(first) || !isCandidate(second)) return false;
  const keep = first.mm.table.pfn(first.page);
  const give = second.mm.table.pfn(second.page);
  if (keep === give) return true;
  yield* protect(first);
  yield* protect(second);
  if (!stillMaps(first, keep) || !stillMaps(second, give)) return false;
  // They could be written until just now.
  // safety: ksm-compares-after-protecting
  if (!frames.contents.same(keep, give)) return false;
  const { mm, page } = second;
  const range = mm.rangeOf(page, page + 1, 'clear');
  yield* mm.invalidateStart(range);
  const untouched = isReadOnly(first, keep) && isReadOnly(second, give);
  // safety: ksm-rechecks-entries
  if (untouched) {
    frames.setOwner(keep, OWNER_KSM);
    frames.setExclusive(keep, false);
    frames.get(keep);
    mm.table.write(page, pteLow(keep, pteFlags(mm.table.low(page)) & ~PTE_WRITE), pteHigh(keep));
    frames.put(give);
  }
  yield* mm.invalidateEnd(range);
  return untouched;
}

/** Whether a page is as `protect` left it: a write since then has made its entry writable, or changed its frame. */
function isReadOnly(place: PagePlace, pfn: number): boolean {
  return stillMaps(place, pfn) && (place.mm.table.low(place.page) & PTE_WRITE) === 0;
}

function stillMaps({ mm, page }: PagePlace, pfn: number): boolean {
  return pteMaps(mm.table.low(page)) && mm.table.pfn(page) === pfn;
}

function isCandidate({ mm, page }: PagePlace): boolean {
  const vma = mm.vmas.find(page);
  const low = mm.table.low(page);
  if (vma === undefined || !(vma.flags & VM_MERGEABLE) || !pteMaps(low) || mm.table.levelOf(page) > 1)
    return false;
  const pfn = mm.table.pfn(page);
  const owner = mm.frames.owner(pfn);
  if (owner === OWNER_KSM) return true;
  return pfn !== ZERO_PFN && owner === OWNER_ANON && mm.frames.references(pfn) === 1;
}

function* protect({ mm, page }: PagePlace): Actor {
  const range = mm.rangeOf(page, page + 1, 'clear');
  yield* mm.invalidateStart(range);
  const low = mm.table.low(page);
  if (pteMaps(low)) {
    const pfn = mm.table.pfn(page);
    mm.frames.setExclusive(pfn, false);
    mm.table.write(page, pteLow(pfn, pteFlags(low) & ~PTE_WRITE), pteHigh(pfn));
  }
  yield* mm.invalidateEnd(range);
}
