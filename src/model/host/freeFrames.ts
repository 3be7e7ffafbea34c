import type { FolioBlocks } from './folioBlocks.ts';

/** Frames in a stretch that lies on one memory node: 2 MiB. */
const STRETCH = 512;

/**
 * The frames that nobody has: given back ones first, then those between folios, then frames never used before. On a host
 * with several memory nodes, stretches of 2 MiB belong to them in turn.
 */
export class FreeFrames {
  /** Memory nodes of the host. */
  nodes = 1;
  /** First frame that was never used. */
  next: number;
  private readonly list: number[] = [];
  private readonly folios: FolioBlocks;

  constructor(first: number, folios: FolioBlocks) {
    this.next = first;
    this.folios = folios;
  }

  /** The node that a frame lies on. */
  nodeOf(pfn: number): number {
    return Math.floor(pfn / STRETCH) % this.nodes;
  }

  /** Takes a frame, of one node where that is asked for. */
  take(node?: number): number {
    if (node !== undefined && this.nodes > 1) return this.takeOf(pfn => this.nodeOf(pfn) === node);
    return this.list.length > 0 ? this.list.pop()! : this.folios.takeGap() || this.next++;
  }

  /** Takes a naturally aligned run of frames; the first of them. */
  takeFolio(pages: number): number {
    const free = this.folios.takeFree(pages);
    if (free !== 0) return free;
    const head = Math.ceil(this.next / pages) * pages;
    this.folios.addGap(this.next, head);
    this.next = head + pages;
    return head;
  }

  /** Gives a frame back. */
  give(pfn: number): void {
    this.list.push(pfn);
  }

  private takeOf(fits: (pfn: number) => boolean): number {
    const at = this.list.findLastIndex(fits);
    if (at >= 0) return this.list.splice(at, 1)[0];
    const gap = this.folios.takeGap(fits);
    if (gap !== 0) return gap;
    while (!fits(this.next)) {
      const end = this.next - (this.next % STRETCH) + STRETCH;
      this.folios.addGap(this.next, end);
      this.next = end;
    }
    return this.next++;
  }
}
