/**
 * In which order actors see each other's stores. Timed runs and most races are sequentially consistent; a race about
 * barriers chooses a weaker order.
 */
import type { Step } from '../step.ts';

/** How stores become visible. */
export type MemoryOrder =
  /** At once, to everybody. */
  | 'sc'
  /** Through a store buffer for each actor, first in, first out (x86). */
  | 'tso'
  /** As release and acquire say: a load may read any store that nothing the actor has seen rules out. */
  | 'ra';

/** How an access orders those around it. */
export type Order = 'relaxed' | 'acquire' | 'release';

/** A shared location whose loads and stores go through a memory order. */
export interface Location {
  /** Its id in the access log. */
  readonly object: number;
  /** The newest value in memory. */
  value: number;
}

/** One memory order at work in an engine. Every access is the running actor's. */
export interface Memory {
  load(location: Location, order: Order): number;
  store(location: Location, value: number, order: Order): void;
  /** Changes the newest value in one step and returns what it was. Yield `barrier()` before it. */
  update(location: Location, change: (value: number) => number, order: Order): number;
  /** A full barrier: yield what it returns. */
  barrier(): Step;
  /** Told of every new actor. */
  spawned(actor: number): void;
  /** The running actor has taken (`acquire`) or gives back (`release`) a lock. */
  lock(object: number, how: 'acquire' | 'release'): void;
  /** Whether a lock may be granted to an actor: it may not where stores of its own are still on their way. */
  mayLock(actor: number): boolean;
}
