/**
 * Reverse maps: from a guest frame to the entries that map it (struct kvm_rmap_head, arch/x86/kvm/mmu/mmu.c of 5.8). A
 * slot has an array of heads for every size of page, one head a page of that size, allocated with the slot.
 */
import { spanOf, type Table } from '../../host/radixTable.ts';

/** Sizes of pages that have heads: 4 KiB, 2 MiB, 1 GiB. */
const LEVELS = [1, 2, 3] as const;

/** Bytes of one head. */
const HEAD_BYTES = 8;

/** Bytes of the heads that a slot brings with it, whether anything is mapped or not. */
export function rmapBytes(baseGfn: number, pages: number): number {
  let heads = 0;
  for (const level of LEVELS) {
    const span = spanOf(level);
    heads += Math.floor((baseGfn + pages - 1) / span) - Math.floor(baseGfn / span) + 1;
  }
  return heads * HEAD_BYTES;
}

export class Rmaps {
  /** Heads that were looked at so far. */
  looked = 0;
  /** By level, the table whose entry maps the page that begins at a gfn. Direct maps have one such entry at most. */
  private readonly heads: readonly Map<number, Table>[] = [new Map(), new Map(), new Map(), new Map()];

  /** rmap_add: an entry of `table` maps the page that begins at `gfn`. */
  add(gfn: number, table: Table): void {
    this.heads[table.level].set(gfn, table);
  }

  /** rmap_remove: no entry maps the page any more. */
  remove(gfn: number, level: number): void {
    this.heads[level].delete(gfn);
  }

  /** Entries that map a page of a size. */
  count(level: number): number {
    return this.heads[level].size;
  }

  /**
   * The entries that map some of gfns [start, end), small pages first: for each its table and the first gfn it maps.
   * Every head of the range is looked at, whatever is mapped.
   *
   * @param known where the slots end: there are no heads beyond.
   */
  within(start: number, end: number, known: number): { readonly gfn: number; readonly table: Table }[] {
    const out: { gfn: number; table: Table }[] = [];
    const last = Math.min(end, known);
    for (const level of LEVELS) {
      const span = spanOf(level);
      const first = start - (start % span);
      this.looked += Math.max(Math.ceil((last - first) / span), 0);
      for (const gfn of this.gfnsOf(level, first, end)) out.push({ gfn, table: this.heads[level].get(gfn)! });
    }
    return out;
  }

  /** First gfns of the pages of a size that are mapped and begin in [first, end), ascending. */
  private gfnsOf(level: number, first: number, end: number): number[] {
    const heads = this.heads[level];
    const span = spanOf(level);
    // Most ranges are a page or two, of a guest that has thousands mapped.
    if ((end - first) / span >= heads.size)
      return [...heads.keys()].filter(gfn => gfn >= first && gfn < end).sort((a, b) => a - b);
    const out: number[] = [];
    for (let gfn = first; gfn < end; gfn += span) if (heads.has(gfn)) out.push(gfn);
    return out;
  }
}
