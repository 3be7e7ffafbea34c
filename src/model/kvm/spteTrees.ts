/**
 * The trees of SPTEs that hardware walks, and what can be read of them. Leaves map 4 KiB, 2 MiB or 1 GiB.
 */
import type { Engine } from '../engine/engine.ts';
import type { Hashable, StateHash } from '../engine/hash.ts';
import { NO_PFN } from '../host/frames.ts';
import { ENTRIES, entryIndex, RadixTable, spanOf, type Table } from '../host/radixTable.ts';
import { PFN_HIGH, PFN_LOW, SPTE_HUGE, SPTE_MMU_PRESENT, type SpteFormat, sptePfn } from './spte.ts';

/** Entries share an object of the access log in turn: those that are near each other have different ones. */
const OBJECTS = 64;

/** What an SPTE says, for checks and for drawing. */
export interface SpteView {
  readonly pfn: number;
  readonly present: boolean;
  readonly writable: boolean;
  readonly accessed: boolean;
  readonly pinned: boolean;
  /** 1 for 4 KiB, 2 for 2 MiB, 3 for 1 GiB. */
  readonly level: number;
  /** The entry itself. */
  readonly low: number;
  readonly high: number;
}

/** The halves of a leaf, and its level. */
export interface Leaf {
  readonly low: number;
  readonly high: number;
  readonly level: number;
}

export class SpteTrees implements Hashable {
  /** The tree hardware walks for shared accesses, and for all of them where there is one root. */
  readonly direct: RadixTable;
  /** The tree of private mappings, where the VM type keeps them apart (TDX). */
  readonly mirror: RadixTable | null;
  /** Leaf entries that are present, of every size. */
  mapped = 0;
  /** The same by level: 1 for 4 KiB, 2 for 2 MiB, 3 for 1 GiB. */
  readonly leaves: number[] = [0, 0, 0, 0];
  protected readonly engine: Engine;
  protected readonly format: SpteFormat;
  private readonly object: number;

  constructor(engine: Engine, format: SpteFormat, mirrorRoot: boolean) {
    this.engine = engine;
    this.format = format;
    this.direct = new RadixTable(engine.words);
    this.mirror = mirrorRoot ? new RadixTable(engine.words) : null;
    this.object = engine.access.reserve(OBJECTS, 'SPTEs');
  }

  /**
   * What hardware does on an access: walks to the entry and sets its accessed and dirty bits.
   *
   * @returns the frame, or NO_PFN where the access faults.
   */
  translate(gfn: number, write: boolean, isPrivate: boolean): number {
    if (this.engine.access.on) this.engine.access.read(this.objectOf(gfn));
    const table = tableOf(this.rootFor(isPrivate), gfn);
    if (table === null) return NO_PFN;
    const at = 2 * entryIndex(gfn, table.level);
    const low = table.words[at];
    const format = this.format;
    if ((low & SPTE_MMU_PRESENT) === 0) return NO_PFN;
    if (write) {
      if ((low & format.write) === 0) return NO_PFN;
      table.writable[at] = low | format.accessed | format.dirty;
    } else {
      table.writable[at] = low | format.accessed;
    }
    return frameIn(table, gfn, low, table.words[at + 1]);
  }

  /** The frame that gfn is mapped to for an access of that kind, or NO_PFN, without setting any bit of the entry. */
  peek(gfn: number, isPrivate: boolean): number {
    if (this.engine.access.on) this.engine.access.read(this.objectOf(gfn));
    const found = this.entry(gfn, isPrivate);
    return found?.present ? found.pfn : NO_PFN;
  }

  /** Whether gfn is mapped, for an access of that kind, without touching anything. */
  isMapped(gfn: number, isPrivate: boolean): boolean {
    return this.entry(gfn, isPrivate)?.present === true;
  }

  /**
   * The SPTE of a gfn, without setting a bit and without telling a search; null where there is none. A property of a
   * race asks `peek` as well, which tells the search what it depends on.
   */
  entry(gfn: number, isPrivate: boolean): SpteView | null {
    const table = tableOf(this.rootFor(isPrivate), gfn);
    if (table === null) return null;
    const at = 2 * entryIndex(gfn, table.level);
    const low = table.words[at];
    const high = table.words[at + 1];
    if (low === 0 && high === 0) return null;
    return {
      pfn: frameIn(table, gfn, low, high),
      present: (low & SPTE_MMU_PRESENT) !== 0,
      writable: (low & this.format.write) !== 0,
      accessed: (low & this.format.accessed) !== 0,
      pinned: (high & this.format.pinnedHigh) !== 0,
      level: table.level,
      low,
      high,
    };
  }

  /** The frame that a pinned entry of `level` names, whether it maps it or was left behind by a zap; or NO_PFN. */
  keptPfn(gfn: number, isPrivate: boolean, level = 1): number {
    const table = this.rootFor(isPrivate).lowest(gfn, level);
    return table.level === level ? this.keptIn(table, gfn) : NO_PFN;
  }

  /** The frame that the entry of a table for gfn names, where it is a pinned leaf; or NO_PFN. */
  protected keptIn(table: Table, gfn: number): number {
    const at = 2 * entryIndex(gfn, table.level);
    const low = table.words[at];
    const high = table.words[at + 1];
    if ((high & this.format.pinnedHigh) === 0) return NO_PFN;
    return frameIn(table, gfn, low, high);
  }

  /** Splits huge leaves that map gfn until one of `level` does, if any does. */
  splitTo(root: RadixTable, gfn: number, level: number): void {
    for (let table = tableOf(root, gfn); table !== null && table.level > level; table = tableOf(root, gfn)) {
      this.splitLeaf(root, table, gfn);
    }
  }

  /** Calls `visit` for every present leaf that overlaps gfns [start, end). */
  forEachLeaf(
    root: RadixTable,
    start: number,
    end: number,
    visit: (table: Table, index: number) => void,
  ): void {
    root.forEachTable(start, end, (table, first, last) => {
      if (table.live === 0) return;
      for (let index = first; index <= last; index++) {
        if (table.words[2 * index] & SPTE_MMU_PRESENT) visit(table, index);
      }
    });
  }

  /**
   * The first leaf that is present in the table below the direct root's entry of `level` for gfn, or further below; null
   * where there is none (tdp_mmu_make_huge_spte). A large leaf in place of that table takes its rights.
   */
  firstLeafBelow(gfn: number, level: number): Leaf | null {
    const table = this.direct.lowest(gfn, level - 1);
    if (table.level >= level) return null;
    const first = gfn - (gfn % spanOf(level));
    if (this.engine.access.on) this.noteRange(first, first + spanOf(level));
    let found: Leaf | null = null;
    this.forEachLeaf(this.direct, first, first + spanOf(level), ({ words, level: at }, index) => {
      found ??= { low: words[2 * index], high: words[2 * index + 1], level: at };
    });
    return found;
  }

  /**
   * Puts a large leaf in place of the table below the direct root's entry of `level` for gfn, with the rights of one leaf
   * that was in it; the table goes with all it has. False where the table is gone meanwhile.
   */
  putLarge(gfn: number, level: number, leaf: Leaf): boolean {
    const root = this.direct;
    const table = root.lowest(gfn, level);
    const index = entryIndex(gfn, level);
    if (table.level !== level || table.child(index) === undefined) return false;
    const span = spanOf(level);
    const first = gfn - (gfn % span);
    this.noteWrites(first, span);
    this.forEachLeaf(root, first, first + span, at => this.count(at.level, -1));
    root.detach(table, index);
    const pfn = sptePfn(leaf.low, leaf.high);
    const head = pfn - (pfn % span);
    table.writable[2 * index] = ((head & 0xfffff) << 12) | (leaf.low & ~PFN_LOW) | SPTE_HUGE;
    table.writable[2 * index + 1] = (leaf.high & ~PFN_HIGH) | (head >>> 20);
    table.live++;
    this.count(level, 1);
    return true;
  }

  hashInto(hash: StateHash): void {
    for (const root of this.mirror === null ? [this.direct] : [this.direct, this.mirror]) {
      root.forEachTable(0, 2 ** 36, table => {
        if (table.live === 0) return;
        for (let i = 0; i < table.words.length; i += 2) {
          if (table.words[i] === 0 && table.words[i + 1] === 0) continue;
          hash
            .add(table.level)
            .add(table.base + (i / 2) * spanOf(table.level))
            .add(table.words[i])
            .add(table.words[i + 1]);
        }
      });
    }
  }

  /** One leaf becomes 512 of the level below, with the same rights. */
  private splitLeaf(root: RadixTable, table: Table, gfn: number): void {
    const level = table.level;
    const at = 2 * entryIndex(gfn, level);
    const low = table.words[at];
    const high = table.words[at + 1];
    const span = spanOf(level - 1);
    const first = gfn - (gfn % spanOf(level));
    this.noteWrites(first, spanOf(level));
    table.writable[at] = 0;
    table.writable[at + 1] = 0;
    table.live--;
    const child = root.ensure(gfn, level - 1);
    const flags = (low & ~PFN_LOW & (level === 2 ? ~SPTE_HUGE : ~0)) | 0;
    const head = sptePfn(low, high);
    const { writable } = child;
    for (let i = 0; i < ENTRIES; i++) {
      const pfn = head + i * span;
      writable[2 * i] = ((pfn & 0xfffff) << 12) | flags;
      writable[2 * i + 1] = (high & ~PFN_HIGH) | (pfn >>> 20);
    }
    child.live = ENTRIES;
    this.count(level, -1);
    this.count(level - 1, ENTRIES);
  }

  protected count(level: number, by: number): void {
    this.mapped += by;
    this.leaves[level] += by;
  }

  protected noteRange(start: number, end: number): void {
    const count = Math.min(end - start, OBJECTS);
    for (let i = 0; i < count; i++) this.engine.access.read(this.objectOf(start + i));
  }

  protected noteWrites(start: number, span: number): void {
    if (!this.engine.access.on) return;
    for (let i = Math.min(span, OBJECTS); i > 0; i--) this.engine.access.write(this.objectOf(start + i - 1));
  }

  protected objectOf(gfn: number): number {
    return this.object + (gfn % OBJECTS);
  }

  protected rootFor(isPrivate: boolean): RadixTable {
    return isPrivate && this.mirror !== null ? this.mirror : this.direct;
  }
}

/** The table whose entry maps gfn, or would: of level 1, or of a higher level where a huge leaf maps it. */
export function tableOf(root: RadixTable, gfn: number): Table | null {
  const leaf = root.leafTable(gfn);
  if (leaf !== null) return leaf;
  const table = root.lowest(gfn);
  return table.words[2 * entryIndex(gfn, table.level)] & SPTE_HUGE ? table : null;
}

/** The frame of gfn in the leaf that maps it. */
function frameIn(table: Table, gfn: number, low: number, high: number): number {
  const pfn = sptePfn(low, high);
  return table.level === 1 ? pfn : pfn + (gfn % spanOf(table.level));
}
