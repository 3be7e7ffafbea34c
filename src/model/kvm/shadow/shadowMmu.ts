/**
 * The tables that KVM keeps in place of the guest's own where hardware walks only one set: a shadow page-table entry
 * a guest page (arch/x86/kvm/mmu/paging_tmpl.h). mmu_lock is held for writing by whoever changes them.
 */
import type { Engine } from '../../engine/engine.ts';
import type { Hashable, StateHash } from '../../engine/hash.ts';
import { NO_PFN } from '../../host/frames.ts';
import { entryIndex, RadixTable } from '../../host/radixTable.ts';
import { NPT, SPTE_MMU_PRESENT, sptePfn } from '../spte.ts';
import { GuestTables } from './guestTables.ts';

const OBJECTS = 64;

export class ShadowMmu implements Hashable {
  /** What the guest's tables say. */
  guest = new GuestTables(true);
  /** By role: tables are not shared between vCPUs that take rights otherwise (CR0.WP). */
  private readonly tables = [new RadixTable(), new RadixTable()];
  private readonly engine: Engine;
  private readonly object: number;

  constructor(engine: Engine) {
    this.engine = engine;
    this.object = engine.access.reserve(OBJECTS);
  }

  /** What hardware does on an access: the frame, or NO_PFN where the access faults. */
  translate(page: number, write: boolean, role = 0): number {
    const low = this.low(page, role);
    if ((low & SPTE_MMU_PRESENT) === 0 || (write && (low & NPT.write) === 0)) return NO_PFN;
    const leaf = this.tables[role].leafTable(page)!;
    const at = 2 * entryIndex(page, 1);
    leaf.writable[at] |= NPT.accessed | (write ? NPT.dirty : 0);
    return sptePfn(low, leaf.words[at + 1]);
  }

  /** Whether a page has an entry. */
  isPresent(page: number, role = 0): boolean {
    return (this.low(page, role) & SPTE_MMU_PRESENT) !== 0;
  }

  /** Installs an entry. */
  install(page: number, pfn: number, hostWritable: boolean, writable: boolean, role = 0): void {
    if (this.engine.access.on) this.engine.access.write(this.object + (page % OBJECTS));
    const leaf = this.tables[role].leafTable(page) ?? this.tables[role].ensure(page, 1);
    const index = entryIndex(page, 1);
    const flags =
      SPTE_MMU_PRESENT |
      NPT.read |
      NPT.accessed |
      (hostWritable ? NPT.hostWritableLow : 0) |
      (writable ? NPT.write | NPT.dirty | NPT.mmuWritableLow : 0);
    if (leaf.words[2 * index] === 0) leaf.live++;
    leaf.writable[2 * index] = ((pfn & 0xfffff) << 12) | flags;
    leaf.writable[2 * index + 1] = pfn >>> 20;
  }

  /** Removes the entries of gfns [start, end); returns how many there were. */
  zap(start: number, end: number): number {
    let zapped = 0;
    this.visit(start, end, (words, at) => {
      words[at] = 0;
      words[at + 1] = 0;
      zapped++;
      return true;
    });
    return zapped;
  }

  /** Makes the entries of gfns [start, end) read-only, so that the next write faults; returns how many were not. */
  writeProtect(start: number, end: number): number {
    let changed = 0;
    this.visit(start, end, (words, at) => {
      if (words[at] & NPT.write) {
        words[at] &= ~NPT.write;
        changed++;
      }
      return false;
    });
    return changed;
  }

  hashInto(hash: StateHash): void {
    this.guest.hashInto(hash);
    for (const [role, root] of this.tables.entries()) {
      root.forEachTable(0, 2 ** 36, table => {
        if (table.level !== 1) return;
        for (let at = 0; at < table.words.length; at += 2) {
          if (table.words[at] === 0) continue;
          hash
            .add(table.base + at / 2)
            .add(table.words[at])
            .add(table.words[at + 1])
            .add(role);
        }
      });
    }
  }

  private low(page: number, role: number): number {
    if (this.engine.access.on) this.engine.access.read(this.object + (page % OBJECTS));
    const leaf = this.tables[role].leafTable(page);
    return leaf === null ? 0 : leaf.words[2 * entryIndex(page, 1)];
  }

  /** Calls `visit` for every entry of a range; it returns true where it has removed the entry. */
  private visit(start: number, end: number, visit: (words: Int32Array, at: number) => boolean): void {
    const { access } = this.engine;
    for (const root of this.tables) {
      root.forEachTable(start, end, (table, first, last) => {
        if (table.level !== 1 || table.live === 0) return;
        for (let index = first; index <= last; index++) {
          if ((table.words[2 * index] & SPTE_MMU_PRESENT) === 0) continue;
          if (access.on) access.write(this.object + ((table.base + index) % OBJECTS));
          if (visit(table.writable, 2 * index)) table.live--;
        }
      });
    }
  }
}
