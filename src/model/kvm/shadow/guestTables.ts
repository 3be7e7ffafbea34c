import type { Hashable, StateHash } from '../../engine/hash.ts';
import { SparsePages } from '../../host/sparsePages.ts';

const CLEAN = 1;
const DIRTIED = 2;

/**
 * The guest's own page tables, as far as KVM's shadow of them needs: every page mapped to the frame of its number,
 * writable, by user mode, accessed; dirty where the guest wrote, and everywhere unless it said otherwise.
 */
export class GuestTables implements Hashable {
  /** What the dirty bits were to begin with. */
  private readonly startDirty: boolean;
  private readonly entries = new SparsePages();

  constructor(startDirty: boolean) {
    this.startDirty = startDirty;
  }

  /** Whether the entry of a page has its dirty bit set. */
  isDirty(page: number): boolean {
    const entry = this.entries.get(page);
    return entry === 0 ? this.startDirty : entry === DIRTIED;
  }

  /** Sets the dirty bit, as the walk of a write does. */
  setDirty(page: number): void {
    if (!this.isDirty(page)) this.entries.set(page, DIRTIED);
  }

  /** Clears the dirty bit, as the guest's kernel does when it has written the page out. */
  clearDirty(page: number): void {
    this.entries.set(page, CLEAN);
  }

  hashInto(hash: StateHash): void {
    hash.add(this.startDirty ? 1 : 0);
    this.entries.forEach(0, 2 ** 40, (page, entry) => hash.add(page).add(entry));
  }
}
