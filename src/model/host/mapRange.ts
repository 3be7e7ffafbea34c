/**
 * Making and taking away mappings (mm/vma.c, mm/mmap.c). Arguments are in pages and have been checked by the system
 * call.
 */
import type { Actor } from '../engine/step.ts';
import type { MappedFile } from './mappedFile.ts';
import type { Mm } from './mm.ts';
import { announceSplits } from './splitEdges.ts';
import { PAGE_SIZE, PAGES_PER_2M } from './units.ts';
import { beginMapChange, sendEvent } from './userfault.ts';
import { UFFD_FEATURE_EVENT_UNMAP, type Userfaultfd } from './userfaultfd.ts';
import type { Vma } from './vma.ts';
import type { VmaKind } from './vmaList.ts';
import { ZAP_UNMAP, zapEntries } from './zap.ts';

/** What a new mapping is to be. */
export interface MapRequest {
  /** First host virtual page. */
  readonly start: number;
  readonly pages: number;
  /** VM_* flags. */
  readonly flags: number;
  /** The file, held by the caller for the mapping; or null for anonymous memory. */
  readonly file: MappedFile | null;
  /** Page index in the file of the first page. */
  readonly offset: number;
}

/** What is left to do once mmap_lock has been given up. */
export interface Aftermath {
  /** userfaultfds that want to hear that pages went. */
  readonly unmaps: { readonly uffd: Userfaultfd; readonly start: number; readonly end: number }[];
  /** The ends of files whose last user went. */
  readonly releases: Actor[];
}

export function newAftermath(): Aftermath {
  return { unmaps: [], releases: [] };
}

/** Does what is left: tells the userfaultfds, each until it has been heard, and lets files go. */
export function* settle(aftermath: Aftermath): Actor {
  for (const release of aftermath.releases) yield* release;
  for (const { uffd, start, end } of aftermath.unmaps) {
    yield* sendEvent(uffd, { event: 'unmap', start: start * PAGE_SIZE, end: end * PAGE_SIZE });
  }
}

/**
 * Makes a mapping in place of whatever was there, and merges it with its neighbours where they are alike. Called
 * with mmap_lock held for writing.
 */
export function* mapRange(mm: Mm, request: MapRequest, aftermath: Aftermath): Actor {
  const { start, pages, flags, file, offset } = request;
  const end = start + pages;
  if (mm.vmas.findIn(start, end) !== undefined) yield* unmapRange(mm, start, end, aftermath);
  insertMapping(mm, start, end, { flags, file, offset, uffd: null, anonVma: 0, inherited: false });
}

/** Adds a mapping to a free range and merges it. The caller's hold on the file passes to the mapping. */
export function insertMapping(mm: Mm, start: number, end: number, kind: VmaKind): Vma {
  const { flags, file, offset, uffd, anonVma, inherited } = kind;
  const vma: Vma = { start, end, flags, file, offset, uffd, anonVma, inherited, mapping: null };
  mm.vmas.insert(vma);
  return mm.vmas.merge(vma);
}

/**
 * Takes every mapping of pages [start, end) away, with its pages. Called with mmap_lock held for writing; the
 * aftermath is settled once it has been given up.
 */
export function* unmapRange(mm: Mm, start: number, end: number, aftermath: Aftermath): Actor {
  yield* prepareUnmapEvents(mm, start, end, aftermath);
  yield* announceSplits(mm, start, end);
  const gone = removeMappings(mm, start, end);
  if (gone.length === 0) return;
  const first = gone[0].start;
  const last = gone[gone.length - 1].end;
  const range = mm.rangeOf(first, last, 'unmap');
  yield* mm.invalidateStart(range);
  for (const vma of gone) zapEntries(mm, vma, vma.start, vma.end, ZAP_UNMAP);
  dropTables(mm, first, last);
  yield* mm.invalidateEnd(range);
  for (const vma of gone) {
    const release = vma.file?.drop() ?? null;
    if (release !== null) aftermath.releases.push(release);
  }
}

/** Page tables go with the last mapping that they serve (free_pgtables). */
function dropTables(mm: Mm, first: number, last: number): void {
  const start = first - (first % PAGES_PER_2M);
  const end = Math.ceil(last / PAGES_PER_2M) * PAGES_PER_2M;
  const isServed = (base: number) => mm.vmas.findIn(base, base + PAGES_PER_2M) !== undefined;
  const from = isServed(start) ? start + PAGES_PER_2M : start;
  const to = isServed(end - PAGES_PER_2M) ? end - PAGES_PER_2M : end;
  if (from < to) mm.table.dropEmptyTables(from, to);
}

/** Every userfaultfd that handles a part of the range is told of the whole of it, once. */
function* prepareUnmapEvents(mm: Mm, start: number, end: number, aftermath: Aftermath): Actor {
  for (const { uffd } of mm.vmas.within(start, end)) {
    if (uffd === null || !uffd.has(UFFD_FEATURE_EVENT_UNMAP)) continue;
    const known = aftermath.unmaps.some(u => u.uffd === uffd && u.start === start && u.end === end);
    if (known) continue;
    yield* beginMapChange(uffd);
    aftermath.unmaps.push({ uffd, start, end });
  }
}

/** Takes the mappings of a range out of the list; their pages are still there. */
function removeMappings(mm: Mm, start: number, end: number): Vma[] {
  mm.vmas.splitAround(start, end);
  const gone = mm.vmas.within(start, end);
  for (const vma of gone) mm.vmas.remove(vma);
  return gone;
}
