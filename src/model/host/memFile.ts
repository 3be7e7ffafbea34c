/**
 * A shared memory file (memfd_create, shmem): pages by index, mapped by any number of address spaces (mm/shmem.c).
 */
import { RwLock } from '../engine/rwLock.ts';
import type { Actor } from '../engine/step.ts';
import { FileMappings } from './fileMappings.ts';
import { NO_PFN, OWNER_CACHE, ZERO_TOKEN } from './frames.ts';
import type { Host } from './host.ts';
import { type FileMapping, type MappedFile, NO_PAGE_OOM, NO_PAGE_SIGBUS } from './mappedFile.ts';
import { SparsePages } from './sparsePages.ts';
import { splitPieces } from './splitPieces.ts';
import { PAGE_SIZE, PAGES_PER_2M } from './units.ts';

export class MemFile implements MappedFile {
  readonly kind = 'shmem';
  readonly level = 1;
  readonly faultsAround = true;
  /** Frames by page index: the page cache. */
  readonly pages = new SparsePages();
  /** Pages that fallocate reserved and nobody has used yet. */
  private readonly reserved = new SparsePages();
  /** First page indices of what the cache has as pages of 2 MiB; it holds one reference to each. */
  private readonly large = new Set<number>();
  /** Pages that somebody is about to replace. */
  private readonly locked = new Set<number>();
  /** Length in bytes. */
  size: number;
  readonly host: Host;
  readonly mappings = new FileMappings();
  private readonly inodeLock: RwLock;
  private holders = 1;

  /** @param size length in bytes; as long as it needs to be unless given. The creator holds the file. */
  constructor(host: Host, size = Number.MAX_SAFE_INTEGER) {
    this.host = host;
    this.size = size;
    this.inodeLock = new RwLock(host.engine, 'i_rwsem');
  }

  get pagesLong(): number {
    return Math.ceil(this.size / PAGE_SIZE);
  }

  cachedPage(index: number): number {
    return this.pages.get(index);
  }

  isResident(index: number): boolean {
    return this.pages.get(index) !== NO_PFN && this.reserved.get(index) === 0;
  }

  largeAt(index: number): number {
    if (this.large.size === 0) return NO_PFN;
    const first = index - (index % PAGES_PER_2M);
    return this.large.has(first) ? this.pages.get(first) : NO_PFN;
  }

  isLocked(index: number): boolean {
    return this.locked.has(index);
  }

  /** Locks a page: faults on it wait. */
  lockPage(index: number): void {
    this.locked.add(index);
  }

  /** Whoever locked it wakes those who wait. */
  unlockPage(index: number): void {
    this.locked.delete(index);
  }

  /**
   * Puts one page of 2 MiB where the pages from index `first` on are, with what they hold; the cache takes over the
   * caller's reference. Nobody else may hold one of the old pages.
   */
  replaceByLarge(first: number, head: number): void {
    const { frames } = this.host;
    for (let i = 0; i < PAGES_PER_2M; i++) {
      const old = this.pages.get(first + i);
      if (old !== NO_PFN) {
        frames.copy(old, head + i);
        frames.put(old);
      }
      this.pages.set(first + i, head + i);
      this.reserved.set(first + i, 0);
    }
    this.large.add(first);
  }

  faultPage(index: number): number {
    if (index >= this.pagesLong) return NO_PAGE_SIGBUS;
    const pfn = this.takePage(index);
    return pfn === NO_PFN ? NO_PAGE_OOM : pfn;
  }

  /** The frame at a page index, allocated and with contents: fallocate alone gives it none (folio_test_uptodate). */
  takePage(index: number): number {
    if (this.reserved.count > 0) this.reserved.set(index, 0);
    return this.ensurePage(index);
  }

  /** The frame at a page index, allocating it when there is none. NO_PFN when memory is full. */
  ensurePage(index: number): number {
    let pfn = this.pages.get(index);
    if (pfn === NO_PFN) {
      pfn = this.host.frames.allocate(OWNER_CACHE);
      if (pfn !== NO_PFN) this.pages.set(index, pfn);
    }
    return pfn;
  }

  /** Puts a frame into the cache where there is none; the cache takes over the caller's reference. */
  addPage(index: number, pfn: number): void {
    this.reserved.set(index, 0);
    this.pages.set(index, pfn);
  }

  addMapping(mapping: FileMapping): void {
    this.mappings.add(mapping);
  }

  removeMapping(mapping: FileMapping): void {
    this.mappings.remove(mapping);
  }

  hold(): void {
    this.holders++;
  }

  drop(): Actor | null {
    this.holders--;
    if (this.holders === 0) this.freePages(0, Number.MAX_SAFE_INTEGER);
    return null;
  }

  /** fallocate(PUNCH_HOLE): unmaps pages [start, end) everywhere, then frees them. */
  *punchHole(start: number, end: number): Actor {
    yield this.inodeLock.write();
    yield* this.mappings.unmap(start, end, false);
    yield* this.cut(start * PAGE_SIZE, end * PAGE_SIZE);
    this.freePages(start, end);
    yield this.host.costs.fileHolePunch + this.host.costs.fileHolePage * (end - start);
    this.inodeLock.writeUnlock();
  }

  /** Fills bytes [start, end) of a page with zeros, if the cache has it: the edge of a hole. */
  clearPart(index: number, start: number, end: number): void {
    const pfn = this.pages.get(index);
    if (pfn !== NO_PFN) this.host.frames.contents.fill(pfn, 0, start, end);
  }

  /** Allocates the pages of [start, end) that are missing. False where memory is full. */
  *allocate(start: number, end: number): Actor<boolean> {
    yield this.inodeLock.write();
    let full = false;
    for (let index = start; index < end && !full; index++) {
      if (this.pages.get(index) !== NO_PFN) {
        // A page reserved a second time is cleared at once: undoing a failure must not lose it.
        this.reserved.set(index, 0);
        continue;
      }
      full = this.ensurePage(index) === NO_PFN;
      if (!full) this.reserved.set(index, 1);
      yield this.host.costs.pageAllocate;
    }
    this.inodeLock.writeUnlock();
    return !full;
  }

  /**
   * ftruncate: pages beyond the new end go, from private copies too; those that were allocated beyond the end also where
   * it stays where it is (shmem_setattr).
   */
  *truncate(size: number): Actor {
    yield this.inodeLock.write();
    const before = this.size;
    this.size = size;
    if (size <= before) {
      const first = Math.ceil(size / PAGE_SIZE);
      if (before > first * PAGE_SIZE) yield* this.mappings.unmap(first, Infinity, true);
      yield* this.cut(size, Infinity);
      this.freePages(first, Number.MAX_SAFE_INTEGER);
      if (size % PAGE_SIZE !== 0) this.clearPart(first - 1, size % PAGE_SIZE, PAGE_SIZE);
    }
    this.inodeLock.writeUnlock();
  }

  /**
   * Splits huge pages of which bytes [start, end) are a part, unmapping all of each first; one that somebody else holds
   * stays whole. What lies beyond the end of the file goes, as far as it is no part of a piece that does not
   * (truncate_inode_partial_folio, mm/truncate.c).
   */
  *cut(start: number, end: number): Actor {
    if (this.large.size === 0) return;
    for (const first of [...this.large]) {
      const [from, to] = [first * PAGE_SIZE, (first + PAGES_PER_2M) * PAGE_SIZE];
      if (end <= from || to <= start || (start <= from && to <= end)) continue;
      yield* this.mappings.unmap(first, first + PAGES_PER_2M, false);
      const head = this.largeAt(first);
      if (head === NO_PFN || this.host.frames.references(head) > 1) continue;
      this.host.frames.splitFolio(head);
      this.large.delete(first);
      const cuts = [Math.floor(Math.max(start, from) / PAGE_SIZE)];
      if (end < to) cuts.push(Math.floor(end / PAGE_SIZE));
      for (const piece of splitPieces(first, PAGES_PER_2M, cuts)) {
        if (piece.start >= this.pagesLong) this.freePages(piece.start, piece.start + piece.pages);
      }
    }
  }

  private freePages(start: number, end: number): void {
    const { frames } = this.host;
    const gone: number[] = [];
    this.pages.forEach(start, end, index => gone.push(index));
    for (const index of gone) {
      const pfn = this.pages.get(index);
      const first = index - (index % PAGES_PER_2M);
      const large = this.large.has(first);
      if (large && (first < start || first + PAGES_PER_2M > end)) {
        // Its page could not be split: what is given up of it becomes zeros.
        frames.write(pfn, ZERO_TOKEN);
        continue;
      }
      if (!large || index === first + PAGES_PER_2M - 1) frames.put(pfn);
      if (large && index === first + PAGES_PER_2M - 1) this.large.delete(first);
      this.pages.set(index, NO_PFN);
      this.reserved.set(index, 0);
    }
  }
}
