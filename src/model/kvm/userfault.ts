/**
 * KVM userfault: a bitmap in the VMM's memory says which pages of a slot have not arrived yet, and a vCPU that touches
 * one leaves KVM_RUN (James Houghton, "KVM: Introduce KVM Userfault", v2, 9 January 2025; not merged).
 *
 * A slot with KVM_MEM_USERFAULT has one. KVM reads it before it asks the host for the page; userspace clears a bit with
 * one store, without a system call. Setting a bit of a page that is mapped already does nothing until the flag has been
 * turned off and on again.
 */
import { Cell } from '../engine/cell.ts';
import type { Engine } from '../engine/engine.ts';
import type { Hashable, StateHash } from '../engine/hash.ts';
import type { Order } from '../engine/memory/memory.ts';
import type { Actor } from '../engine/step.ts';
import type { Memslot } from './memslots.ts';

const WORD = 32;
const CHUNK_PAGES = 1 << 15;

/** What tells the fault path that a page has to come from userspace first. */
export interface Userfaults {
  /** Whether an access to page `index` of the slot, counted from its first, goes to userspace. */
  isMissing(slot: Memslot, index: number): boolean;
  /**
   * An access of KVM itself, which cannot leave KVM_RUN, waits until page `index` has come (an asynchronous userfault
   * of July 2024). Where it is not given, KVM's own accesses see no mark at all.
   */
  awaitOwnAccess?(index: number): Actor;
}

/** The bitmap that the VMM hands over with a slot: a bit a page, set where the page has not arrived. */
export class UserfaultBitmap implements Userfaults, Hashable {
  /** Length in pages. */
  readonly pages: number;
  /** False where the VMM has unmapped it: what cannot be read counts as set. */
  readable = true;
  private readonly engine: Engine;
  /** How KVM loads a word: acquire, as the review of v3 asked for, or relaxed, as it was posted. */
  private readonly loads: Order;
  private readonly initial: number;
  private readonly chunks = new Map<number, Int32Array>();
  /** In a search each word is a location of its own, with the engine's memory order. */
  private readonly cells: readonly Cell[];

  /** @param allSet how the bits begin. */
  constructor(engine: Engine, pages: number, allSet: boolean, loads: Order = 'acquire') {
    this.engine = engine;
    this.pages = pages;
    this.loads = loads;
    this.initial = allSet ? -1 : 0;
    const words = engine.stepwise ? Math.ceil(pages / WORD) : 0;
    this.cells = Array.from(
      { length: words },
      (_, i) => new Cell(engine, `userfault_bitmap[${i}]`, this.initial),
    );
  }

  /** Bytes of the bitmap: a bit a page, in whole 64-bit words. */
  get bytes(): number {
    return Math.ceil(this.pages / 64) * 8;
  }

  isMissing(_: Memslot, index: number): boolean {
    return !this.readable || this.test(index, this.loads);
  }

  /** Whether a page's bit is set. */
  test(page: number, order: Order = 'relaxed'): boolean {
    const bit = 1 << (page % WORD);
    if (this.engine.stepwise) return (this.cells[wordOf(page)].load(order) & bit) !== 0;
    const chunk = this.chunks.get(Math.floor(page / CHUNK_PAGES));
    const word = chunk === undefined ? this.initial : chunk[wordOf(page % CHUNK_PAGES)];
    return (word & bit) !== 0;
  }

  /** Userspace clears a page's bit: the page has arrived. With `release`, what it wrote before is seen by whoever
   * reads the bit with acquire. Returns whether it was set. */
  clear(page: number, order: Order = 'release'): boolean {
    return this.change(page, word => word & ~(1 << (page % WORD)), order);
  }

  /** Userspace sets a page's bit. Returns whether it was set. */
  set(page: number, order: Order = 'release'): boolean {
    return this.change(page, word => word | (1 << (page % WORD)), order);
  }

  hashInto(hash: StateHash): void {
    hash.add(this.initial).add(this.readable ? 1 : 0);
    for (const cell of this.cells) cell.hashInto(hash);
    for (const key of [...this.chunks.keys()].sort((a, b) => a - b)) {
      hash.add(key);
      for (const word of this.chunks.get(key)!) hash.add(word);
    }
  }

  private change(page: number, next: (word: number) => number, order: Order): boolean {
    const bit = 1 << (page % WORD);
    if (this.engine.stepwise) {
      return (this.engine.memory.update(this.cells[wordOf(page)], next, order) & bit) !== 0;
    }
    const key = Math.floor(page / CHUNK_PAGES);
    let chunk = this.chunks.get(key);
    if (chunk === undefined) {
      chunk = new Int32Array(CHUNK_PAGES / WORD).fill(this.initial);
      this.chunks.set(key, chunk);
    }
    const at = wordOf(page % CHUNK_PAGES);
    const before = chunk[at];
    chunk[at] = next(before);
    return (before & bit) !== 0;
  }
}

function wordOf(page: number): number {
  return Math.floor(page / WORD);
}
