/**
 * MADV_COLLAPSE (madvise_collapse, mm/khugepaged.c), and collapsing 512 small pages of anonymous memory into a huge one,
 * as khugepaged does too.
 */
import type { Actor } from '../engine/step.ts';
import { collapseFile, mapCollapsed } from './collapseFile.ts';
import { AWAITED, type CollapseFailure, HELD, NO_MEMORY, NOT_PRESENT, UNFIT } from './collapseResult.ts';
import { EINVAL } from './errno.ts';
import { NO_PFN, OWNER_ANON } from './frames.ts';
import { MemFile } from './memFile.ts';
import type { Mm } from './mm.ts';
import { writeEntry } from './pageTable.ts';
import { newEntryFlags } from './protection.ts';
import {
  PTE_DIRTY,
  PTE_HUGE,
  PTE_MARKER_POISONED,
  PTE_SPECIAL,
  PTE_UFFD_WP,
  PTE_WRITE,
  pteHigh,
  pteIsMarker,
  pteLow,
  pteMaps,
  ptePfn,
} from './pte.ts';
import { PAGES_PER_2M } from './units.ts';
import { indexIn, VM_HUGETLB, VM_NOHUGEPAGE, VM_PFNMAP, VM_UFFD, VM_WRITE, type Vma } from './vma.ts';

/** MADV_COLLAPSE of pages [start, end) of a mapping; mmap_lock is held for reading. Returns 0 or a negated errno. */
export function* collapseRange(mm: Mm, vma: Vma, start: number, end: number): Actor<number> {
  if (!mayCollapse(vma)) return -EINVAL;
  const first = Math.ceil(start / PAGES_PER_2M) * PAGES_PER_2M;
  let last = Math.floor(end / PAGES_PER_2M) * PAGES_PER_2M;
  // Collapsing gives the lock up, and has the mapping looked up again.
  mm.mmapLock.readUnlock();
  let failure = UNFIT;
  let collapsed = 0;
  for (let page = first; page < last; page += PAGES_PER_2M) {
    const result = vma.file === null ? yield* collapseAnonymous(mm, page) : yield* collapseShared(mm, page);
    if (typeof result === 'number') {
      collapsed++;
      last = Math.min(last, result);
      continue;
    }
    failure = result;
    if (!failure.goesOn) break;
  }
  yield mm.mmapLock.read();
  return collapsed === (last - first) / PAGES_PER_2M ? 0 : failure.errno;
}

/**
 * Whether a mapping may have huge pages where somebody asks for them outright, whatever the settings are
 * (thp_vma_allowable_order with TVA_FORCED_COLLAPSE).
 */
function mayCollapse(vma: Vma): boolean {
  if (vma.flags & (VM_NOHUGEPAGE | VM_PFNMAP | VM_HUGETLB)) return false;
  if (Math.ceil(vma.start / PAGES_PER_2M) * PAGES_PER_2M + PAGES_PER_2M > vma.end) return false;
  if (vma.file === null) return vma.anonVma !== 0;
  return vma.file instanceof MemFile && (vma.start - vma.offset) % PAGES_PER_2M === 0;
}

/** The mapping that covers the 2 MiB of a page, where it may have a huge one there (hugepage_vma_revalidate). */
function mappingAt(mm: Mm, page: number): Vma | null {
  const vma = mm.vmas.find(page);
  if (vma === undefined || page < vma.start || page + PAGES_PER_2M > vma.end) return null;
  return mayCollapse(vma) ? vma : null;
}

/** Collapses 2 MiB of anonymous memory. Returns where its mapping ends, or what went wrong. */
function* collapseAnonymous(mm: Mm, page: number): Actor<number | CollapseFailure> {
  yield mm.mmapLock.write();
  const vma = mappingAt(mm, page);
  const failure = vma === null ? UNFIT : yield* collapseOne(mm, vma, page);
  const end = vma?.end ?? 0;
  mm.mmapLock.writeUnlock();
  return failure ?? end;
}

/** The same for 2 MiB of a file, whose cache is collapsed before this mapping of it. */
function* collapseShared(mm: Mm, page: number): Actor<number | CollapseFailure> {
  yield mm.mmapLock.read();
  const vma = mappingAt(mm, page);
  const file = vma?.file instanceof MemFile ? vma.file : null;
  if (vma === null || file === null) {
    mm.mmapLock.readUnlock();
    return UNFIT;
  }
  const index = indexIn(vma, page);
  const { end } = vma;
  file.hold();
  mm.mmapLock.readUnlock();
  let failure = yield* collapseFile(file, index);
  const release = file.drop();
  if (release !== null) yield* release;
  if (failure !== null) return failure;
  yield mm.mmapLock.read();
  const now = mappingAt(mm, page);
  failure = now === null || now.file === null ? UNFIT : yield* mapCollapsed(mm, now, page);
  mm.mmapLock.readUnlock();
  return failure ?? end;
}

/** Collapses the 2 MiB of anonymous memory at a page. Called with mmap_lock held for writing. */
export function* collapseOne(mm: Mm, vma: Vma, page: number): Actor<CollapseFailure | null> {
  if (page < vma.start || page + PAGES_PER_2M > vma.end || vma.file !== null) return UNFIT;
  if (mm.table.levelOf(page) > 1) return null;
  const refused = checkPages(mm, vma, page);
  if (refused !== null) return refused;
  const head = mm.frames.allocateFolio(OWNER_ANON, PAGES_PER_2M);
  if (head === NO_PFN) return NO_MEMORY;
  const range = mm.rangeOf(page, page + PAGES_PER_2M, 'clear');
  yield* mm.invalidateStart(range);
  mm.table.note(page, page + PAGES_PER_2M);
  mm.table.forEach(page, page + PAGES_PER_2M, (at, table, index, low) => {
    const pfn = ptePfn(low, table.words[2 * index + 1]);
    writeEntry(table, index, 0, 0);
    mm.frames.copy(pfn, head + at - page);
    mm.frames.put(pfn);
  });
  yield mm.costs.migratePage;
  mm.table.dropTable(page);
  mm.frames.setExclusive(head, true);
  const write = vma.flags & VM_WRITE ? PTE_WRITE : 0;
  const flags = newEntryFlags(vma) | PTE_HUGE | PTE_DIRTY | write;
  mm.table.writeHuge(page, 2, pteLow(head, flags), pteHigh(head));
  yield* mm.invalidateEnd(range);
  return null;
}

/** What there is against copying the pages of 2 MiB, in their order (hpage_collapse_scan_pmd). */
function checkPages(mm: Mm, vma: Vma, start: number): CollapseFailure | null {
  if (mm.table.radix.leafTable(start) === null) return UNFIT;
  for (let page = start; page < start + PAGES_PER_2M; page++) {
    const failure = checkPage(mm, vma, page);
    if (failure !== null) return failure;
  }
  return null;
}

function checkPage(mm: Mm, vma: Vma, page: number): CollapseFailure | null {
  const low = mm.table.low(page);
  // What is missing, or maps zeros, must stay so for as long as a userfaultfd may want to hear of it.
  if (low === 0 || low & PTE_SPECIAL) return vma.flags & VM_UFFD ? AWAITED : null;
  if (pteIsMarker(low, PTE_MARKER_POISONED)) return UNFIT;
  if (!pteMaps(low) || low & PTE_UFFD_WP) return NOT_PRESENT;
  const pfn = mm.table.pfn(page);
  if (mm.frames.owner(pfn) !== OWNER_ANON) return UNFIT;
  return mm.frames.references(pfn) > 1 && isHeld(mm, page, pfn) ? HELD : null;
}

/** Whether somebody holds a page, or the huge page that it is a part of, besides those who map it since a fork. */
function isHeld(mm: Mm, page: number, pfn: number): boolean {
  const pages = mm.frames.folioPages(pfn);
  const first = page - (pfn % pages);
  const head = pfn - (pfn % pages);
  let mapped = 0;
  for (const { table } of mm.host.spaces) {
    table.forEach(first, first + pages, (_, { words }, index, low) => {
      const found = ptePfn(low, words[2 * index + 1]);
      if (pteMaps(low) && found >= head && found < head + pages) mapped++;
    });
  }
  return mm.frames.references(pfn) !== mapped;
}
