/**
 * Changing the rights of entries that are there: what mprotect, userfaultfd's write-protection and NUMA balancing
 * have in common (change_protection, mm/mprotect.c).
 */
import type { Actor } from '../engine/step.ts';
import { OWNER_ANON, ZERO_PFN } from './frames.ts';
import { splitHuge } from './hugeFault.ts';
import type { Mm } from './mm.ts';
import { writeEntry } from './pageTable.ts';
import { PROTECTION_BITS, pageRights } from './protection.ts';
import {
  PTE_DIRTY,
  PTE_HUGE,
  PTE_MARKER,
  PTE_MARKER_POISONED,
  PTE_MARKER_UFFD_WP,
  PTE_PRESENT,
  PTE_PROTNONE,
  PTE_SPECIAL,
  PTE_UFFD_WP,
  PTE_USER,
  PTE_WRITE,
  pteIsMarker,
  pteIsMigration,
  pteMaps,
  ptePfn,
} from './pte.ts';
import { announceSplits } from './splitEdges.ts';
import { UFFD_FEATURE_WP_UNPOPULATED } from './userfaultfd.ts';
import { VM_SHARED, VM_WRITE, type Vma } from './vma.ts';

/** Why the rights change (MM_CP_*). */
export type ProtectionChange =
  /** The mapping's rights changed, and the entries follow. */
  | 'rights'
  /** Userfaultfd protects pages from writes. */
  | 'uffd-protect'
  /** Userfaultfd gives writing back. */
  | 'uffd-resolve'
  /** NUMA balancing takes rights away for a while to see who uses a page. */
  | 'numa-hint';

/** Changes the entries of pages [start, end), which lie in `vma`. Called with mmap_lock held. */
export function* changeProtection(
  mm: Mm,
  vma: Vma,
  start: number,
  end: number,
  change: ProtectionChange,
): Actor {
  const announced = hasTables(mm, start, end);
  const range = mm.rangeOf(start, end, 'protection-vma');
  if (announced) yield* mm.invalidateStart(range);
  yield* announceSplits(mm, start, end);
  changeEntries(mm, vma, start, end, change);
  if (announced) yield* mm.invalidateEnd(range);
}

function hasTables(mm: Mm, start: number, end: number): boolean {
  let found = false;
  mm.table.radix.forEachTable(start, end, table => {
    if (table.live > 0) found = true;
  });
  return found;
}

function changeEntries(mm: Mm, vma: Vma, start: number, end: number, change: ProtectionChange): void {
  if (change === 'uffd-protect') splitTransparent(mm, vma, start, end);
  mm.table.note(start, end);
  mm.table.forEach(start, end, (_, table, index, low) => {
    const after = pteMaps(low)
      ? changed(mm, vma, low, ptePfn(low, table.words[2 * index + 1]), change)
      : changedAbsent(low, change);
    if (after !== low) writeEntry(table, index, after, after === 0 ? 0 : table.words[2 * index + 1]);
  });
  if (change === 'uffd-protect' && marksUnpopulated(vma)) {
    for (let page = start; page < end; page++) {
      if (mm.table.low(page) === 0) mm.table.write(page, PTE_MARKER | PTE_MARKER_UFFD_WP, 0);
    }
  }
}

/** Small leaves are what userfaultfd resolves one by one. */
function splitTransparent(mm: Mm, vma: Vma, start: number, end: number): void {
  if (vma.file !== null && vma.file.level > 1) return;
  for (let page = start; page < end; page += 512) splitHuge(mm, page);
}

/** Whether protection is kept for pages that are not there (userfaultfd_wp_use_markers). */
function marksUnpopulated(vma: Vma): boolean {
  return vma.file !== null || (vma.uffd?.has(UFFD_FEATURE_WP_UNPOPULATED) ?? false);
}

function changed(mm: Mm, vma: Vma, low: number, pfn: number, change: ProtectionChange): number {
  if (change === 'numa-hint') {
    // Pages that cannot move are left alone: balancing would gain nothing.
    if (low & PTE_SPECIAL || pfn === ZERO_PFN || (low & PTE_PRESENT) === 0) return low;
    return (low & ~PROTECTION_BITS) | PTE_PROTNONE | PTE_USER;
  }
  let after = (low & ~PROTECTION_BITS) | pageRights(vma);
  if (change === 'uffd-protect') after = (after & ~PTE_WRITE) | PTE_UFFD_WP;
  else if (change === 'uffd-resolve') after &= ~PTE_UFFD_WP;
  if (after & PTE_UFFD_WP) after &= ~PTE_WRITE;
  else if (vma.flags & VM_WRITE && mayWriteAtOnce(mm, vma, after, pfn)) after |= PTE_WRITE;
  return after;
}

/** Whether a page can be made writable without waiting for a fault (can_change_pte_writable). */
function mayWriteAtOnce(mm: Mm, vma: Vma, low: number, pfn: number): boolean {
  if ((low & PTE_PRESENT) === 0 || vma.flags & VM_SHARED) return false;
  if (low & PTE_HUGE && (low & PTE_DIRTY) === 0) return false;
  return pfn !== ZERO_PFN && mm.frames.owner(pfn) === OWNER_ANON && mm.frames.isExclusive(pfn);
}

function changedAbsent(low: number, change: ProtectionChange): number {
  if (pteIsMigration(low)) return change === 'numa-hint' ? low : low & ~PTE_WRITE;
  if (pteIsMarker(low, PTE_MARKER_POISONED)) return low;
  return change === 'uffd-resolve' ? 0 : low;
}
