/**
 * Ways to remember which guest frames are private. Each keeps the same runs; what differs is what the kernel would
 * spend on them, counted exactly, in bytes and in entries written.
 */
import type { AccessLog } from '../../engine/access.ts';
import { RunSet } from './runSet.ts';
import { multiIndexEntries, multiIndexNodes, XA_NODE_BYTES, xarrayNodes } from './xarray.ts';

/** How the frames are kept. */
export type Tracking = 'xarray' | 'multi-index' | 'bitmap' | 'ranges';

/** Which frames have entries; the others are known by having none. */
export type Polarity = 'private' | 'shared';

/**
 * Bytes of one range in an interval tree: a red-black node (24), start, last and subtree last (8 each) and the
 * value (8), which kmalloc rounds up to 64 (include/linux/interval_tree.h).
 */
export const RANGE_BYTES = 64;

export class AttributeStore {
  readonly tracking: Tracking;
  readonly polarity: Polarity;
  /** Entries, words or ranges written or removed so far. */
  operations = 0;
  private readonly entries = new RunSet();
  private readonly pages: number;
  private readonly access: AccessLog | null;
  private readonly object: number;

  /**
   * @param pages size of the guest, which is all that a bitmap's size depends on.
   * @param access the engine's, where actors share the store.
   */
  constructor(tracking: Tracking, polarity: Polarity, pages: number, access: AccessLog | null = null) {
    this.tracking = tracking;
    this.polarity = polarity;
    this.pages = pages;
    this.access = access;
    this.object = access?.reserve(1, 'attributes') ?? -1;
  }

  /** Whether the frame is private. */
  isPrivate(gfn: number): boolean {
    this.access?.read(this.object);
    return this.entries.has(gfn) === (this.polarity === 'private');
  }

  /** Whether every frame of [start, end) is private, or every one shared, as asked. */
  isAll(start: number, end: number, isPrivate: boolean): boolean {
    return this.isPrivate(start) === isPrivate && this.entries.isUniform(start, end);
  }

  /** Makes gfns [start, end) private or shared. */
  set(start: number, end: number, isPrivate: boolean): void {
    this.access?.write(this.object);
    this.operations += this.operationsFor(start, end);
    this.entries.set(start, end, isPrivate === (this.polarity === 'private'));
  }

  /** Runs of frames that have entries. */
  get runs(): number {
    return this.entries.runs;
  }

  /** Frames that have entries. */
  get entryPages(): number {
    return this.entries.size;
  }

  /** Bytes the kernel holds for it now. */
  bytes(): number {
    switch (this.tracking) {
      case 'xarray':
        return xarrayNodes(this.entries) * XA_NODE_BYTES;
      case 'multi-index':
        return multiIndexNodes(this.entries) * XA_NODE_BYTES;
      case 'bitmap':
        return Math.ceil(this.pages / 64) * 8;
      case 'ranges':
        return this.entries.runs * RANGE_BYTES;
    }
  }

  /** Entries written by one change of [start, end). */
  private operationsFor(start: number, end: number): number {
    switch (this.tracking) {
      case 'xarray':
        // Each page is first reserved, so that running out of memory changes nothing, and then stored.
        return 2 * (end - start);
      case 'multi-index': {
        const range = new RunSet();
        range.set(start, end, true);
        return multiIndexEntries(range);
      }
      case 'bitmap':
        return Math.floor((end - 1) / 64) - Math.floor(start / 64) + 1;
      case 'ranges':
        return 1;
    }
  }
}
