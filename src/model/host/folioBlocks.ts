const BLOCK = 512;
const NONE = 0;

/**
 * Which frames belong to folios larger than a page, by blocks of 512 frames; and the runs of frames that lie free
 * between them. Costs nothing while there are no such folios.
 */
export class FolioBlocks {
  /** Pages of the folio that each block belongs to, by block; absent for base pages. */
  private readonly blocks = new Map<number, number>();
  private readonly gaps: [start: number, end: number][] = [];
  private readonly free = new Map<number, number[]>();

  /** The first frame of the folio that a frame belongs to; the frame itself where that is a base page. */
  head(pfn: number): number {
    if (this.blocks.size === 0) return pfn;
    const pages = this.blocks.get(Math.floor(pfn / BLOCK));
    return pages === undefined ? pfn : pfn - (pfn % pages);
  }

  /** Pages of the folio that begins at a frame; 1 for a base page. */
  pagesOf(head: number): number {
    return this.blocks.size === 0 ? 1 : (this.blocks.get(Math.floor(head / BLOCK)) ?? 1);
  }

  /** Notes a folio. */
  mark(head: number, pages: number): void {
    for (let block = head / BLOCK; block < (head + pages) / BLOCK; block++) this.blocks.set(block, pages);
  }

  /** Forgets a folio: its frames are base pages again. */
  unmark(head: number): void {
    const pages = this.pagesOf(head);
    for (let block = head / BLOCK; block < (head + pages) / BLOCK; block++) this.blocks.delete(block);
  }

  /** Notes that frames [start, end) were passed over. */
  addGap(start: number, end: number): void {
    if (start < end) this.gaps.push([start, end]);
  }

  /** Takes a frame out of a gap, of one whose first frame fits; 0 when there is none. */
  takeGap(fits?: (pfn: number) => boolean): number {
    const at = fits === undefined ? this.gaps.length - 1 : this.gaps.findLastIndex(([start]) => fits(start));
    if (at < 0) return NONE;
    const gap = this.gaps[at];
    const pfn = gap[0]++;
    if (gap[0] === gap[1]) this.gaps.splice(at, 1);
    return pfn;
  }

  /** Notes a run of frames that was a folio and is free now. */
  addFree(head: number, pages: number): void {
    const runs = this.free.get(pages);
    if (runs === undefined) this.free.set(pages, [head]);
    else runs.push(head);
  }

  /** Takes a free run of a size; 0 when there is none. */
  takeFree(pages: number): number {
    return this.free.get(pages)?.pop() ?? NONE;
  }
}
