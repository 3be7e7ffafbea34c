/**
 * Moving and resizing mappings (mm/mremap.c). Arguments are in pages and have been checked by the system call.
 */
import type { Actor } from '../engine/step.ts';
import { EFAULT, EINVAL, ENOMEM } from './errno.ts';
import { splitHuge } from './hugeFault.ts';
import { type Aftermath, insertMapping, newAftermath, settle, unmapRange } from './mapRange.ts';
import { type Mm, TASK_PAGES } from './mm.ts';
import { writeEntry } from './pageTable.ts';
import { PTE_HUGE, PTE_MARKER_UFFD_WP, PTE_UFFD_WP, pteIsMarker, pteMaps } from './pte.ts';
import { announceSplits } from './splitEdges.ts';
import { PAGE_SIZE } from './units.ts';
import { beginMapChange, sendEvent } from './userfault.ts';
import { UFFD_FEATURE_EVENT_REMAP } from './userfaultfd.ts';
import { indexIn, VM_MAYSHARE, VM_PFNMAP, VM_SHARED, VM_UFFD, type Vma } from './vma.ts';

/** What is asked for. */
export interface RemapRequest {
  readonly start: number;
  readonly oldPages: number;
  readonly newPages: number;
  /** It may move. */
  readonly mayMove: boolean;
  /** Where it must go, or -1. Does not overlap the old range. */
  readonly to: number;
  /** The old mapping stays, empty (MREMAP_DONTUNMAP): both have the same length, and it may move. */
  readonly keepsOld: boolean;
}

/**
 * Resizes or moves a mapping.
 *
 * @returns its first page, or a negated errno.
 */
export function* remapRange(mm: Mm, request: RemapRequest): Actor<number> {
  const aftermath = newAftermath();
  const moved: Moved[] = [];
  // What was at the target is told of before what moved there (notify_uffd).
  const cleared = newAftermath();
  yield mm.mmapLock.write();
  const result = yield* remap(mm, { ...request, cleared }, aftermath, moved);
  yield mm.costs.mmapCall;
  mm.mmapLock.writeUnlock();
  yield* settle(cleared);
  for (const { uffd, from, to, pages } of moved) {
    yield* sendEvent(uffd, {
      event: 'remap',
      from: from * PAGE_SIZE,
      to: to * PAGE_SIZE,
      length: pages * PAGE_SIZE,
    });
  }
  yield* settle(aftermath);
  return result;
}

/** A request under way. */
interface Remap extends RemapRequest {
  /** What is left to do about the mappings that made room at the target. */
  readonly cleared: Aftermath;
}

interface Moved {
  readonly uffd: NonNullable<Vma['uffd']>;
  readonly from: number;
  readonly to: number;
  readonly pages: number;
}

function* remap(mm: Mm, request: Remap, aftermath: Aftermath, moved: Moved[]): Actor<number> {
  const { start, oldPages, newPages, to } = request;
  if (to >= 0 && oldPages === newPages) return yield* moveAll(mm, request, aftermath, moved);
  const vma = mm.vmas.find(start);
  if (vma === undefined) return -EFAULT;
  const grows = newPages > oldPages;
  if (request.keepsOld && vma.flags & VM_PFNMAP) return -EINVAL;
  const refused = to >= 0 || grows || request.keepsOld ? checkNew(vma, start, oldPages, newPages) : 0;
  if (refused !== 0) return refused;
  if (to >= 0) return yield* moveTo(mm, request, aftermath, moved);
  if (request.keepsOld) return yield* move(mm, vma, request, mm.chooseRange(newPages), aftermath, moved);
  if (!grows) {
    if (oldPages > newPages) yield* unmapRange(mm, start + newPages, start + oldPages, aftermath);
    return start;
  }
  if (expandInPlace(mm, vma, request)) return start;
  if (!request.mayMove) return -ENOMEM;
  return yield* move(mm, vma, request, mm.chooseRange(newPages), aftermath, moved);
}

/** Whether the mapping can be moved or grow to the new length (check_prep_vma). */
function checkNew(vma: Vma, start: number, oldPages: number, newPages: number): number {
  if (oldPages === 0 && (vma.flags & (VM_SHARED | VM_MAYSHARE)) === 0) return -EINVAL;
  // What a shrinking cuts off may lie in other mappings.
  const kept = Math.min(oldPages, newPages);
  if (kept > vma.end - start) return -EFAULT;
  return vma.flags & VM_PFNMAP && newPages !== kept ? -EFAULT : 0;
}

function expandInPlace(mm: Mm, vma: Vma, { start, oldPages, newPages }: RemapRequest): boolean {
  const more = newPages - oldPages;
  if (start + oldPages !== vma.end || vma.end + more > TASK_PAGES) return false;
  if (mm.vmas.findIn(vma.end, vma.end + more) !== undefined) return false;
  vma.file?.hold();
  insertMapping(mm, vma.end, vma.end + more, { ...vma, offset: indexIn(vma, vma.end) });
  return true;
}

/**
 * Moves every mapping of a range to a given place, gaps and all; whatever was there goes first (remap_move). Mappings
 * of a userfaultfd move one at a time only.
 */
function* moveAll(
  mm: Mm,
  { start, oldPages, to, ...rest }: Remap,
  aftermath: Aftermath,
  moved: Moved[],
): Actor<number> {
  const end = start + oldPages;
  let result = -EFAULT;
  let lastEnd = start;
  let target = to;
  for (let at = start; at < end; ) {
    const vma = mm.vmas.findIn(at, end);
    if (vma === undefined) break;
    const seen = at > start;
    if (!seen && vma.start > start) return -EFAULT;
    const from = Math.max(vma.start, start);
    const pages = Math.min(end, vma.end) - from;
    target += seen ? vma.start - lastEnd : 0;
    lastEnd = vma.end;
    if (vma.uffd !== null && (seen || vma.end < end)) return -EFAULT;
    const part = { ...rest, start: from, oldPages: pages, newPages: pages, to: target };
    const done = yield* moveTo(mm, part, aftermath, moved);
    if (done < 0) return done;
    if (!seen) result = done;
    target = done + pages;
    at = from + pages;
  }
  return result;
}

/** Moves one mapping, or a part of it, onto a given place (mremap_to). */
function* moveTo(mm: Mm, request: Remap, aftermath: Aftermath, moved: Moved[]): Actor<number> {
  const { start, oldPages, newPages, to } = request;
  yield* unmapRange(mm, to, to + newPages, request.cleared);
  if (mm.vmas.find(start) === undefined) return -EFAULT;
  if (oldPages > newPages) yield* unmapRange(mm, start + newPages, start + oldPages, aftermath);
  const vma = mm.vmas.find(start);
  if (vma === undefined) return -EFAULT;
  const kept = { ...request, oldPages: Math.min(oldPages, newPages) };
  return yield* move(mm, vma, kept, to, aftermath, moved);
}

function* move(
  mm: Mm,
  vma: Vma,
  { start, oldPages, newPages, keepsOld }: RemapRequest,
  to: number,
  aftermath: Aftermath,
  moved: Moved[],
): Actor<number> {
  const { uffd } = vma;
  const tells = uffd?.has(UFFD_FEATURE_EVENT_REMAP) ?? false;
  // Anonymous memory that nobody touched takes its new place for its own.
  const offset = vma.file === null && vma.anonVma === 0 ? to : indexIn(vma, start);
  vma.file?.hold();
  const copy = insertMapping(mm, to, to + newPages, { ...vma, offset });
  const range = mm.rangeOf(start, start + oldPages, 'unmap');
  yield* mm.invalidateStart(range);
  yield* announceSplits(mm, start, start + oldPages);
  moveEntries(mm, start, start + oldPages, to, uffd !== null && !tells);
  yield* mm.invalidateEnd(range);
  if (uffd !== null && tells) {
    yield* beginMapChange(uffd);
    moved.push({ uffd, from: start, to, pages: oldPages });
  } else if (uffd !== null) {
    // The mapping that the moved part has become one with is given up along with it.
    copy.uffd = null;
    copy.flags &= ~VM_UFFD;
  }
  if (oldPages > 0 && !keepsOld) yield* unmapRange(mm, start, start + oldPages, aftermath);
  return to;
}

/** Carries entries over, references and all (move_ptes). Protection by a userfaultfd that is not told is lost. */
function moveEntries(mm: Mm, start: number, end: number, to: number, dropProtection: boolean): void {
  for (let page = start; page < end; page += 512) splitHuge(mm, page);
  mm.table.note(start, end);
  mm.table.note(to, to + end - start);
  const entries: [page: number, low: number, high: number][] = [];
  mm.table.forEach(start, end, (page, table, index, low) => {
    if (low & PTE_HUGE && pteMaps(low)) return;
    entries.push([page, low, table.words[2 * index + 1]]);
    writeEntry(table, index, 0, 0);
  });
  for (const [page, low, high] of entries) {
    if (dropProtection && pteIsMarker(low, PTE_MARKER_UFFD_WP)) continue;
    const kept = dropProtection && pteMaps(low) ? low & ~PTE_UFFD_WP : low;
    mm.table.write(to + page - start, kept, high);
  }
}
