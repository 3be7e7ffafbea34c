import type { Engine } from '../engine/engine.ts';
import type { Hashable, StateHash } from '../engine/hash.ts';
import { ABSENT, SparsePages } from '../host/sparsePages.ts';

/**
 * AMD's reverse map table: for every frame, whether a guest owns it and at which gfn. Hardware checks it on every
 * access, so a frame is private to one guest at one address or shared, never both (AMD APM vol. 2, 15.36).
 */
export class Rmp implements Hashable {
  /** Frames that are private to a guest. */
  assigned = 0;
  private readonly engine: Engine;
  private readonly owners: SparsePages;
  private readonly object: number;

  constructor(engine: Engine) {
    this.engine = engine;
    this.owners = new SparsePages(engine.words);
    this.object = engine.access.reserve(1, 'RMP');
  }

  /** RMPUPDATE to private: the frame belongs to the guest at `gfn`. False where it is private at another gfn. */
  makePrivate(pfn: number, gfn: number): boolean {
    this.engine.access.write(this.object);
    const before = this.owners.get(pfn);
    if (before !== ABSENT) return before === gfn + 1;
    this.owners.set(pfn, gfn + 1);
    this.assigned++;
    return true;
  }

  /** RMPUPDATE to shared: the frame is the host's again. */
  makeShared(pfn: number): void {
    this.engine.access.write(this.object);
    if (this.owners.get(pfn) === ABSENT) return;
    this.owners.set(pfn, ABSENT);
    this.assigned--;
  }

  /** True where the frame belongs to a guest. */
  isPrivate(pfn: number): boolean {
    this.engine.access.read(this.object);
    return this.owners.get(pfn) !== ABSENT;
  }

  /** The gfn the frame is private at, or -1. */
  gfnOf(pfn: number): number {
    this.engine.access.read(this.object);
    return this.owners.get(pfn) - 1;
  }

  hashInto(hash: StateHash): void {
    hash.add(this.assigned);
    this.owners.forEach(0, Number.MAX_SAFE_INTEGER, (pfn, owner) => {
      hash.add(pfn).add(owner);
    });
  }
}
