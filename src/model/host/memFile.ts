/**
 * A shared memory file (memfd_create, shmem): pages by index, mapped by any number of address spaces (mm/shmem.c).
 */
import { RwLock } from '../engine/rwLock.ts';
import type { Actor } from '../engine/step.ts';
import { FileMappings } from './fileMappings.ts';
import { NO_PFN, OWNER_CACHE } from './frames.ts';
import type { Host } from './host.ts';
import { type FileMapping, type MappedFile, NO_PAGE_OOM, NO_PAGE_SIGBUS } from './mappedFile.ts';
import { SparsePages } from './sparsePages.ts';
import { PAGE_SIZE } from './units.ts';

export class MemFile implements MappedFile {
  readonly kind = 'shmem';
  readonly level = 1;
  readonly faultsAround = true;
  /** Frames by page index: the page cache. */
  readonly pages = new SparsePages();
  /** Pages that fallocate reserved and nobody has used yet. */
  private readonly reserved = new SparsePages();
  /** Length in bytes. */
  size: number;
  private readonly host: Host;
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
      this.freePages(first, Number.MAX_SAFE_INTEGER);
      if (size % PAGE_SIZE !== 0) this.clearPart(first - 1, size % PAGE_SIZE, PAGE_SIZE);
    }
    this.inodeLock.writeUnlock();
  }

  private freePages(start: number, end: number): void {
    const gone: number[] = [];
    this.pages.forEach(start, end, index => gone.push(index));
    for (const index of gone) {
      this.host.frames.put(this.pages.get(index));
      this.pages.set(index, NO_PFN);
      this.reserved.set(index, 0);
    }
  }
}
