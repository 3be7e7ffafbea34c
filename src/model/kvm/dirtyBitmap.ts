import type { AccessLog } from '../engine/access.ts';
import type { Hashable, StateHash } from '../engine/hash.ts';

const WORD = 32;
const CHUNK = 1024;

/**
 * Which pages of a slot were written since somebody last looked: a bit a page, kept only where bits differ from the
 * rest. The kernel's own bitmap takes a bit for every page of the slot, whether touched or not.
 */
export class DirtyBitmap implements Hashable {
  /** Length in pages. */
  readonly pages: number;
  /** What the pages hold that have no chunk: 0, or -1 where logging began with all of them dirty. */
  private readonly rest: number;
  private readonly chunks = new Map<number, Int32Array>();
  private readonly access: AccessLog | null;
  private readonly object: number;

  /**
   * @param allSet how the bits begin.
   * @param access told who reads and changes it.
   */
  constructor(pages: number, allSet: boolean, access: AccessLog | null = null) {
    this.pages = pages;
    this.rest = allSet ? -1 : 0;
    this.access = access;
    this.object = access?.reserve(1, 'dirty bitmap') ?? 0;
  }

  /** Bytes of the kernel's bitmap: a bit a page, in whole 64-bit words. */
  get bytes(): number {
    return Math.ceil(this.pages / 64) * 8;
  }

  /** Sets a page's bit. */
  set(page: number): void {
    this.access?.write(this.object);
    const chunk = this.chunk(page, this.rest === 0);
    if (chunk !== undefined) chunk[wordOf(page)] |= 1 << (page % WORD);
  }

  /** Clears a page's bit; returns whether it was set. */
  clear(page: number): boolean {
    this.access?.write(this.object);
    const chunk = this.chunk(page, this.rest !== 0);
    if (chunk === undefined) return false;
    const bit = 1 << (page % WORD);
    const word = wordOf(page);
    const was = (chunk[word] & bit) !== 0;
    chunk[word] &= ~bit;
    return was;
  }

  /** Whether a page's bit is set. */
  has(page: number): boolean {
    this.access?.read(this.object);
    const chunk = this.chunks.get(Math.floor(page / CHUNK));
    const word = chunk === undefined ? this.rest : chunk[wordOf(page)];
    return (word & (1 << (page % WORD))) !== 0;
  }

  /** The pages whose bits are set, in ascending order. */
  *dirty(): Iterable<number> {
    this.access?.read(this.object);
    if (this.rest === 0) {
      for (const key of [...this.chunks.keys()].sort((a, b) => a - b)) yield* this.within(key);
    } else {
      for (let key = 0; key * CHUNK < this.pages; key++) yield* this.within(key);
    }
  }

  /** Clears bits 64 at a time as the kernel does, and returns the pages that were set, in ascending order. */
  takeAll(): number[] {
    const out = [...this.dirty()];
    for (const page of out) this.clear(page);
    return out;
  }

  hashInto(hash: StateHash): void {
    hash.add(this.pages).add(this.rest);
    for (const key of [...this.chunks.keys()].sort((a, b) => a - b)) {
      const words = this.chunks.get(key)!;
      if (words.every(word => word === this.rest)) continue;
      hash.add(key);
      for (const word of words) hash.add(word);
    }
  }

  private *within(key: number): Iterable<number> {
    const end = Math.min(this.pages, (key + 1) * CHUNK);
    for (let page = key * CHUNK; page < end; page++) if (this.has(page)) yield page;
  }

  private chunk(page: number, make: boolean): Int32Array | undefined {
    const key = Math.floor(page / CHUNK);
    let chunk = this.chunks.get(key);
    if (chunk === undefined && make) {
      chunk = new Int32Array(CHUNK / WORD).fill(this.rest);
      this.chunks.set(key, chunk);
    }
    return chunk;
  }
}

/** Logs into the slots' bitmaps. */
export const BITMAP_SINK = {
  mark(slot: { readonly dirty?: DirtyBitmap | null }, index: number): void {
    slot.dirty?.set(index);
  },
};

function wordOf(page: number): number {
  return Math.floor((page % CHUNK) / WORD);
}
