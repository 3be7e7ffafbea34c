/**
 * The second stage of translation as KVM keeps it today: one radix tree a root, whose entries are SPTEs
 * (arch/x86/kvm/mmu/tdp_mmu.c). Leaves map 4 KiB, 2 MiB or 1 GiB.
 */
import type { SecureEpt } from '../arch/secureEpt.ts';
import type { Engine } from '../engine/engine.ts';
import { NO_PFN } from '../host/frames.ts';
import { ENTRIES, entryIndex, type RadixTable, spanOf, type Table } from '../host/radixTable.ts';
import type { Fate } from './pinning.ts';
import {
  makeSpte,
  PFN_HIGH,
  PFN_LOW,
  SPTE_HUGE,
  SPTE_MMU_PRESENT,
  type SpteFormat,
  sptePfn,
} from './spte.ts';
import { SpteTrees, tableOf } from './spteTrees.ts';
import { FILTER_PRIVATE, FILTER_SHARED, type ZapReason } from './zap.ts';

/** What a write fault finds before it takes any lock. */
export type FastFault =
  /** It has to go the long way. */
  | 'none'
  /** The access is allowed by now. */
  | 'spurious'
  /** The page was only protected to notice this write, and is writable again. */
  | 'fixed';

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

export class TdpMmu extends SpteTrees {
  /** Decides what becomes of entries that are to be zapped; all go where there is nobody to decide. */
  judge: ZapJudge | null = null;
  /** Leaves under the mirror root may be large. */
  largePrivate = false;
  /** Whether writes to a page are logged, so that a large leaf around it must not become writable without a lock. */
  isLogged: (gfn: number) => boolean = () => true;
  /** Told of leaves under the mirror root that come and go. */
  secureEpt: SecureEpt | null = null;
  private generations = 0;
  private readonly generationObject: number;

  constructor(engine: Engine, format: SpteFormat, mirrorRoot: boolean) {
    super(engine, format, mirrorRoot);
    this.generationObject = engine.access.reserve(1, 'mmu_valid_gen');
  }

  /** Number of times that every root was thrown away: a fault that began under an older one starts over. */
  get generation(): number {
    this.engine.access.read(this.generationObject);
    return this.generations;
  }

  /** The lockless path of a write fault (fast_page_fault): makes a page writable that was protected to log its writes. */
  fastFault(gfn: number, isPrivate: boolean): FastFault {
    if (this.engine.access.on) this.engine.access.read(this.objectOf(gfn));
    const table = tableOf(this.rootFor(isPrivate), gfn);
    if (table === null) return 'none';
    const { format } = this;
    const at = 2 * entryIndex(gfn, table.level);
    const low = table.words[at];
    const high = table.words[at + 1];
    if ((low & SPTE_MMU_PRESENT) === 0) return 'none';
    if (low & format.write) return 'spurious';
    const may =
      (low & format.mmuWritableLow) === format.mmuWritableLow &&
      (high & format.mmuWritableHigh) === format.mmuWritableHigh;
    if (!may) return 'none';
    // A huge page would be writable as a whole, and its pages logged one by one.
    if (table.level > 1 && this.isLogged(gfn)) return 'none';
    if (this.engine.access.on) this.noteWrites(gfn - (gfn % spanOf(table.level)), spanOf(table.level));
    table.writable[at] = low | format.write | format.dirty;
    return 'fixed';
  }

  /**
   * Installs the leaf of `level` that maps gfn, splitting a larger one in its way and dropping smaller ones. Called with
   * mmu_lock held.
   *
   * @param pfn frame of gfn itself.
   * @param pinned whether the entry says that the frame is pinned.
   * @param type memory-type bits of the entry.
   * @param accessed false where nobody has asked for the page yet.
   * @returns false where the access was allowed already (a spurious fault).
   */
  install(
    gfn: number,
    pfn: number,
    writable: boolean,
    isPrivate: boolean,
    pinned = false,
    level = 1,
    type = this.format.writeBack,
    accessed = true,
  ): boolean {
    const root = this.rootFor(isPrivate);
    const span = spanOf(level);
    const first = gfn - (gfn % span);
    this.noteWrites(first, span);
    const table = this.tableFor(root, gfn, level);
    const at = 2 * entryIndex(gfn, level);
    const before = table.words[at];
    const present = (before & SPTE_MMU_PRESENT) !== 0;
    const head = pfn - (gfn - first);
    if (
      present &&
      sptePfn(before, table.words[at + 1]) === head &&
      (!writable || (before & this.format.write) !== 0)
    ) {
      return false;
    }
    if (before === 0 && table.words[at + 1] === 0) table.live++;
    makeSpte(this.format, table.writable, at, head, type, {
      writable,
      pinned,
      accessed,
      huge: level > 1,
    });
    if (!present) {
      this.count(level, 1);
      if (root === this.mirror) this.secureEpt?.augment(first, level);
    }
    return true;
  }

  /** Splits or drops what is in the way of a leaf of `level` for gfn. Called with mmu_lock held, before `install`. */
  clearWay(gfn: number, isPrivate: boolean, level: number): void {
    this.tableFor(this.rootFor(isPrivate), gfn, level);
  }

  /** Removes the leaves that overlap gfns [start, end) from the roots that `filter` selects; returns how many. */
  zap(start: number, end: number, filter: number, reason: ZapReason = 'attributes'): number {
    let zapped = 0;
    if (this.mirror === null) zapped = this.zapRoot(this.direct, start, end, filter, reason);
    else {
      if (filter & FILTER_SHARED) zapped += this.zapRoot(this.direct, start, end, FILTER_SHARED, reason);
      if (filter & FILTER_PRIVATE) zapped += this.zapRoot(this.mirror, start, end, FILTER_PRIVATE, reason);
    }
    if (reason === 'slot' && end === Number.MAX_SAFE_INTEGER) this.dropRoots();
    return zapped;
  }

  /**
   * Makes shared leaves of gfns [start, end) read-only, so that the next write to each page faults; huge ones are split
   * first. Returns how many changed. Called with mmu_lock held for writing.
   */
  writeProtect(start: number, end: number): number {
    for (const gfn of [start, end - 1]) this.splitTo(this.direct, gfn, 1);
    let changed = 0;
    const huge: number[] = [];
    const protect = (table: Table, index: number) => {
      if ((table.words[2 * index] & this.format.write) === 0) return;
      this.noteWrites(table.base + index, 1);
      table.writable[2 * index] &= ~this.format.write;
      changed++;
    };
    this.forEachLeaf(this.direct, start, end, (table, index) => {
      if (table.level > 1) huge.push(table.base + index * spanOf(table.level), spanOf(table.level));
      else protect(table, index);
    });
    for (let i = 0; i < huge.length; i += 2) {
      for (let gfn = huge[i]; gfn < huge[i] + huge[i + 1]; gfn += ENTRIES) this.splitTo(this.direct, gfn, 1);
      this.forEachLeaf(this.direct, huge[i], huge[i] + huge[i + 1], protect);
    }
    return changed;
  }

  protected zapRoot(root: RadixTable, start: number, end: number, filter: number, reason: ZapReason): number {
    // What is not there now must not have come meanwhile either.
    if (this.engine.access.on) this.noteRange(start, end);
    let zapped = 0;
    const removed: number[] | null = root === this.mirror ? [] : null;
    // What a large leaf holds beyond the range would be lost with it (kvm_split_cross_boundary_leafs, as posted).
    if (removed !== null && this.largePrivate) {
      if (start % ENTRIES !== 0) this.splitTo(root, start, 1);
      if (end % ENTRIES !== 0) this.splitTo(root, end, 1);
    }
    root.forEachTable(start, end, (table, first, last) => {
      if (table.live === 0) return;
      for (let index = first; index <= last; index++) {
        if (this.zapLeaf(table, index, filter, reason) === NO_PFN) continue;
        zapped++;
        removed?.push(table.base + index * spanOf(table.level));
      }
    });
    if (removed !== null) this.removeFromModule(removed);
    return zapped;
  }

  /** Splits huge leaves on the way to gfn; under the mirror root the module demotes the page first. */
  override splitTo(root: RadixTable, gfn: number, level: number): void {
    const { secureEpt } = this;
    if (this.largePrivate && root === this.mirror && secureEpt !== null && secureEpt.levelOf(gfn) > level) {
      secureEpt.block(gfn);
      secureEpt.track();
      secureEpt.demote(gfn);
    }
    super.splitTo(root, gfn, level);
  }

  /** What the TDX module wants: every page blocked, one TRACK, then every page removed. */
  private removeFromModule(gfns: readonly number[]): void {
    const { secureEpt } = this;
    if (secureEpt === null || gfns.length === 0) return;
    for (const gfn of gfns) secureEpt.block(gfn);
    // safety: secure-ept-tracks
    secureEpt.track();
    for (const gfn of gfns) secureEpt.remove(gfn);
  }

  /** Zaps one entry as the judge says. Returns its frame where it mapped one and does so no more, else NO_PFN. */
  protected zapLeaf(table: Table, index: number, filter: number, reason: ZapReason): number {
    const { words } = table;
    const low = words[2 * index];
    const high = words[2 * index + 1];
    const present = (low & SPTE_MMU_PRESENT) !== 0;
    const pinned = (high & this.format.pinnedHigh) !== 0;
    if (!present && !pinned) return NO_PFN;
    const span = spanOf(table.level);
    const gfn = table.base + index * span;
    const pfn = sptePfn(low, high);
    const fate = this.judge === null ? 'drop' : this.judge(gfn, pfn, { present, pinned, reason, filter });
    if (fate === 'keep') return NO_PFN;
    this.noteWrites(gfn, span);
    const { writable } = table;
    if (fate === 'keep-pinned') {
      writable[2 * index] = low & (PFN_LOW | SPTE_HUGE);
      writable[2 * index + 1] = (high & PFN_HIGH) | this.format.pinnedHigh;
    } else {
      writable[2 * index] = 0;
      writable[2 * index + 1] = 0;
      table.live--;
    }
    if (!present) return NO_PFN;
    this.count(table.level, -1);
    return pfn;
  }

  /** The table of `level` for gfn, with nothing larger or smaller in the way. */
  protected tableFor(root: RadixTable, gfn: number, level: number): Table {
    if (level === 1) {
      const leaf = root.leafTable(gfn);
      if (leaf !== null) return leaf;
    }
    this.splitTo(root, gfn, level);
    const table = root.ensure(gfn, level);
    const index = entryIndex(gfn, level);
    if (level > 1 && table.child(index) !== undefined) {
      const span = spanOf(level);
      const first = gfn - (gfn % span);
      this.zapRoot(root, first, first + span, FILTER_SHARED | FILTER_PRIVATE, 'resize');
      root.detach(table, index);
    }
    return table;
  }

  /** Every root is obsolete: faults under way start over, and tables that hold nothing go. */
  protected dropRoots(): void {
    this.engine.access.write(this.generationObject);
    this.generations++;
    for (const root of this.mirror === null ? [this.direct] : [this.direct, this.mirror]) {
      const top = root.root;
      for (let index = top.childrenFrom; index < top.childrenEnd; index++) {
        const child = top.child(index);
        if (child !== undefined && isEmpty(child)) root.detach(top, index);
      }
    }
  }
}

/** Whether neither a table nor any below it has an entry. */
export function isEmpty(table: Table): boolean {
  if (table.live > 0) return false;
  for (let index = table.childrenFrom; index < table.childrenEnd; index++) {
    const child = table.child(index);
    if (child !== undefined && !isEmpty(child)) return false;
  }
  return true;
}
