/**
 * Moving pages into the holes of a range that a userfaultfd handles, instead of copying them (UFFDIO_MOVE; move_pages,
 * mm/userfaultfd.c, since 6.8). Only anonymous pages that nobody else has can be moved.
 */
import { type Actor, POINT } from '../engine/step.ts';
import { EAGAIN, EBUSY, EEXIST, EFAULT, EINVAL, ENOENT } from './errno.ts';
import { ZERO_PFN } from './frames.ts';
import type { Mm } from './mm.ts';
import { newEntryFlags } from './protection.ts';
import { PTE_DIRTY, PTE_SPECIAL, PTE_WRITE, pteHigh, pteIsMigration, pteLow, pteMaps } from './pte.ts';
import { splitRange } from './splitEdges.ts';
import type { Userfaultfd } from './userfaultfd.ts';
import { VM_ACCESS, VM_PFNMAP, VM_SHARED, VM_WRITE, type Vma } from './vma.ts';

/** What is moved, in pages. */
export interface Move {
  readonly to: number;
  readonly from: number;
  readonly pages: number;
  /** Holes of the source are passed over; else the first one ends the call. */
  readonly allowHoles: boolean;
}

/** Moves pages one by one. Returns how many were moved, if any; else a negated errno. */
export function* moveRange(mm: Mm, uffd: Userfaultfd, move: Move): Actor<number> {
  yield mm.mmapLock.read();
  const to = mm.vmas.find(move.to);
  if (to !== undefined && !(to.flags & VM_SHARED)) mm.prepareAnon(to);
  const from = mm.vmas.find(move.from);
  let result = to === undefined || from === undefined ? -ENOENT : 0;
  let moved = 0;
  if (result === 0) {
    yield uffd.mapChangingLock.read();
    uffd.noteRead();
    result = uffd.mapChanging > 0 ? -EAGAIN : checkMove(uffd, from!, to!, move);
    while (result === 0 && moved < move.pages) {
      result = yield* movePage(mm, to!, move.from + moved, move.to + moved, move.allowHoles);
      if (result === 0) moved++;
    }
    uffd.mapChangingLock.readUnlock();
  }
  yield mm.costs.uffdFill + mm.costs.uffdFillPage * moved;
  mm.mmapLock.readUnlock();
  return moved > 0 ? moved : result;
}

function checkMove(uffd: Userfaultfd, from: Vma, to: Vma, move: Move): number {
  if (from.flags & VM_SHARED || move.from + move.pages > from.end) return -EINVAL;
  if (to.flags & VM_SHARED || move.to + move.pages > to.end) return -EINVAL;
  if ((from.flags ^ to.flags) & VM_ACCESS || !(from.flags & VM_WRITE)) return -EINVAL;
  if ((from.flags | to.flags) & VM_PFNMAP || to.uffd !== uffd) return -EINVAL;
  return from.file === null && to.file === null ? 0 : -EINVAL;
}

/** Moves one page: 0 or a negated errno (move_pages_ptes). */
function* movePage(mm: Mm, vma: Vma, from: number, to: number, allowHoles: boolean): Actor<number> {
  yield* splitRange(mm, from);
  const range = mm.rangeOf(from, from + 1, 'clear');
  yield* mm.invalidateStart(range);
  if (mm.engine.stepwise) yield POINT;
  const result = moveEntry(mm, vma, from, to, allowHoles);
  yield* mm.invalidateEnd(range);
  return result;
}

function moveEntry(mm: Mm, vma: Vma, from: number, to: number, allowHoles: boolean): number {
  const { table, frames } = mm;
  if (table.levelOf(to) > 1 || table.low(to) !== 0) return -EEXIST;
  const low = table.low(from);
  if (low === 0) return allowHoles ? 0 : -ENOENT;
  if (!pteMaps(low)) return pteIsMigration(low) ? -EAGAIN : -EFAULT;
  const pfn = table.pfn(from);
  if (pfn === ZERO_PFN) {
    table.write(to, pteLow(ZERO_PFN, newEntryFlags(vma) | PTE_SPECIAL), 0);
  } else {
    if (!frames.isExclusive(pfn) || frames.pinCount(pfn) > 0) return -EBUSY;
    table.write(to, pteLow(pfn, newEntryFlags(vma) | PTE_DIRTY | PTE_WRITE), pteHigh(pfn));
  }
  table.write(from, 0, 0);
  return 0;
}
