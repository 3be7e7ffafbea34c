/**
 * Collapsing 512 small pages of a file's cache into a huge one, and mapping it (hpage_collapse_scan_file, collapse_file
 * and try_collapse_pte_mapped_thp, mm/khugepaged.c).
 */
import { type Actor, POINT } from '../engine/step.ts';
import {
  AWAITED,
  type CollapseFailure,
  FILLED,
  HELD,
  NO_MEMORY,
  NOT_PRESENT,
  UNFIT,
} from './collapseResult.ts';
import { NO_PFN, OWNER_CACHE } from './frames.ts';
import { mapLarge, mayMapLarge } from './hugeFault.ts';
import type { MemFile } from './memFile.ts';
import type { Mm } from './mm.ts';
import { writeEntry } from './pageTable.ts';
import { pteMaps, ptePfn } from './pte.ts';
import { PAGES_PER_2M } from './units.ts';
import { indexIn, VM_UFFD_WP, type Vma } from './vma.ts';

/**
 * Makes the 2 MiB of a file from page index `first` on one page. Pages that are missing become zeros. Nobody holds
 * mmap_lock; the pages are locked, so that faults on them wait.
 *
 * @returns null where it is one page now, or was.
 */
export function* collapseFile(file: MemFile, first: number): Actor<CollapseFailure | null> {
  if (file.largeAt(first) !== NO_PFN) return null;
  const { host } = file;
  const { frames } = host;
  const old = new Map<number, number>();
  for (let index = first; index < first + PAGES_PER_2M; index++) {
    const pfn = file.cachedPage(index);
    if (pfn === NO_PFN) continue;
    if (frames.references(pfn) !== 1 + mappers(file, index, pfn)) return HELD;
    old.set(index, pfn);
  }
  const head = frames.allocateFolio(OWNER_CACHE, PAGES_PER_2M);
  if (head === NO_PFN) return NO_MEMORY;
  const failure = old.size === 0 ? UNFIT : yield* replace(file, first, old, head);
  if (failure !== null) frames.put(head);
  for (const index of old.keys()) file.unlockPage(index);
  host.migrations.wakeAll();
  return failure;
}

function* replace(
  file: MemFile,
  first: number,
  old: ReadonlyMap<number, number>,
  head: number,
): Actor<CollapseFailure | null> {
  const { host } = file;
  for (const [index, pfn] of old) {
    file.lockPage(index);
    // Announced for each page in turn, to everybody who maps the file there.
    if (mappers(file, index, pfn) > 0) yield* file.mappings.unmap(index, index + 1, false);
    if (host.engine.stepwise) yield POINT;
    if (file.cachedPage(index) !== pfn) return UNFIT;
    if (host.frames.references(pfn) !== 1) return HELD;
  }
  yield host.costs.copyPage * PAGES_PER_2M;
  for (let index = first; index < first + PAGES_PER_2M; index++) {
    const pfn = file.cachedPage(index);
    if (pfn !== (old.get(index) ?? NO_PFN)) return pfn === NO_PFN ? UNFIT : FILLED;
    if (pfn !== NO_PFN && host.frames.references(pfn) !== 1) return HELD;
  }
  // The kernel looks one page too far: a mapping that begins behind the range counts.
  const mappings = file.mappings.overlapping(first, first + PAGES_PER_2M + 1);
  if (old.size < PAGES_PER_2M && mappings.some(mapping => mapping.awaitsMissing)) return AWAITED;
  file.replaceByLarge(first, head);
  for (const mapping of file.mappings.covering(first)) {
    const page = mapping.pageOf(first);
    if (page % PAGES_PER_2M !== 0 || first + PAGES_PER_2M > mapping.end || !mapping.retractable) continue;
    const { table } = mapping.owner;
    if (table.radix.leafTable(page) === null) continue;
    const range = mapping.owner.rangeOf(page, page + PAGES_PER_2M, 'clear');
    yield* mapping.owner.invalidateStart(range);
    if (mapping.retractable) {
      table.note(page, page + PAGES_PER_2M);
      table.dropTable(page);
    }
    yield* mapping.owner.invalidateEnd(range);
  }
  return null;
}

/** How many entries map a page of the file (folio_mapcount). */
function mappers(file: MemFile, index: number, pfn: number): number {
  let count = 0;
  for (const mapping of file.mappings.covering(index)) {
    const { table } = mapping.owner;
    const page = mapping.pageOf(index);
    if (pteMaps(table.low(page)) && table.pfn(page) === pfn) count++;
  }
  return count;
}

/**
 * Maps the huge page of a file at the 2 MiB of `page`, in place of small entries that map parts of it. Called with
 * mmap_lock held for reading.
 */
export function* mapCollapsed(mm: Mm, vma: Vma, page: number): Actor<CollapseFailure | null> {
  if (mm.table.levelOf(page) > 1) return null;
  if (vma.flags & VM_UFFD_WP) return NOT_PRESENT;
  if (vma.file?.largeAt?.(indexIn(vma, page)) === NO_PFN) return UNFIT;
  if (mm.table.radix.leafTable(page) !== null) {
    const refused = checkEntries(mm, vma, page);
    if (refused !== null) return refused;
    const range = mm.rangeOf(page, page + PAGES_PER_2M, 'clear');
    yield* mm.invalidateStart(range);
    const again = checkEntries(mm, vma, page);
    if (again === null) clearEntries(mm, page);
    yield* mm.invalidateEnd(range);
    if (again !== null) return again;
  }
  if (!mayMapLarge(mm, vma, page)) return UNFIT;
  mapLarge(mm, vma, page, false);
  return null;
}

/** Whether every entry that is there maps the page of the huge page that belongs there. */
function checkEntries(mm: Mm, vma: Vma, page: number): CollapseFailure | null {
  const head = vma.file!.largeAt!(indexIn(vma, page));
  let failure: CollapseFailure | null = null;
  mm.table.forEach(page, page + PAGES_PER_2M, (at, table, index, low) => {
    if (failure !== null) return;
    if (!pteMaps(low)) failure = NOT_PRESENT;
    else if (ptePfn(low, table.words[2 * index + 1]) !== head + at - page) failure = UNFIT;
  });
  return failure;
}

function clearEntries(mm: Mm, page: number): void {
  mm.table.note(page, page + PAGES_PER_2M);
  mm.table.forEach(page, page + PAGES_PER_2M, (_, table, index, low) => {
    const pfn = ptePfn(low, table.words[2 * index + 1]);
    writeEntry(table, index, 0, 0);
    mm.frames.put(pfn);
  });
  mm.table.dropTable(page);
}
