import type { Engine } from '../engine/engine.ts';
import type { Hashable, StateHash } from '../engine/hash.ts';
import { ABSENT, SparsePages } from '../host/sparsePages.ts';

/** Frames of 4 KiB under an entry of 2 MiB. */
const LARGE = 512;

/**
 * AMD's reverse map table: for every frame, whether a guest owns it and at which gfn. Hardware checks it on every
 * access, so a frame is private to one guest at one address or shared, never both (AMD APM vol. 2, 15.36).
 *
 * An entry is for 4 KiB, or for 2 MiB where all of them were shared before. No nested page table may map more at once
 * than its entry covers.
 */
export class Rmp implements Hashable {
  /** Frames that are private to a guest. */
  assigned = 0;
  /** Large entries that were taken apart so far. */
  smashed = 0;
  private readonly engine: Engine;
  private readonly owners: SparsePages;
  /** First gfn, by the first frame of a large entry. */
  private readonly large = new Map<number, number>();
  private readonly object: number;

  constructor(engine: Engine) {
    this.engine = engine;
    this.owners = new SparsePages(engine.words);
    this.object = engine.access.reserve(1, 'RMP');
  }

  /** RMPUPDATE to private: the frame belongs to the guest at `gfn`. False where it is private at another gfn. */
  makePrivate(pfn: number, gfn: number): boolean {
    this.engine.access.write(this.object);
    const before = this.gfnAt(pfn);
    if (before >= 0) return before === gfn;
    this.owners.set(pfn, gfn + 1);
    this.assigned++;
    return true;
  }

  /**
   * RMPUPDATE to private of the 2 MiB around a frame, by one entry.
   *
   * @returns false, with nothing changed, where one of the frames is private already, or frame and gfn are not aligned
   *   alike (is_large_rmp_possible, arch/x86/kvm/svm/sev.c).
   */
  makeLargePrivate(pfn: number, gfn: number): boolean {
    this.engine.access.write(this.object);
    const head = headOf(pfn);
    if ((gfn - pfn) % LARGE !== 0 || this.large.has(head)) return false;
    let taken = false;
    this.owners.forEach(head, head + LARGE, () => {
      taken = true;
    });
    if (taken) return false;
    this.large.set(head, headOf(gfn));
    this.assigned += LARGE;
    return true;
  }

  /**
   * RMPUPDATE to shared: the frame is the host's again.
   *
   * @throws Error where the frame is under a large entry: that must be taken apart first, or go as a whole.
   */
  makeShared(pfn: number): void {
    this.engine.access.write(this.object);
    if (this.large.has(headOf(pfn))) throw new Error(`frame ${pfn} is under an RMP entry of 2 MiB: smash it`);
    if (this.owners.get(pfn) === ABSENT) return;
    this.owners.set(pfn, ABSENT);
    this.assigned--;
  }

  /** RMPUPDATE to shared of a large entry, by its first frame. */
  makeLargeShared(head: number): void {
    this.engine.access.write(this.object);
    if (this.large.delete(head)) this.assigned -= LARGE;
  }

  /** PSMASH: the large entry around a frame becomes 512 small ones, of the same guest's. */
  smash(pfn: number): void {
    this.engine.access.write(this.object);
    const head = headOf(pfn);
    const gfn = this.large.get(head);
    if (gfn === undefined) return;
    this.large.delete(head);
    for (let i = 0; i < LARGE; i++) this.owners.set(head + i, gfn + i + 1);
    this.smashed++;
  }

  /** 2 where the frame is under an entry of 2 MiB, else 1. */
  levelOf(pfn: number): 1 | 2 {
    this.engine.access.read(this.object);
    return this.large.has(headOf(pfn)) ? 2 : 1;
  }

  /** True where the frame belongs to a guest. */
  isPrivate(pfn: number): boolean {
    this.engine.access.read(this.object);
    return this.gfnAt(pfn) >= 0;
  }

  /** The gfn the frame is private at, or -1. */
  gfnOf(pfn: number): number {
    this.engine.access.read(this.object);
    return this.gfnAt(pfn);
  }

  hashInto(hash: StateHash): void {
    hash.add(this.assigned).add(this.large.size);
    this.owners.forEach(0, Number.MAX_SAFE_INTEGER, (pfn, owner) => {
      hash.add(pfn).add(owner);
    });
    for (const head of [...this.large.keys()].sort((a, b) => a - b)) {
      hash.add(head).add(this.large.get(head)!);
    }
  }

  private gfnAt(pfn: number): number {
    if (this.large.size > 0) {
      const head = headOf(pfn);
      const gfn = this.large.get(head);
      if (gfn !== undefined) return gfn + pfn - head;
    }
    return this.owners.get(pfn) - 1;
  }
}

function headOf(frame: number): number {
  return frame - (frame % LARGE);
}
