/**
 * TDX' secure EPT: the tables of private memory, which the TDX module keeps and KVM may only ask to change
 * (arch/x86/kvm/vmx/tdx.c; TDX module specification, TDH.MEM.PAGE.AUG, TDH.MEM.RANGE.BLOCK, TDH.MEM.TRACK,
 * TDH.MEM.PAGE.REMOVE).
 *
 * A page that is added waits until the guest accepts it, and then holds zeros. A page is taken away in three steps, leaf
 * before table: blocked, tracked (no CPU uses an old translation any more), removed. What it held is lost.
 */
import type { Engine } from '../engine/engine.ts';
import type { Hashable, StateHash } from '../engine/hash.ts';
import { ABSENT, SparsePages } from '../host/sparsePages.ts';

const PENDING = 1;
const ACCEPTED = 2;
/** Set while the page is blocked. */
const BLOCKED = 4;

export class SecureEpt implements Hashable {
  /** Pages that the guest had accepted and that were removed under it: their contents are lost. */
  lost = 0;
  /** Acceptances so far. */
  accepts = 0;
  private readonly engine: Engine;
  private readonly object: number;
  private readonly states: SparsePages;
  /** Pages blocked since the last TRACK. */
  private untracked = 0;

  constructor(engine: Engine) {
    this.engine = engine;
    this.states = new SparsePages(engine.words);
    this.object = engine.access.reserve(1, 'secure EPT');
  }

  /**
   * TDH.MEM.PAGE.AUG: adds a page.
   *
   * @throws Error where there is one already: it must be removed first.
   */
  augment(gfn: number): void {
    this.engine.access.write(this.object);
    if (this.states.get(gfn) !== ABSENT) throw new Error(`gfn ${gfn} has a page that must be removed first`);
    this.states.set(gfn, PENDING);
  }

  /** Whether an access to the page makes the guest take a #VE, for it has not accepted it. */
  isPending(gfn: number): boolean {
    this.engine.access.read(this.object);
    return this.states.get(gfn) === PENDING;
  }

  /** TDG.MEM.PAGE.ACCEPT by the guest. Returns false where there was nothing to accept. */
  accept(gfn: number): boolean {
    this.engine.access.write(this.object);
    if (this.states.get(gfn) !== PENDING) return false;
    this.states.set(gfn, ACCEPTED);
    this.accepts++;
    return true;
  }

  /** Pages that are there, accepted or not. */
  get pages(): number {
    return this.states.count;
  }

  /** TDH.MEM.RANGE.BLOCK: nobody gets a new translation of the page. */
  block(gfn: number): void {
    this.engine.access.write(this.object);
    const state = this.states.get(gfn);
    if (state === ABSENT || state & BLOCKED) return;
    this.states.set(gfn, state | BLOCKED);
    this.untracked++;
  }

  /** TDH.MEM.TRACK, and every CPU in the guest kicked out: nobody has an old translation of a blocked page. */
  track(): void {
    this.engine.access.write(this.object);
    this.untracked = 0;
  }

  /**
   * TDH.MEM.PAGE.REMOVE.
   *
   * @throws Error where the page was not blocked, or no TRACK came after it.
   */
  remove(gfn: number): void {
    this.engine.access.write(this.object);
    const state = this.states.get(gfn);
    if ((state & BLOCKED) === 0) throw new Error(`gfn ${gfn} must be blocked before it is removed`);
    if (this.untracked > 0) throw new Error(`a TRACK must come between blocking gfn ${gfn} and removing it`);
    if (state & ACCEPTED) this.lost++;
    this.states.set(gfn, ABSENT);
  }

  hashInto(hash: StateHash): void {
    hash.add(this.untracked);
    this.states.forEach(0, Number.MAX_SAFE_INTEGER, (gfn, state) => {
      hash.add(gfn).add(state);
    });
  }
}
