import { ACQUIRE, type AccessKind, RELEASE } from './access.ts';
import type { Engine, Grantable } from './engine.ts';
import { FifoQueue } from './fifoQueue.ts';
import { BLOCKED, POINT, type Step } from './step.ts';

const FREE = -1;

/**
 * A lock with one holder: `yield mutex.lock()` ... `mutex.unlock()`.
 *
 * Waiters get it first come, first served, by hand-off, as the kernel's mutex does once a waiter has been passed
 * over (kernel/locking/mutex.c). Not recursive.
 */
export class Mutex implements Grantable {
  readonly name: string;
  /** The actor that holds it, or -1. */
  holder = FREE;
  private readonly engine: Engine;
  private readonly object: number;
  private readonly waiters = new FifoQueue();
  private readonly wakeNs: number;
  private heldSince = 0;

  /** @param wakeNs time from an unlock until the next holder runs: the wake-up of a sleeper. */
  constructor(engine: Engine, name: string, wakeNs = 0) {
    this.engine = engine;
    this.name = name;
    this.wakeNs = wakeNs;
    this.object = engine.access.reserve(1, name);
  }

  /** Takes the lock, or waits for it: yield what it returns. */
  lock(): Step {
    const engine = this.engine;
    if (engine.stepwise) return engine.request(this);
    if (this.holder === FREE) {
      this.holder = engine.current;
      if (engine.trace.on) this.heldSince = engine.now;
      return POINT;
    }
    this.waiters.push(engine.current);
    if (engine.trace.on) engine.markWait(engine.current);
    return BLOCKED;
  }

  /** Takes the lock if it is free, without waiting. */
  tryLock(): boolean {
    this.engine.access.write(this.object);
    if (this.holder !== FREE) return false;
    this.holder = this.engine.current;
    if (this.engine.trace.on) this.heldSince = this.engine.now;
    return true;
  }

  /** @throws Error when the running actor does not hold it. */
  unlock(): void {
    const engine = this.engine;
    if (this.holder !== engine.current) throw notHolder(engine, this.name);
    if (engine.trace.on)
      engine.trace.slice(this.name, engine.nameOf(this.holder), 'hold', this.heldSince, engine.now);
    if (engine.access.on) {
      engine.access.note(this.object, RELEASE);
      engine.memory.lock(this.object, 'release');
    }
    if (this.waiters.length === 0) {
      this.holder = FREE;
      return;
    }
    const next = this.waiters.shift();
    this.holder = next;
    if (engine.trace.on) {
      engine.traceWait(next, this.name);
      this.heldSince = engine.now;
    }
    engine.wake(next, this.wakeNs);
  }

  get wants(): { object: number; kind: AccessKind } {
    return { object: this.object, kind: ACQUIRE };
  }

  canGrant(actor: number): boolean {
    return this.holder === FREE && this.engine.memory.mayLock(actor);
  }

  grant(actor: number): void {
    this.holder = actor;
    if (this.engine.access.on) this.engine.access.note(this.object, ACQUIRE);
    this.engine.memory.lock(this.object, 'acquire');
  }
}

/** The error of releasing a lock that the running actor does not hold. */
export function notHolder(engine: Engine, lock: string): Error {
  return new Error(`${engine.nameOf(engine.current)} releases ${lock}, which it does not hold`);
}
