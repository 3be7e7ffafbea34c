/**
 * Making a page present (handle_mm_fault, mm/memory.c).
 *
 * What neither sleeps nor has to be announced happens in one step, as the kernel does it under the page-table lock.
 * A step that cannot do it all says what it needs: userfaultfd, a copy, or the end of a migration.
 */
import { mapAround } from './faultAround.ts';
import {
  STEP_ALLOCATED,
  STEP_COPY,
  STEP_DONE,
  STEP_MIGRATION,
  STEP_OOM,
  STEP_POISONED,
  STEP_SIGBUS,
} from './faultStep.ts';
import { NO_PFN, OWNER_ANON, ZERO_PFN } from './frames.ts';
import { hugeFault, hugeWriteFault, wantsHuge } from './hugeFault.ts';
import { NO_PAGE_OOM } from './mappedFile.ts';
import type { Mm } from './mm.ts';
import { newEntryFlags } from './protection.ts';
import {
  PTE_ACCESSED,
  PTE_DIRTY,
  PTE_HUGE,
  PTE_MARKER_POISONED,
  PTE_MARKER_UFFD_WP,
  PTE_PRESENT,
  PTE_SPECIAL,
  PTE_UFFD_WP,
  PTE_WRITE,
  pteFlags,
  pteHigh,
  pteIsMarker,
  pteIsMigration,
  pteLow,
  pteMaps,
} from './pte.ts';
import { UFFD_FEATURE_WP_ASYNC } from './userfaultfd.ts';
import { indexIn, VM_SHARED, VM_UFFD_MINOR, VM_UFFD_MISSING, VM_UFFD_WP, VM_WRITE, type Vma } from './vma.ts';

/**
 * One step towards a page being present, for an access that the mapping allows.
 *
 * @returns STEP_DONE or STEP_ALLOCATED when the entry has changed for the better, what it needs, or why it cannot
 *   be; VM_UFFD_MISSING, _MINOR or _WP where userfaultfd is to be asked.
 */
export function faultStep(mm: Mm, vma: Vma, page: number, write: boolean): number {
  const low = mm.table.low(page);
  if (low === 0) return missing(mm, vma, page, write, false);
  if (!pteMaps(low)) return notPresent(mm, vma, page, write, low);
  if ((low & PTE_PRESENT) === 0) return endNumaHint(mm, vma, page, low);
  if (write && (low & PTE_WRITE) === 0) {
    if (low & PTE_HUGE) return hugeWriteFault(mm, vma, page, low);
    return writeProtected(mm, vma, page, low);
  }
  return STEP_DONE;
}

function notPresent(mm: Mm, vma: Vma, page: number, write: boolean, low: number): number {
  if (pteIsMigration(low)) return STEP_MIGRATION;
  if (pteIsMarker(low, PTE_MARKER_POISONED)) return STEP_POISONED;
  if (!pteIsMarker(low, PTE_MARKER_UFFD_WP)) return STEP_SIGBUS;
  if (vma.flags & VM_UFFD_WP) return missing(mm, vma, page, write, true);
  // A marker left behind by a registration that is over means nothing.
  mm.table.write(page, 0, 0);
  return STEP_DONE;
}

/** Nothing is mapped: find or make a page (do_pte_missing). `wasProtected` where a marker asked for protection. */
function missing(mm: Mm, vma: Vma, page: number, write: boolean, wasProtected: boolean): number {
  if (wantsHuge(mm, vma, page, write)) return hugeFault(mm, vma, page, write);
  if (vma.file === null) return anonymous(mm, vma, page, write, wasProtected);
  if (!write && mapAround(mm, vma, page)) return STEP_DONE;
  const copies = write && (vma.flags & VM_SHARED) === 0;
  if (copies) mm.prepareAnon(vma);
  const index = indexIn(vma, page);
  if (vma.file.isLocked?.(index)) return STEP_MIGRATION;
  const ask = fileUserfault(vma, index);
  if (ask !== 0) return ask;
  const fresh = vma.file.cachedPage(index) === NO_PFN;
  let pfn = vma.file.faultPage(index);
  if (pfn < 0) return pfn === NO_PAGE_OOM ? STEP_OOM : STEP_SIGBUS;
  let flags = newEntryFlags(vma);
  if (copies) {
    const copy = mm.frames.allocate(OWNER_ANON);
    if (copy === NO_PFN) return STEP_OOM;
    mm.frames.copy(pfn, copy);
    mm.frames.setExclusive(copy, true);
    pfn = copy;
  } else {
    mm.frames.get(pfn);
  }
  if (write) flags |= PTE_DIRTY | writeBit(vma);
  install(mm, page, pfn, flags, wasProtected);
  return fresh || copies ? STEP_ALLOCATED : STEP_DONE;
}

function anonymous(mm: Mm, vma: Vma, page: number, write: boolean, wasProtected: boolean): number {
  if (write) mm.prepareAnon(vma);
  if (vma.flags & VM_UFFD_MISSING) {
    // The table is there before anybody is asked, and stays whatever comes of it.
    mm.table.radix.ensure(page, 1);
    return VM_UFFD_MISSING;
  }
  if (!write) {
    install(mm, page, ZERO_PFN, newEntryFlags(vma) | PTE_SPECIAL, wasProtected);
    return STEP_DONE;
  }
  const pfn = mm.frames.allocate(OWNER_ANON);
  if (pfn === NO_PFN) return STEP_OOM;
  mm.frames.setExclusive(pfn, true);
  install(mm, page, pfn, newEntryFlags(vma) | PTE_DIRTY | writeBit(vma), wasProtected);
  return STEP_ALLOCATED;
}

/** Whether a fault on a file's page goes to userfaultfd: VM_UFFD_MINOR, VM_UFFD_MISSING or 0. */
function fileUserfault(vma: Vma, index: number): number {
  if ((vma.flags & (VM_UFFD_MISSING | VM_UFFD_MINOR)) === 0) return 0;
  const file = vma.file!;
  if (index >= file.pagesLong) return 0;
  if (file.cachedPage(index) !== NO_PFN) return vma.flags & VM_UFFD_MINOR;
  return vma.flags & VM_UFFD_MISSING;
}

/** A write to a page that is mapped for reading (do_wp_page). */
function writeProtected(mm: Mm, vma: Vma, page: number, low: number): number {
  if (low & PTE_UFFD_WP && vma.flags & VM_UFFD_WP) {
    if (!vma.uffd!.has(UFFD_FEATURE_WP_ASYNC)) return VM_UFFD_WP;
    low &= ~PTE_UFFD_WP;
  }
  const pfn = mm.table.pfn(page);
  if ((vma.flags & VM_SHARED) === 0) {
    const { frames } = mm;
    if (low & PTE_SPECIAL || frames.owner(pfn) !== OWNER_ANON) return STEP_COPY;
    // A page of several frames is never taken over in part.
    if (!frames.isExclusive(pfn) && (frames.references(pfn) > 1 || frames.folioPages(pfn) > 1)) {
      return STEP_COPY;
    }
    frames.setExclusive(pfn, true);
  }
  const flags = pteFlags(low) | PTE_DIRTY | PTE_ACCESSED | writeBit(vma);
  mm.table.write(page, pteLow(pfn, flags), pteHigh(pfn));
  return STEP_DONE;
}

/** NUMA balancing took the page's rights to see who uses it: give them back (do_numa_page). */
function endNumaHint(mm: Mm, vma: Vma, page: number, low: number): number {
  const pfn = mm.table.pfn(page);
  let flags = newEntryFlags(vma) | (low & (PTE_DIRTY | PTE_SPECIAL | PTE_UFFD_WP | PTE_HUGE));
  const protectedByUffd = (low & PTE_UFFD_WP) !== 0;
  if (!protectedByUffd && mm.frames.isExclusive(pfn)) flags |= writeBit(vma);
  const table = mm.table.tableOf(page)!;
  if (table.level > 1) mm.table.writeHuge(page, table.level, pteLow(pfn - (page % 512), flags), pteHigh(pfn));
  else mm.table.write(page, pteLow(pfn, flags), pteHigh(pfn));
  return STEP_DONE;
}

function writeBit(vma: Vma): number {
  return vma.flags & VM_WRITE ? PTE_WRITE : 0;
}

function install(mm: Mm, page: number, pfn: number, flags: number, wasProtected: boolean): void {
  const bits = wasProtected ? (flags & ~PTE_WRITE) | PTE_UFFD_WP : flags;
  mm.table.write(page, pteLow(pfn, bits), pteHigh(pfn));
}
