/**
 * The second stage as KVM kept it until the TDP MMU came (__direct_map, arch/x86/kvm/mmu/mmu.c of 5.8 to 5.14): the same
 * entries, but changed by one CPU at a time, found by reverse maps, and in table pages of which a VM may have so many
 * and no more. The oldest give way.
 *
 * A table that lost its parent stays, with its entries, and is hung up again where its range is next faulted on. No
 * walk from the root finds it meanwhile; reverse maps do.
 */
import type { Engine } from '../../engine/engine.ts';
import type { StateHash } from '../../engine/hash.ts';
import { NO_PFN } from '../../host/frames.ts';
import { ENTRIES, entryIndex, type RadixTable, spanOf, Table } from '../../host/radixTable.ts';
import { SPTE_HUGE, type SpteFormat } from '../spte.ts';
import { isEmpty, TdpMmu } from '../tdpMmu.ts';
import { FILTER_PRIVATE, FILTER_SHARED, type ZapReason } from '../zap.ts';
import { Rmaps } from './rmaps.ts';

/** Fewest table pages that a VM may be limited to (KVM_MIN_ALLOC_MMU_PAGES, arch/x86/include/asm/kvm_host.h). */
export const MIN_ALLOC_MMU_PAGES = 64;
/** A fault wants as many free ones before it begins, and makes room for as many more (KVM_MIN_FREE_MMU_PAGES, KVM_REFILL_PAGES). */
const MIN_FREE_MMU_PAGES = 5;
const REFILL_PAGES = 25;
/** A table page for every so many pages of memory, where userspace asks for no number (KVM_PERMILLE_MMU_PAGES). */
const MEMSLOT_PAGES_TO_MMU_PAGES_RATIO = 50;

const BOTH = FILTER_SHARED | FILTER_PRIVATE;

export class RmapMmu extends TdpMmu {
  readonly rmaps = new Rmaps();
  /** Table pages that the VM may have (n_max_mmu_pages). */
  limit = MIN_ALLOC_MMU_PAGES;
  /** What userspace has asked for (n_requested_mmu_pages), or 0. */
  requested = 0;
  /** Table pages that gave way so far (mmu_recycled). */
  recycled = 0;
  /** Table pages made so far (mmu_cache_miss): those that lost their parent are found again. */
  made = 0;
  /** Tables with pinned entries do not give way. */
  keepsPinnedTables = false;
  /** Gfns from here on belong to no slot. */
  slotsEnd = 0;
  /** Every table but the root, in the order in which they came (active_mmu_pages, from its end). */
  private readonly active = new Set<Table>();
  /** Those of them that hang nowhere, by what they map. */
  private readonly orphans = new Map<string, Table>();

  constructor(engine: Engine, format: SpteFormat) {
    super(engine, format, false);
  }

  /** Table pages in use, the root's among them (n_used_mmu_pages). */
  get used(): number {
    return this.active.size + 1;
  }

  /** Tables that hang nowhere. */
  get orphaned(): number {
    return this.orphans.size;
  }

  /**
   * make_mmu_pages_available: the oldest tables give way where few are left. Called under mmu_lock before a fault maps.
   *
   * @returns false where there is none to be had: the fault fails with -ENOSPC.
   */
  makeTablesAvailable(): boolean {
    const available = Math.max(this.limit - this.used, 0);
    if (available >= MIN_FREE_MMU_PAGES) return true;
    this.zapOldest(REFILL_PAGES - available);
    return this.limit > this.used;
  }

  /** kvm_mmu_change_mmu_pages: sets the limit, and takes away what is above it. Called under mmu_lock. */
  changeLimit(goal: number): void {
    if (this.used > goal) this.zapOldest(this.used - goal);
    this.limit = Math.max(goal, this.used);
  }

  /**
   * A slot came or went (kvm_arch_commit_memory_region). Called with slots_lock held.
   *
   * @param pages of all slots together.
   * @param end gfn behind the last slot.
   */
  slotsChanged(pages: number, end: number): void {
    this.slotsEnd = end;
    if (this.requested > 0) return;
    this.changeLimit(Math.max(Math.floor(pages / MEMSLOT_PAGES_TO_MMU_PAGES_RATIO), MIN_ALLOC_MMU_PAGES));
  }

  override install(
    gfn: number,
    pfn: number,
    writable: boolean,
    isPrivate: boolean,
    pinned = false,
    level = 1,
    type = this.format.writeBack,
    accessed = true,
  ): boolean {
    if (!super.install(gfn, pfn, writable, isPrivate, pinned, level, type, accessed)) return false;
    const table = this.direct.lowest(gfn, level);
    this.rmaps.add(gfn - (gfn % spanOf(level)), table);
    return true;
  }

  override keptPfn(gfn: number, isPrivate: boolean, level = 1): number {
    const orphan = this.orphans.get(keyOf(level, gfn - (gfn % spanOf(level + 1))));
    return orphan === undefined ? super.keptPfn(gfn, isPrivate, level) : this.keptIn(orphan, gfn);
  }

  /** Write-protects by reverse map, and huge leaves as they are: the write that follows drops them. */
  override writeProtect(start: number, end: number): number {
    let changed = 0;
    for (const { gfn, table } of this.rmaps.within(start, end, this.slotsEnd)) {
      const at = 2 * entryIndex(gfn, table.level);
      if ((table.words[at] & this.format.write) === 0) continue;
      this.noteWrites(gfn, spanOf(table.level));
      table.writable[at] &= ~this.format.write;
      changed++;
    }
    return changed;
  }

  override hashInto(hash: StateHash): void {
    super.hashInto(hash);
    hash.add(this.limit).add(this.requested).add(this.used);
    for (const key of [...this.orphans.keys()].sort()) {
      const table = this.orphans.get(key)!;
      hash.add(table.level).add(table.base);
      for (const word of table.words) hash.add(word);
    }
  }

  protected override zapRoot(
    _root: RadixTable,
    start: number,
    end: number,
    filter: number,
    reason: ZapReason,
  ): number {
    if (this.engine.access.on) this.noteRange(start, end);
    // The whole of it goes table by table; a range by what the reverse maps say.
    if (end === Number.MAX_SAFE_INTEGER) {
      let zapped = 0;
      for (const table of [...this.active, this.direct.root])
        zapped += this.zapEntries(table, filter, reason);
      return zapped;
    }
    let zapped = 0;
    for (const { gfn, table } of this.rmaps.within(start, end, this.slotsEnd)) {
      if (this.zapEntry(table, entryIndex(gfn, table.level), filter, reason)) zapped++;
    }
    return zapped;
  }

  protected override tableFor(root: RadixTable, gfn: number, level: number): Table {
    let table = root.root;
    while (table.level > level) {
      const index = entryIndex(gfn, table.level);
      // drop_large_spte: nothing is split, and what the leaf mapped has to be faulted in again.
      if (table.words[2 * index] & SPTE_HUGE) this.zapEntry(table, index, BOTH, 'resize');
      table = table.child(index) ?? this.hang(root, table, index);
    }
    if (level === 1) return table;
    const index = entryIndex(gfn, level);
    if (table.child(index) !== undefined) this.orphan(root, table, index);
    return table;
  }

  protected override dropRoots(): void {
    super.dropRoots();
    for (const table of [...this.active]) {
      if (this.isHung(table) || !isEmpty(table)) continue;
      this.active.delete(table);
      this.orphans.delete(keyOf(table.level, table.base));
    }
  }

  /** The table below an entry: one that was there before and lost its parent, or a new one. */
  private hang(root: RadixTable, parent: Table, index: number): Table {
    const level = parent.level - 1;
    const base = parent.base + index * spanOf(parent.level);
    const key = keyOf(level, base);
    let table = this.orphans.get(key);
    if (table === undefined) {
      table = new Table(level, base, this.engine.words);
      this.made++;
    }
    this.orphans.delete(key);
    this.active.add(table);
    root.attach(parent, index, table);
    return table;
  }

  /** Takes the table below an entry off; it stays with all it has. */
  private orphan(root: RadixTable, parent: Table, index: number): void {
    const child = parent.child(index)!;
    root.detach(parent, index);
    this.orphans.set(keyOf(child.level, child.base), child);
  }

  private isHung(table: Table): boolean {
    return this.direct.lowest(table.base, table.level) === table;
  }

  /** kvm_mmu_zap_oldest_mmu_pages. */
  private zapOldest(count: number): void {
    let gone = 0;
    for (const table of [...this.active]) {
      if (gone >= count) break;
      if (this.recycle(table)) gone++;
    }
    this.recycled += gone;
  }

  /** Takes one table away: its leaves go, the tables below it lose their parent. False where it has to stay. */
  private recycle(table: Table): boolean {
    if (this.keepsPinnedTables && this.hasPinned(table)) return false;
    this.zapEntries(table, BOTH, 'recycle');
    if (table.live > 0) return false;
    const root = this.direct;
    for (let index = table.childrenFrom; index < table.childrenEnd; index++) {
      if (table.child(index) !== undefined) this.orphan(root, table, index);
    }
    if (this.isHung(table)) {
      const parent = root.lowest(table.base, table.level + 1);
      root.detach(parent, entryIndex(table.base, parent.level));
    }
    this.orphans.delete(keyOf(table.level, table.base));
    this.active.delete(table);
    return true;
  }

  private hasPinned(table: Table): boolean {
    if (table.live === 0) return false;
    for (let at = 1; at < table.words.length; at += 2) {
      if (table.words[at] & this.format.pinnedHigh) return true;
    }
    return false;
  }

  private zapEntries(table: Table, filter: number, reason: ZapReason): number {
    let zapped = 0;
    const { words } = table;
    for (let index = 0; index < ENTRIES && table.live > 0; index++) {
      if (words[2 * index] === 0 && words[2 * index + 1] === 0) continue;
      if (this.zapEntry(table, index, filter, reason)) zapped++;
    }
    return zapped;
  }

  /** Zaps one entry as the judge says. True where it mapped a page and does so no more. */
  private zapEntry(table: Table, index: number, filter: number, reason: ZapReason): boolean {
    const pfn = this.zapLeaf(table, index, filter, reason);
    const at = 2 * index;
    if (table.words[at] === 0 && table.words[at + 1] === 0) {
      this.rmaps.remove(table.base + index * spanOf(table.level), table.level);
    }
    return pfn !== NO_PFN;
  }
}

function keyOf(level: number, base: number): string {
  return `${level}:${base}`;
}
