import type { Engine } from './engine.ts';
import { FifoQueue } from './fifoQueue.ts';
import { BLOCKED, type Step } from './step.ts';

/**
 * Actors asleep until somebody wakes them: `yield queue.wait()`.
 *
 * Between testing a condition and waiting there is no point unless the protocol puts one there; one that does, and
 * whose waker can slip in between, loses a wake-up, as in the kernel.
 */
export class WaitQueue {
  readonly name: string;
  private readonly engine: Engine;
  private readonly object: number;
  private readonly sleepers = new FifoQueue();

  constructor(engine: Engine, name: string) {
    this.engine = engine;
    this.name = name;
    this.object = engine.access.reserve(1, name);
  }

  /** Number of actors asleep. */
  get length(): number {
    return this.sleepers.length;
  }

  /** Puts the current actor to sleep: yield what it returns. */
  wait(): Step {
    const engine = this.engine;
    engine.access.write(this.object);
    this.sleepers.push(engine.current);
    if (engine.trace.on) engine.markWait(engine.current);
    return BLOCKED;
  }

  /** Wakes the one asleep longest; it goes on after `ns`. False when nobody sleeps. */
  wakeOne(ns = 0): boolean {
    this.engine.access.write(this.object);
    if (this.sleepers.length === 0) return false;
    this.wake(this.sleepers.shift(), ns);
    return true;
  }

  /** Wakes everybody; each goes on after `ns`. */
  wakeAll(ns = 0): void {
    this.engine.access.write(this.object);
    for (let n = this.sleepers.length; n > 0; n--) this.wake(this.sleepers.shift(), ns);
  }

  /** Wakes one actor; false when it does not sleep here. */
  wakeActor(actor: number, ns = 0): boolean {
    this.engine.access.write(this.object);
    if (!this.sleepers.remove(actor)) return false;
    this.wake(actor, ns);
    return true;
  }

  private wake(actor: number, ns: number): void {
    if (this.engine.trace.on) {
      this.engine.trace.slice(
        this.engine.nameOf(actor),
        this.name,
        'block',
        this.engine.waitedSince(actor),
        this.engine.now,
      );
    }
    this.engine.wake(actor, ns);
  }
}
