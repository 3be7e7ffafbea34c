/**
 * TDX' secure EPT: the tables of private memory, which the TDX module keeps and KVM may only ask to change
 * (arch/x86/kvm/vmx/tdx.c; TDX module specification, TDH.MEM.PAGE.AUG, TDH.MEM.RANGE.BLOCK, TDH.MEM.TRACK,
 * TDH.MEM.PAGE.REMOVE, TDH.MEM.PAGE.ADD, TDH.MEM.PAGE.DEMOTE, TDG.MEM.PAGE.ACCEPT).
 *
 * A page that is added waits until the guest accepts it, and then holds zeros. A page is taken away in three steps, leaf
 * before table: blocked, tracked (no CPU uses an old translation any more), removed. What it held is lost.
 *
 * Pages are of 4 KiB, or of 2 MiB where KVM asks for it, as posted in January 2026 and not merged. A large one is demoted
 * in the same three steps, and keeps what it holds.
 */
import type { Engine } from '../engine/engine.ts';
import type { Hashable, StateHash } from '../engine/hash.ts';
import { ABSENT, SparsePages } from '../host/sparsePages.ts';

const PENDING = 1;
const ACCEPTED = 2;
/** Set while the page is blocked. */
const BLOCKED = 4;

/** Pages of 4 KiB in one of 2 MiB. */
export const PAGES_PER_LARGE = 512;

/** What TDG.MEM.PAGE.ACCEPT tells the guest. */
export type Accepted =
  | 'accepted'
  /** It had been accepted before (TDX_PAGE_ALREADY_ACCEPTED). */
  | 'already'
  /** The page is smaller than what was asked for (TDX_PAGE_SIZE_MISMATCH): the guest asks for smaller ones. */
  | 'size-mismatch'
  /** There is no page, or a larger one: KVM sees an EPT violation that names the size asked for. */
  | 'violation';

export class SecureEpt implements Hashable {
  /** Pages of 4 KiB that the guest had accepted and that were removed under it: their contents are lost. */
  lost = 0;
  /** Acceptances so far, of any size. */
  accepts = 0;
  /** Removals so far, of any size. */
  removals = 0;
  /** Large pages demoted so far. */
  demotions = 0;
  private readonly engine: Engine;
  private readonly object: number;
  /** By gfn, of pages of 4 KiB. */
  private readonly states: SparsePages;
  /** By first gfn, of pages of 2 MiB. */
  private readonly large = new Map<number, number>();
  /** First gfns of ranges of 2 MiB in which the guest has asked for small pages (guest_inhibit). */
  private readonly inhibited = new Set<number>();
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
   * @param level 1 for 4 KiB, 2 for 2 MiB; gfn is its first then.
   * @throws Error where there is one already, of whatever size: it must be removed first.
   */
  augment(gfn: number, level = 1): void {
    this.engine.access.write(this.object);
    if (this.hasAny(gfn, level)) throw new Error(`gfn ${gfn} has a page that must be removed first`);
    if (level === 1) this.states.set(gfn, PENDING);
    else this.large.set(gfn, PENDING);
  }

  /**
   * TDH.MEM.PAGE.ADD, before the guest is complete: a page that is there comes with contents, and needs no acceptance.
   *
   * @throws Error where no page of 4 KiB is there.
   */
  add(gfn: number): void {
    this.engine.access.write(this.object);
    if (this.states.get(gfn) !== PENDING)
      throw new Error(`gfn ${gfn} has no page that waits for its contents`);
    this.states.set(gfn, ACCEPTED);
  }

  /** Whether an access to the page makes the guest take a #VE, for it has not accepted it. */
  isPending(gfn: number): boolean {
    this.engine.access.read(this.object);
    return this.stateOf(gfn) === PENDING;
  }

  /** 1 or 2 for the size of the page that is there, 0 where there is none. */
  levelOf(gfn: number): number {
    this.engine.access.read(this.object);
    if (this.large.has(headOf(gfn))) return 2;
    return this.states.get(gfn) === ABSENT ? 0 : 1;
  }

  /**
   * TDG.MEM.PAGE.ACCEPT by the guest.
   *
   * @param level size asked for: 1 for 4 KiB, 2 for 2 MiB; gfn is its first then.
   */
  accept(gfn: number, level = 1): Accepted {
    this.engine.access.write(this.object);
    const there = this.levelOf(gfn);
    if (there === 0 || there > level) return 'violation';
    if (there < level) return 'size-mismatch';
    const state = this.stateOf(gfn);
    if (state & BLOCKED) return 'violation';
    if (state === ACCEPTED) return 'already';
    this.setState(gfn, ACCEPTED);
    this.accepts++;
    return 'accepted';
  }

  /** Pages of 4 KiB that are there, accepted or not, those within large ones among them. */
  get pages(): number {
    return this.states.count + this.large.size * PAGES_PER_LARGE;
  }

  /** TDH.MEM.RANGE.BLOCK: nobody gets a new translation of the page. */
  block(gfn: number): void {
    this.engine.access.write(this.object);
    const state = this.stateOf(gfn);
    if (state === ABSENT || state & BLOCKED) return;
    this.setState(gfn, state | BLOCKED);
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
    const state = this.stateOf(gfn);
    if ((state & BLOCKED) === 0) throw new Error(`gfn ${gfn} must be blocked before it is removed`);
    if (this.untracked > 0) throw new Error(`a TRACK must come between blocking gfn ${gfn} and removing it`);
    const isLarge = this.large.delete(headOf(gfn));
    if (state & ACCEPTED) this.lost += isLarge ? PAGES_PER_LARGE : 1;
    if (!isLarge) this.states.set(gfn, ABSENT);
    this.removals++;
  }

  /**
   * TDH.MEM.PAGE.DEMOTE: a page of 2 MiB becomes 512 of 4 KiB, accepted as it was, with what they hold.
   *
   * @throws Error where there is no such page, it was not blocked, or no TRACK came after it.
   */
  demote(gfn: number): void {
    this.engine.access.write(this.object);
    const head = headOf(gfn);
    const state = this.large.get(head) ?? ABSENT;
    if ((state & BLOCKED) === 0) throw new Error(`gfn ${head} must be a blocked page of 2 MiB to be demoted`);
    if (this.untracked > 0) throw new Error(`a TRACK must come between blocking gfn ${head} and demoting it`);
    this.large.delete(head);
    for (let at = head; at < head + PAGES_PER_LARGE; at++) this.states.set(at, state & ~BLOCKED);
    this.demotions++;
  }

  /**
   * TDH.MEM.PAGE.PROMOTE, which needs all 512 pages there and in one state. KVM as posted never asks for it, for a guest
   * accepts page by page. Returns false where it is refused.
   */
  promote(gfn: number): boolean {
    this.engine.access.write(this.object);
    const head = headOf(gfn);
    const state = this.states.get(head);
    if (state === ABSENT || state & BLOCKED) return false;
    for (let at = head; at < head + PAGES_PER_LARGE; at++) if (this.states.get(at) !== state) return false;
    for (let at = head; at < head + PAGES_PER_LARGE; at++) this.states.set(at, ABSENT);
    this.large.set(head, state);
    return true;
  }

  /** The guest wants small pages around gfn: no large one is mapped there from now on. */
  inhibit(gfn: number): void {
    this.engine.access.write(this.object);
    this.inhibited.add(headOf(gfn));
  }

  /** Whether a page of 2 MiB may be added around gfn. */
  allowsLarge(gfn: number): boolean {
    this.engine.access.read(this.object);
    const head = headOf(gfn);
    return !this.inhibited.has(head) && !this.hasSmall(head);
  }

  hashInto(hash: StateHash): void {
    hash.add(this.untracked).add(this.large.size).add(this.inhibited.size);
    this.states.forEach(0, Number.MAX_SAFE_INTEGER, (gfn, state) => {
      hash.add(gfn).add(state);
    });
    for (const gfn of [...this.large.keys()].sort((a, b) => a - b)) hash.add(gfn).add(this.large.get(gfn)!);
    for (const gfn of [...this.inhibited].sort((a, b) => a - b)) hash.add(gfn);
  }

  private hasAny(gfn: number, level: number): boolean {
    if (this.large.has(headOf(gfn))) return true;
    return level === 1 ? this.states.get(gfn) !== ABSENT : this.hasSmall(gfn);
  }

  private hasSmall(head: number): boolean {
    let any = false;
    if (this.states.count > 0) {
      this.states.forEach(head, head + PAGES_PER_LARGE, () => {
        any = true;
      });
    }
    return any;
  }

  private stateOf(gfn: number): number {
    const large = this.large.size === 0 ? undefined : this.large.get(headOf(gfn));
    return large ?? this.states.get(gfn);
  }

  private setState(gfn: number, state: number): void {
    const head = headOf(gfn);
    if (this.large.has(head)) this.large.set(head, state);
    else this.states.set(gfn, state);
  }
}

function headOf(gfn: number): number {
  return gfn - (gfn % PAGES_PER_LARGE);
}
