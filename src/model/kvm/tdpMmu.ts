/**
 * The second stage of translation as KVM keeps it today: one radix tree a root, whose entries are SPTEs
 * (arch/x86/kvm/mmu/tdp_mmu.c).
 */
import type { SecureEpt } from '../arch/secureEpt.ts';
import type { Engine } from '../engine/engine.ts';
import type { Hashable, StateHash } from '../engine/hash.ts';
import { NO_PFN } from '../host/frames.ts';
import { entryIndex, RadixTable, type Table } from '../host/radixTable.ts';
import type { Fate } from './pinning.ts';
import { SPTE_MMU_PRESENT, type SpteFormat, sptePfn } from './spte.ts';
import { FILTER_PRIVATE, FILTER_SHARED, type ZapReason } from './zap.ts';

/** The bits of an entry that hold the frame number. */
const PFN_LOW = ~0xfff;
const PFN_HIGH = 0xfffff;

/** Entries share an object of the access log in turn: those that are near each other have different ones. */
const OBJECTS = 64;

/** What an SPTE says, for checks and for drawing. */
export interface SpteView {
  readonly pfn: number;
  readonly present: boolean;
  readonly writable: boolean;
  readonly pinned: boolean;
  /** The entry itself. */
  readonly low: number;
  readonly high: number;
}

/** Asked about every leaf that is to be zapped (`present`), and every pinned one that was zapped before. */
export type ZapJudge = (
  gfn: number,
  pfn: number,
  entry: {
    readonly present: boolean;
    readonly pinned: boolean;
    readonly reason: ZapReason;
    /** Kinds of mappings meant. */
    readonly filter: number;
  },
) => Fate;

export class TdpMmu implements Hashable {
  /** The tree hardware walks for shared accesses, and for all of them where there is one root. */
  readonly direct: RadixTable;
  /** The tree of private mappings, where the VM type keeps them apart (TDX). */
  readonly mirror: RadixTable | null;
  /** Leaf entries that are present. */
  mapped = 0;
  /** Decides what becomes of entries that are to be zapped; all go where there is nobody to decide. */
  judge: ZapJudge | null = null;
  /** Told of leaves under the mirror root that come and go. */
  secureEpt: SecureEpt | null = null;
  private readonly engine: Engine;
  private readonly format: SpteFormat;
  private readonly object: number;

  /** Told of the frame of every leaf that goes from the root of private mappings. */
  onPrivateRemoved: ((pfn: number) => void) | undefined;

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
    const leaf = this.rootFor(isPrivate).leafTable(gfn);
    if (leaf === null) return NO_PFN;
    const at = 2 * entryIndex(gfn, 1);
    const low = leaf.words[at];
    const format = this.format;
    if ((low & SPTE_MMU_PRESENT) === 0) return NO_PFN;
    if (write) {
      if ((low & format.write) === 0) return NO_PFN;
      leaf.words[at] = low | format.accessed | format.dirty;
    } else {
      leaf.words[at] = low | format.accessed;
    }
    return sptePfn(low, leaf.words[at + 1]);
  }

  /** The frame that gfn is mapped to for an access of that kind, or NO_PFN, without setting any bit of the entry. */
  peek(gfn: number, isPrivate: boolean): number {
    if (this.engine.access.on) this.engine.access.read(this.objectOf(gfn));
    const leaf = this.rootFor(isPrivate).leafTable(gfn);
    if (leaf === null) return NO_PFN;
    const at = 2 * entryIndex(gfn, 1);
    const low = leaf.words[at];
    return low & SPTE_MMU_PRESENT ? sptePfn(low, leaf.words[at + 1]) : NO_PFN;
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
    const leaf = this.rootFor(isPrivate).leafTable(gfn);
    if (leaf === null) return null;
    const at = 2 * entryIndex(gfn, 1);
    const low = leaf.words[at];
    const high = leaf.words[at + 1];
    if (low === 0 && high === 0) return null;
    return {
      pfn: sptePfn(low, high),
      present: (low & SPTE_MMU_PRESENT) !== 0,
      writable: (low & this.format.write) !== 0,
      pinned: (high & this.format.pinnedHigh) !== 0,
      low,
      high,
    };
  }

  /** The frame of a pinned entry that maps nothing any more, or NO_PFN. */
  keptPfn(gfn: number, isPrivate: boolean): number {
    const leaf = this.rootFor(isPrivate).leafTable(gfn);
    if (leaf === null) return NO_PFN;
    const at = 2 * entryIndex(gfn, 1);
    const low = leaf.words[at];
    const high = leaf.words[at + 1];
    return low & SPTE_MMU_PRESENT || (high & this.format.pinnedHigh) === 0 ? NO_PFN : sptePfn(low, high);
  }

  /** Installs a 4 KiB leaf. Called with mmu_lock held; false where an equal entry was there (a spurious fault). */
  install(gfn: number, pfn: number, writable: boolean, isPrivate: boolean, pinned = false): boolean {
    if (this.engine.access.on) this.engine.access.write(this.objectOf(gfn));
    const root = this.rootFor(isPrivate);
    const leaf = root.leafTable(gfn) ?? root.ensure(gfn, 1);
    const at = 2 * entryIndex(gfn, 1);
    const format = this.format;
    const before = leaf.words[at];
    const present = (before & SPTE_MMU_PRESENT) !== 0;
    if (
      present &&
      sptePfn(before, leaf.words[at + 1]) === pfn &&
      (!writable || (before & format.write) !== 0)
    ) {
      return false;
    }
    let low = ((pfn & 0xfffff) << 12) | SPTE_MMU_PRESENT | format.read | format.writeBack | format.accessed;
    let high = pfn >>> 20;
    if (writable) {
      low |= format.write | format.dirty | format.hostWritableLow | format.mmuWritableLow;
      high |= format.hostWritableHigh | format.mmuWritableHigh;
    }
    if (pinned) high |= format.pinnedHigh;
    if (before === 0 && leaf.words[at + 1] === 0) leaf.live++;
    leaf.words[at] = low;
    leaf.words[at + 1] = high;
    if (!present) {
      this.mapped++;
      if (isPrivate && this.mirror !== null) this.secureEpt?.augment(gfn);
    }
    return true;
  }

  /** Removes the leaves of gfns [start, end) from the roots that `filter` selects; returns how many there were. */
  zap(start: number, end: number, filter: number, reason: ZapReason = 'attributes'): number {
    if (this.mirror === null) return this.zapRoot(this.direct, start, end, filter, reason);
    let zapped = 0;
    if (filter & FILTER_SHARED) zapped += this.zapRoot(this.direct, start, end, FILTER_SHARED, reason);
    if (filter & FILTER_PRIVATE) zapped += this.zapRoot(this.mirror, start, end, FILTER_PRIVATE, reason);
    return zapped;
  }

  private zapRoot(root: RadixTable, start: number, end: number, filter: number, reason: ZapReason): number {
    // What is not there now must not have come meanwhile either.
    if (this.engine.access.on) this.noteRange(start, end);
    let zapped = 0;
    const removed: number[] | null = root === this.mirror ? [] : null;
    root.forEachTable(start, end, (table, first, last) => {
      if (table.level !== 1 || table.live === 0) return;
      for (let index = first; index <= last; index++) {
        const gone = this.zapLeaf(table, index, filter, reason);
        if (gone > 0) removed?.push(table.base + index);
        zapped += gone;
      }
    });
    this.mapped -= zapped;
    if (removed !== null) this.removeFromModule(removed);
    return zapped;
  }

  /** What the TDX module wants: every page blocked, one TRACK, then every page removed. */
  private removeFromModule(gfns: readonly number[]): void {
    const { secureEpt } = this;
    if (secureEpt === null || gfns.length === 0) return;
    for (const gfn of gfns) secureEpt.block(gfn);
    secureEpt.track();
    for (const gfn of gfns) secureEpt.remove(gfn);
  }

  /** Zaps one entry as the judge says. Returns 1 where it mapped something and does so no more. */
  private zapLeaf(table: Table, index: number, filter: number, reason: ZapReason): number {
    const { words } = table;
    const low = words[2 * index];
    const high = words[2 * index + 1];
    const present = (low & SPTE_MMU_PRESENT) !== 0;
    const pinned = (high & this.format.pinnedHigh) !== 0;
    if (!present && !pinned) return 0;
    const gfn = table.base + index;
    const fate =
      this.judge === null ? 'drop' : this.judge(gfn, sptePfn(low, high), { present, pinned, reason, filter });
    if (fate === 'keep') return 0;
    if (present && filter === FILTER_PRIVATE && this.mirror !== null)
      this.onPrivateRemoved?.(sptePfn(low, high));
    if (this.engine.access.on) this.engine.access.write(this.objectOf(gfn));
    if (fate === 'keep-pinned') {
      words[2 * index] = low & PFN_LOW;
      words[2 * index + 1] = (high & PFN_HIGH) | this.format.pinnedHigh;
    } else {
      words[2 * index] = 0;
      words[2 * index + 1] = 0;
      table.live--;
    }
    return present ? 1 : 0;
  }

  private noteRange(start: number, end: number): void {
    const count = Math.min(end - start, OBJECTS);
    for (let i = 0; i < count; i++) this.engine.access.read(this.objectOf(start + i));
  }

  private objectOf(gfn: number): number {
    return this.object + (gfn % OBJECTS);
  }

  private rootFor(isPrivate: boolean): RadixTable {
    return isPrivate && this.mirror !== null ? this.mirror : this.direct;
  }

  hashInto(hash: StateHash): void {
    for (const root of this.mirror === null ? [this.direct] : [this.direct, this.mirror]) {
      root.forEachTable(0, 2 ** 36, table => {
        if (table.level !== 1) return;
        for (let i = 0; i < table.words.length; i += 2) {
          if (table.words[i] === 0 && table.words[i + 1] === 0) continue;
          hash
            .add(table.base + i / 2)
            .add(table.words[i])
            .add(table.words[i + 1]);
        }
      });
    }
  }
}
