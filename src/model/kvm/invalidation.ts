import type { Engine } from '../engine/engine.ts';
import type { Hashable, StateHash } from '../engine/hash.ts';

/**
 * The sequence count and the range under invalidation that let a fault notice that the host's mappings changed
 * under it (kvm_mmu_invalidate_begin and _end, virt/kvm/kvm_main.c).
 *
 * A fault reads `sequence` before it looks up attribute and frame, and asks `mustRetry` under mmu_lock before it
 * installs. Concurrent invalidations share one range, from the lowest to the highest gfn, until all have ended.
 */
export class Invalidation implements Hashable {
  private readonly engine: Engine;
  private readonly object: number;
  private count = 0;
  private active = 0;
  private first = 0;
  private end = 0;

  constructor(engine: Engine) {
    this.engine = engine;
    this.object = engine.access.reserve(1, 'mmu_invalidate_seq and range');
  }

  /** The sequence count, for a fault to compare with later. */
  get sequence(): number {
    this.engine.access.read(this.object);
    return this.count;
  }

  /** Number of invalidations under way. */
  get inProgress(): number {
    this.engine.access.read(this.object);
    return this.active;
  }

  /** Begins an invalidation; `addRange` says of what. Called with mmu_lock held for writing. */
  begin(): void {
    this.engine.access.write(this.object);
    this.active++;
    if (this.active === 1) {
      this.first = Infinity;
      this.end = 0;
    }
  }

  /** Adds gfns [start, end) to what is under invalidation. Called with mmu_lock held for writing. */
  addRange(start: number, end: number): void {
    this.engine.access.write(this.object);
    if (start < this.first) this.first = start;
    if (end > this.end) this.end = end;
  }

  /** Ends one. Called with mmu_lock held for writing. */
  finish(): void {
    this.engine.access.write(this.object);
    this.count++;
    this.active--;
  }

  /** Whether an invalidation under way may be about `gfn`. */
  covers(gfn: number): boolean {
    this.engine.access.read(this.object);
    return this.active > 0 && gfn >= this.first && gfn < this.end;
  }

  /** Whether a fault on `gfn` that read `sequence` before must start over. */
  mustRetry(sequence: number, gfn: number): boolean {
    // safety: in-progress-range
    if (this.covers(gfn)) return true;
    // safety: sequence-compared
    return this.count !== sequence;
  }

  hashInto(hash: StateHash): void {
    hash.add(this.count).add(this.active);
    if (this.end > 0 && this.active > 0) hash.add(this.first).add(this.end);
  }
}
