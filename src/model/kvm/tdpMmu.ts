/**
 * The second stage of translation as KVM keeps it today: one radix tree a root, whose entries are SPTEs
 * (arch/x86/kvm/mmu/tdp_mmu.c).
 */
import type { Engine } from '../engine/engine.ts';
import type { Hashable, StateHash } from '../engine/hash.ts';
import { NO_PFN } from '../host/frames.ts';
import { entryIndex, RadixTable } from '../host/radixTable.ts';
import { SPTE_MMU_PRESENT, type SpteFormat, sptePfn } from './spte.ts';
import { FILTER_PRIVATE, FILTER_SHARED } from './zap.ts';

export class TdpMmu implements Hashable {
  /** The tree hardware walks for shared accesses, and for all of them where there is one root. */
  readonly direct: RadixTable;
  /** The tree of private mappings, where the VM type keeps them apart (TDX). */
  readonly mirror: RadixTable | null;
  /** Leaf entries that are present. */
  mapped = 0;
  private readonly engine: Engine;
  private readonly format: SpteFormat;
  private readonly object: number;

  constructor(engine: Engine, format: SpteFormat, mirrorRoot: boolean) {
    this.engine = engine;
    this.format = format;
    this.direct = new RadixTable(engine.words);
    this.mirror = mirrorRoot ? new RadixTable(engine.words) : null;
    this.object = engine.access.reserve(1, 'SPTEs');
  }

  /**
   * What hardware does on an access: walks to the entry and sets its accessed and dirty bits.
   *
   * @returns the frame, or NO_PFN where the access faults.
   */
  translate(gfn: number, write: boolean, isPrivate: boolean): number {
    this.engine.access.read(this.object);
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
    this.engine.access.read(this.object);
    const leaf = this.rootFor(isPrivate).leafTable(gfn);
    if (leaf === null) return NO_PFN;
    const at = 2 * entryIndex(gfn, 1);
    const low = leaf.words[at];
    return low & SPTE_MMU_PRESENT ? sptePfn(low, leaf.words[at + 1]) : NO_PFN;
  }

  /** Whether gfn is mapped, for an access of that kind, without touching anything. */
  isMapped(gfn: number, isPrivate: boolean): boolean {
    const leaf = this.rootFor(isPrivate).leafTable(gfn);
    return leaf !== null && (leaf.words[2 * entryIndex(gfn, 1)] & SPTE_MMU_PRESENT) !== 0;
  }

  /** Installs a 4 KiB leaf. Called with mmu_lock held; false where an equal entry was there (a spurious fault). */
  install(gfn: number, pfn: number, writable: boolean, isPrivate: boolean): boolean {
    this.engine.access.write(this.object);
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
    leaf.words[at] = low;
    leaf.words[at + 1] = high;
    if (!present) {
      leaf.live++;
      this.mapped++;
    }
    return true;
  }

  /** Removes the leaves of gfns [start, end) from the roots that `filter` selects; returns how many there were. */
  zap(start: number, end: number, filter: number): number {
    if (this.mirror === null) return this.zapRoot(this.direct, start, end);
    let zapped = 0;
    if (filter & FILTER_SHARED) zapped += this.zapRoot(this.direct, start, end);
    if (filter & FILTER_PRIVATE) zapped += this.zapRoot(this.mirror, start, end);
    return zapped;
  }

  private zapRoot(root: RadixTable, start: number, end: number): number {
    this.engine.access.write(this.object);
    let zapped = 0;
    root.forEachTable(start, end, (table, first, last) => {
      if (table.level !== 1 || table.live === 0) return;
      for (let index = first; index <= last; index++) {
        if ((table.words[2 * index] & SPTE_MMU_PRESENT) === 0) continue;
        table.words[2 * index] = 0;
        table.words[2 * index + 1] = 0;
        table.live--;
        zapped++;
      }
    });
    this.mapped -= zapped;
    return zapped;
  }

  private rootFor(isPrivate: boolean): RadixTable {
    return isPrivate && this.mirror !== null ? this.mirror : this.direct;
  }

  hashInto(hash: StateHash): void {
    for (const root of this.mirror === null ? [this.direct] : [this.direct, this.mirror]) {
      root.forEachTable(0, 2 ** 36, table => {
        if (table.level !== 1) return;
        for (let i = 0; i < table.words.length; i += 2) {
          if (table.words[i] === 0) continue;
          hash
            .add(table.base + i / 2)
            .add(table.words[i])
            .add(table.words[i + 1]);
        }
      });
    }
  }
}
