import type { Engine } from './engine.ts';
import type { Hashable, StateHash } from './hash.ts';
import type { Location, Order } from './memory/memory.ts';

/**
 * One shared whole number. It reports its reads and writes to a search, and its loads and stores go through the
 * engine's memory order.
 */
export class Cell implements Hashable, Location {
  readonly name: string;
  readonly object: number;
  /** The newest value, which no search is told of: for drawing. Checks that must always hold ask `newest`. */
  value: number;
  private readonly engine: Engine;

  constructor(engine: Engine, name: string, value = 0) {
    this.engine = engine;
    this.name = name;
    this.value = value;
    this.object = engine.access.reserve(1, name);
  }

  /** @param order `acquire` where what was stored before the store it reads must be seen afterwards. */
  load(order: Order = 'relaxed'): number {
    return this.engine.memory.load(this, order);
  }

  /** @param order `release` where what was stored before it must be seen by whoever reads it with acquire. */
  store(value: number, order: Order = 'relaxed'): void {
    this.engine.memory.store(this, value, order);
  }

  /** Adds in one step and returns what it was. Under `tso` yield a barrier first. */
  add(amount: number, order: Order = 'relaxed'): number {
    return this.engine.memory.update(this, value => value + amount, order);
  }

  /** Sets it to `next` if it is `expected`, in one step; false when it was not. Under `tso` yield a barrier first. */
  compareAndSwap(expected: number, next: number, order: Order = 'relaxed'): boolean {
    return this.engine.memory.update(this, value => (value === expected ? next : value), order) === expected;
  }

  /**
   * The newest value, past every memory order: what the check of a property reads, so that a search learns what the
   * property depends on.
   */
  newest(): number {
    this.engine.access.read(this.object);
    return this.value;
  }

  hashInto(hash: StateHash): void {
    hash.add(this.value);
  }
}
