/**
 * Taking mappings away: the entries of a range go, and with them the references to their frames (zap_pte_range,
 * mm/memory.c).
 */
import type { Actor } from '../engine/step.ts';
import { NO_PFN, OWNER_ANON, OWNER_KSM, ZERO_PFN } from './frames.ts';
import type { Mm } from './mm.ts';
import type { NotifierEvent } from './notifier.ts';
import { writeEntry } from './pageTable.ts';
import {
  PTE_HUGE,
  PTE_MARKER,
  PTE_MARKER_POISONED,
  PTE_MARKER_UFFD_WP,
  PTE_UFFD_WP,
  pteIsMarker,
  pteMaps,
  ptePfn,
} from './pte.ts';
import { announceSplits, splitEdges } from './splitEdges.ts';
import { VM_UFFD_WP, type Vma } from './vma.ts';

/** What goes besides the plain entries. */
export interface ZapKind {
  /** Private copies and poison go too (even_cows). */
  readonly privateCopies: boolean;
  /** Protection that userfaultfd asked for is forgotten with the mapping; else a marker keeps it. */
  readonly dropMarkers: boolean;
}

/** munmap and the end of a process. */
export const ZAP_UNMAP: ZapKind = { privateCopies: true, dropMarkers: true };
/** madvise(MADV_DONTNEED): a file's mapping keeps its protection. */
export const ZAP_CLEAR: ZapKind = { privateCopies: true, dropMarkers: false };
/** Truncating a file: pages beyond its end go from every mapping, private copies among them. */
export const ZAP_TRUNCATE: ZapKind = { privateCopies: true, dropMarkers: false };
/** Punching a hole: private copies stay. */
export const ZAP_HOLE: ZapKind = { privateCopies: false, dropMarkers: false };

/**
 * Removes the entries of pages [start, end), all of which lie in `vma` (or in no mapping, where that is null), in
 * one step. The notifiers have been told.
 */
export function zapEntries(mm: Mm, vma: Vma | null, start: number, end: number, kind: ZapKind): void {
  splitEdges(mm, start, end);
  mm.table.note(start, end);
  const { frames } = mm;
  const keepsProtection =
    vma !== null && vma.file !== null && (vma.flags & VM_UFFD_WP) !== 0 && !kind.dropMarkers;
  const anonymous = vma === null || vma.file === null;
  mm.table.forEach(start, end, (_, table, index, low) => {
    if (!pteMaps(low)) {
      if (pteIsMarker(low, PTE_MARKER_POISONED) && !kind.privateCopies) return;
      if (pteIsMarker(low, PTE_MARKER_UFFD_WP) && !anonymous && !kind.dropMarkers) return;
      writeEntry(table, index, 0, 0);
      return;
    }
    const pfn = ptePfn(low, table.words[2 * index + 1]);
    if (!kind.privateCopies && isPrivateCopy(mm, pfn)) return;
    const marker = keepsProtection && low & PTE_UFFD_WP && !(low & PTE_HUGE);
    writeEntry(table, index, marker ? PTE_MARKER | PTE_MARKER_UFFD_WP : 0, 0);
    if (pfn !== ZERO_PFN && pfn !== NO_PFN) frames.put(pfn);
  });
}

function isPrivateCopy(mm: Mm, pfn: number): boolean {
  const owner = mm.frames.owner(pfn);
  return owner === OWNER_ANON || owner === OWNER_KSM;
}

/** The same with the announcement around it (zap_page_range_single). Called with mmap_lock held. */
export function* zapRange(
  mm: Mm,
  vma: Vma | null,
  start: number,
  end: number,
  kind: ZapKind,
  event: NotifierEvent,
): Actor {
  const range = mm.rangeOf(start, end, event);
  yield* mm.invalidateStart(range);
  // safety: split-announced
  yield* announceSplits(mm, start, end);
  zapEntries(mm, vma, start, end, kind);
  yield* mm.invalidateEnd(range);
}
