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

/** Entries to be read: low and high halves, interleaved. */
export type Words = ArrayLike<number> & Iterable<number>;

/** The entries of every table that has no leaf yet; nobody has it in a form that can be written. */
const NO_LEAVES: Words = new Int32Array(2 * ENTRIES);

/** One table of 512 entries. */
export class Table {
  readonly level: number;
  /** Page number that entry 0 maps. */
  readonly base: number;
  /** Entries that are not zero; kept by whoever writes entries through the tree. */
  live = 0;
  // Few tables above level 1 ever have a leaf, and a search builds its tables anew for every schedule.
  private entries: Words = NO_LEAVES;
  private readonly source: WordSource;
  // Kept from the first entry on that ever had a table below it: most tables have one or two, far from entry 0.
  private below: (Table | undefined)[] | null = null;
  private firstBelow = 0;

  constructor(level: number, base: number, words: WordSource) {
    this.level = level;
    this.base = base;
    this.source = words;
    if (level === 1) this.entries = words.take(2 * ENTRIES);
  }

  /** Low and high halves, interleaved: entry i is words[2i], words[2i + 1]. */
  get words(): Words {
    return this.entries;
  }

  /** The same, to be written. */
  get writable(): Int32Array {
    if (this.entries === NO_LEAVES) this.entries = this.source.take(2 * ENTRIES);
    return this.entries as Int32Array;
  }

  /** No entry before this one has a table below it. */
  get childrenFrom(): number {
    return this.firstBelow;
  }

  /** Nor has one from here on. */
  get childrenEnd(): number {
    return this.firstBelow + (this.below?.length ?? 0);
  }

  /** The table below an entry, or undefined. */
  child(index: number): Table | undefined {
    const { below } = this;
    const at = index - this.firstBelow;
    return below !== null && at >= 0 && at < below.length ? below[at] : undefined;
  }

  /** Hangs a table below an entry, or takes the one there away. */
  setChild(index: number, child: Table | undefined): void {
    if (this.below === null) {
      this.below = [];
      this.firstBelow = index;
    }
    const { below } = this;
    for (; this.firstBelow > index; this.firstBelow--) below.unshift(undefined);
    for (let at = below.length; at <= index - this.firstBelow; at++) below.push(undefined);
    below[index - this.firstBelow] = child;
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
    while (table !== undefined && table.level > 1) table = table.child(entryIndex(page, table.level));
    this.lastBase = base;
    this.last = table ?? null;
    return this.last;
  }

  /** The lowest table that exists on the way to `page`, down to `level`. */
  lowest(page: number, level = 1): Table {
    let table = this.root;
    while (table.level > level) {
      const below = table.child(entryIndex(page, table.level));
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
      let below = table.child(index);
      if (below === undefined) {
        const span = spanOf(table.level);
        below = new Table(table.level - 1, Math.floor(page / span) * span, this.words);
        table.setChild(index, below);
        this.tables++;
        this.lastBase = -1;
      }
      table = below;
    }
    return table;
  }

  /** Takes the table below `parent`'s entry `index` out of the tree, with everything below it. */
  detach(parent: Table, index: number): Table {
    const child = parent.child(index)!;
    parent.setChild(index, undefined);
    this.tables -= countTables(child);
    this.lastBase = -1;
    return child;
  }

  /** Hangs a table that has no parent below `parent`'s entry `index`, which has none. */
  attach(parent: Table, index: number, child: Table): void {
    parent.setChild(index, child);
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
    for (let index = Math.max(first, from.childrenFrom); index <= last && index < from.childrenEnd; index++) {
      const child = from.child(index);
      if (child !== undefined) this.forEachTable(start, end, visit, child);
    }
  }
}

function countTables(table: Table): number {
  let count = 1;
  for (let index = table.childrenFrom; index < table.childrenEnd; index++) {
    const child = table.child(index);
    if (child !== undefined) count += countTables(child);
  }
  return count;
}
