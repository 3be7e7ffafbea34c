/**
 * A four-level radix tree of 512-entry tables: the shape of host page tables and of KVM's second stage alike.
 *
 * An entry is 64 bits, held as two 32-bit halves side by side. What the bits mean is the user's business; the tree
 * only asks whether a table hangs below an entry. Tables exist only where somebody wrote.
 */
import { FRESH_WORDS, type WordSource } from '../engine/arena.ts';

export const ENTRIES = 512;

/** Levels of a tree: leaves of level 1 map 4 KiB, of level 4 would map 512 GiB. */
export const TOP_LEVEL = 4;

const UPPER = 512 * 512;

/** One table of 512 entries. */
export class Table {
  readonly level: number;
  /** Page number that entry 0 maps. */
  readonly base: number;
  /** Low and high halves, interleaved: entry i is words[2i], words[2i + 1]. */
  readonly words: Int32Array;
  /** Tables below, by entry; null at level 1. */
  readonly children: (Table | undefined)[] | null;
  /** Entries that are not zero; kept by whoever writes entries through the tree. */
  live = 0;

  constructor(level: number, base: number, words: WordSource) {
    this.words = words.take(2 * ENTRIES);
    this.level = level;
    this.base = base;
    this.children = level === 1 ? null : [];
  }
}

/** The index of `page` in a table of `level`. Page numbers may exceed 32 bits. */
export function entryIndex(page: number, level: number): number {
  switch (level) {
    case 1:
      return page & 511;
    case 2:
      return (page >>> 9) & 511;
    case 3:
      return Math.floor(page / UPPER) & 511;
    default:
      return Math.floor(page / (UPPER * 512)) & 511;
  }
}

/** Base pages that one entry of `level` spans. */
export function spanOf(level: number): number {
  return level === 1 ? 1 : level === 2 ? ENTRIES : level === 3 ? UPPER : UPPER * ENTRIES;
}

export class RadixTable {
  readonly root: Table;
  /** Tables in the tree, the root among them: what page tables cost in pages. */
  tables = 1;
  // Walks end in the same level-1 table again and again.
  private lastBase = -1;
  private last: Table | null = null;
  private readonly words: WordSource;

  /** @param words where its tables' entries are kept. */
  constructor(words: WordSource = FRESH_WORDS) {
    this.words = words;
    this.root = new Table(TOP_LEVEL, 0, words);
  }

  /** The level-1 table that holds `page`, or null. */
  leafTable(page: number): Table | null {
    const base = page - (page & 511);
    if (base === this.lastBase) return this.last;
    let table: Table | undefined = this.root;
    while (table !== undefined && table.level > 1) table = table.children![entryIndex(page, table.level)];
    this.lastBase = base;
    this.last = table ?? null;
    return this.last;
  }

  /** The lowest table that exists on the way to `page`, down to `level`. */
  lowest(page: number, level = 1): Table {
    let table = this.root;
    while (table.level > level) {
      const below: Table | undefined = table.children![entryIndex(page, table.level)];
      if (below === undefined) break;
      table = below;
    }
    return table;
  }

  /** The table of `level` that holds `page`, making the ones that are missing. */
  ensure(page: number, level: number): Table {
    let table = this.root;
    while (table.level > level) {
      const index = entryIndex(page, table.level);
      let below: Table | undefined = table.children![index];
      if (below === undefined) {
        const span = spanOf(table.level);
        below = new Table(table.level - 1, Math.floor(page / span) * span, this.words);
        table.children![index] = below;
        this.tables++;
        this.lastBase = -1;
      }
      table = below;
    }
    return table;
  }

  /** Takes the table below `parent`'s entry `index` out of the tree, with everything below it. */
  detach(parent: Table, index: number): Table {
    const child = parent.children![index]!;
    parent.children![index] = undefined;
    this.tables -= countTables(child);
    this.lastBase = -1;
    return child;
  }

  /** Hangs a table that has no parent below `parent`'s entry `index`, which has none. */
  attach(parent: Table, index: number, child: Table): void {
    parent.children![index] = child;
    this.tables += countTables(child);
    this.lastBase = -1;
  }

  /**
   * Calls `visit` for every table that has an entry in [start, end), parents before children, in ascending order,
   * with the first and last entry that lies in the range. Tables may be detached from within the visit of their
   * parent.
   */
  forEachTable(
    start: number,
    end: number,
    visit: (table: Table, first: number, last: number) => void,
    from: Table = this.root,
  ): void {
    const span = spanOf(from.level);
    const first = Math.max(Math.floor((start - from.base) / span), 0);
    const last = Math.min(Math.floor((end - 1 - from.base) / span), ENTRIES - 1);
    visit(from, first, last);
    const children = from.children;
    if (children === null) return;
    // children is as long as the highest table ever hung there: a sparse upper level costs nothing beyond it.
    for (let index = first; index <= last && index < children.length; index++) {
      const child = children[index];
      if (child !== undefined) this.forEachTable(start, end, visit, child);
    }
  }
}

function countTables(table: Table): number {
  let count = 1;
  if (table.children !== null) {
    for (const child of table.children) if (child !== undefined) count += countTables(child);
  }
  return count;
}
