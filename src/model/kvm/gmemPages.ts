import type { Engine } from '../engine/engine.ts';
import { type Frames, NO_PFN, OWNER_GMEM } from '../host/frames.ts';
import { SparsePages } from '../host/sparsePages.ts';
import { PAGES_PER_2M } from '../host/units.ts';

/**
 * The pages of a guest_memfd by index: their frames, which of them were made ready for somebody's use, and which lie in
 * runs of 2 MiB (the page cache of kvm_gmem_get_folio, virt/kvm/guest_memfd.c; large ones as posted and not merged).
 */
export class GmemPages {
  /** Frames by page index. */
  readonly cache: SparsePages;
  private readonly prepared: SparsePages;
  /** First indices of the ranges of 2 MiB whose frames lie in one run. */
  private readonly large = new Set<number>();
  private readonly frames: Frames;
  private readonly pages: number;
  private readonly takesLarge: boolean;

  /**
   * @param pages length of the file.
   * @param takesLarge whether a range of 2 MiB gets one run of frames where there is one.
   */
  constructor(engine: Engine, frames: Frames, pages: number, takesLarge: boolean) {
    this.cache = new SparsePages(engine.words);
    this.prepared = new SparsePages(engine.words);
    this.frames = frames;
    this.pages = pages;
    this.takesLarge = takesLarge;
  }

  /** The frame at an index, or NO_PFN. */
  get(index: number): number {
    return this.cache.get(index);
  }

  /**
   * The frame at an index, allocating it where there is none, with nothing done to its contents. NO_PFN when memory is
   * full.
   *
   * @param node memory node that it should be on; any unless given.
   */
  ensure(index: number, node?: number): number {
    let pfn = this.cache.get(index);
    if (pfn === NO_PFN && this.takesLarge) {
      this.allocateLarge(index);
      pfn = this.cache.get(index);
    }
    if (pfn === NO_PFN) {
      pfn = this.frames.allocate(OWNER_GMEM, node);
      if (pfn !== NO_PFN) this.cache.set(index, pfn);
    }
    return pfn;
  }

  /** Whether the page was made ready: allocating alone does not do it. */
  isPrepared(index: number): boolean {
    return this.prepared.get(index) !== 0;
  }

  /** Notes that the page was made ready. */
  markPrepared(index: number): void {
    this.prepared.set(index, 1);
  }

  /** Puts a page that somebody filled at an index that has none. */
  add(index: number, pfn: number): void {
    this.cache.set(index, pfn);
    this.prepared.set(index, 1);
  }

  /** Takes pages [start, end) out, and returns their frames. */
  remove(start: number, end: number): number[] {
    const frames: number[] = [];
    const indices: number[] = [];
    this.cache.forEach(start, end, index => indices.push(index));
    for (const index of indices) {
      frames.push(this.cache.get(index));
      if (this.large.size > 0) this.large.delete(index - (index % PAGES_PER_2M));
      this.cache.set(index, NO_PFN);
      this.prepared.set(index, 0);
    }
    return frames;
  }

  /** Whether the page at an index lies in a range of 2 MiB whose frames are one run. */
  isLarge(index: number): boolean {
    return this.large.has(index - (index % PAGES_PER_2M));
  }

  /** Gives a range of 2 MiB that has no page yet one run of frames, where there is one. */
  private allocateLarge(index: number): void {
    const first = index - (index % PAGES_PER_2M);
    if (first + PAGES_PER_2M > this.pages) return;
    let taken = false;
    this.cache.forEach(first, first + PAGES_PER_2M, () => {
      taken = true;
    });
    if (taken) return;
    const head = this.frames.allocateFolio(OWNER_GMEM, PAGES_PER_2M);
    if (head === NO_PFN) return;
    // Each page can be given back by itself.
    this.frames.splitFolio(head);
    for (let i = 0; i < PAGES_PER_2M; i++) this.cache.set(first + i, head + i);
    this.large.add(first);
  }
}
