/**
 * A process' page tables: entries by host virtual page, with leaves of 4 KiB, 2 MiB and 1 GiB.
 */
import type { Engine } from '../engine/engine.ts';
import type { Hashable, StateHash } from '../engine/hash.ts';
import { PTE_HUGE, pteMaps, ptePfn } from './pte.ts';
import { ENTRIES, entryIndex, RadixTable, spanOf, type Table } from './radixTable.ts';

/** Pages share an object of the access log in turn: pages that are near each other have different ones. */
const OBJECTS = 64;

export class PageTable implements Hashable {
  readonly radix: RadixTable;
  private readonly engine: Engine;
  private readonly object: number;

  constructor(engine: Engine) {
    this.engine = engine;
    this.radix = new RadixTable(engine.words);
    this.object = engine.access.reserve(OBJECTS, 'host PTEs');
  }

  /** The table whose entry maps a page, or would: of level 1, or of a higher level where a huge leaf maps it. */
  tableOf(page: number): Table | null {
    const leaf = this.radix.leafTable(page);
    if (leaf !== null) return leaf;
    const table = this.radix.lowest(page);
    return table.words[2 * entryIndex(page, table.level)] & PTE_HUGE ? table : null;
  }

  /** The level of the leaf that maps a page; 1 where nothing does. */
  levelOf(page: number): number {
    return this.tableOf(page)?.level ?? 1;
  }

  /** Reports to a search that something depends on the size of the leaf that maps a page. */
  noteLevelRead(page: number): void {
    if (this.engine.access.on) this.engine.access.read(this.objectOf(page));
  }

  /** The low half of the entry of a page; 0 where there is none. */
  low(page: number): number {
    if (this.engine.access.on) this.engine.access.read(this.objectOf(page));
    const table = this.tableOf(page);
    return table === null ? 0 : table.words[2 * entryIndex(page, table.level)];
  }

  /** The frame that the entry of a page maps. Only valid where it maps one, or its frame is on the move. */
  pfn(page: number): number {
    const table = this.tableOf(page)!;
    const at = 2 * entryIndex(page, table.level);
    return ptePfn(table.words[at], table.words[at + 1]) + (page % spanOf(table.level));
  }

  /** Writes the entry of a page in a level-1 table, which it makes where it is missing. */
  write(page: number, low: number, high: number): void {
    if (this.engine.access.on) this.engine.access.write(this.objectOf(page));
    const leaf = this.radix.leafTable(page) ?? this.radix.ensure(page, 1);
    writeEntry(leaf, entryIndex(page, 1), low, high);
  }

  /** Writes a huge leaf. There must be no tables below it. */
  writeHuge(page: number, level: number, low: number, high: number): void {
    this.note(page, page + spanOf(level));
    const table = this.radix.ensure(page, level);
    writeEntry(table, entryIndex(page, level), low, high);
  }

  /** Takes away the level-1 table of a 2 MiB range, for a huge leaf to take its place. */
  dropTable(page: number): void {
    const parent = this.radix.lowest(page, 2);
    const index = entryIndex(page, 2);
    if (parent.level === 2 && parent.child(index) !== undefined) this.radix.detach(parent, index);
  }

  /** Takes away the level-1 tables of pages [start, end) that lie in it as a whole and have no entry. */
  dropEmptyTables(start: number, end: number): void {
    const empty: number[] = [];
    if (end - start < ENTRIES) return;
    this.radix.forEachTable(start, end, ({ level, live, base }) => {
      if (level === 1 && live === 0 && base >= start && base + ENTRIES <= end) empty.push(base);
    });
    for (const base of empty) this.dropTable(base);
  }

  /**
   * Splits the huge leaf that maps `page` into leaves one level down; contents and rights stay. `countEach` is told
   * of each new leaf's first frame.
   */
  split(page: number): void {
    const table = this.tableOf(page);
    if (table === null || table.level === 1) return;
    const span = spanOf(table.level);
    this.note(page - (page % span), page - (page % span) + span);
    const at = 2 * entryIndex(page, table.level);
    const low = table.words[at];
    const pfn = ptePfn(low, table.words[at + 1]);
    writeEntry(table, at / 2, 0, 0);
    const below = this.radix.ensure(page, table.level - 1);
    const step = spanOf(below.level);
    const keep = below.level > 1 ? 0xfff : 0xfff & ~PTE_HUGE;
    for (let index = 0; index < ENTRIES; index++) {
      const frame = pfn + index * step;
      writeEntry(below, index, ((frame & 0xfffff) << 12) | (low & keep), frame >>> 20);
    }
  }

  /**
   * Calls `visit` for every entry of pages [start, end) that is not zero, with its first page, its level and its
   * halves. The visitor may write the entry through the table it gets, but must make or drop no tables.
   */
  forEach(
    start: number,
    end: number,
    visit: (page: number, table: Table, index: number, low: number) => void,
  ): void {
    this.radix.forEachTable(start, end, (table, first, last) => {
      const words = table.words;
      const span = spanOf(table.level);
      if (table.level === 1 && table.live === 0) return;
      for (let index = first; index <= last; index++) {
        const low = words[2 * index];
        if (low !== 0 && (table.level === 1 || low & PTE_HUGE))
          visit(table.base + index * span, table, index, low);
      }
    });
  }

  /** Reports a write to pages [start, end) to a search. */
  note(start: number, end: number): void {
    if (!this.engine.access.on) return;
    for (let i = 0; i < Math.min(OBJECTS, end - start); i++)
      this.engine.access.write(this.objectOf(start + i));
  }

  /** Number of pages that are mapped. */
  mappedPages(): number {
    let pages = 0;
    this.forEach(0, 2 ** 36, (_, table, __, low) => {
      if (pteMaps(low)) pages += spanOf(table.level);
    });
    return pages;
  }

  hashInto(hash: StateHash): void {
    this.forEach(0, 2 ** 36, (page, table, index, low) => {
      hash
        .add(page)
        .add(table.level)
        .add(low)
        .add(table.words[2 * index + 1]);
    });
  }

  private objectOf(page: number): number {
    return this.object + (page % OBJECTS);
  }
}

/** Writes one entry of a table and keeps its count of entries. */
export function writeEntry(table: Table, index: number, low: number, high: number): void {
  const before = table.words[2 * index];
  table.writable[2 * index] = low;
  table.writable[2 * index + 1] = high;
  if (before === 0 && low !== 0) table.live++;
  else if (before !== 0 && low === 0) table.live--;
}
