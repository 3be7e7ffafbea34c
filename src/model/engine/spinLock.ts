import { ACQUIRE, type AccessKind, RELEASE } from './access.ts';
import type { Engine, Grantable } from './engine.ts';
import { FifoQueue } from './fifoQueue.ts';
import { notHolder } from './mutex.ts';
import { BLOCKED, POINT, type Step } from './step.ts';

const FREE = -1;

/**
 * A spinlock whose hand-off gets slower with every waiter: `yield lock.lock()` ... `lock.unlock()`.
 *
 * The kernel's queued spinlock hands over in order (kernel/locking/qspinlock.c); what grows with the waiters is the
 * traffic on the lines that they and the protected data share. The constant is a fitted one wherever it is not 0.
 */
export class SpinLock implements Grantable {
  readonly name: string;
  /** The actor that holds it, or -1. */
  holder = FREE;
  private readonly engine: Engine;
  private readonly object: number;
  private readonly waiters = new FifoQueue();
  private readonly handoffNs: number;
  private heldSince = 0;

  /** @param handoffNs time a hand-off takes for each actor that waits. */
  constructor(engine: Engine, name: string, handoffNs = 0) {
    this.engine = engine;
    this.name = name;
    this.handoffNs = handoffNs;
    this.object = engine.access.reserve(1, name);
  }

  /** Takes the lock, or spins for it: yield what it returns. */
  lock(): Step {
    const engine = this.engine;
    if (engine.stepwise) return engine.request(this);
    if (this.holder === FREE) {
      this.take(engine.current);
      return POINT;
    }
    this.waiters.push(engine.current);
    if (engine.trace.on) engine.markWait(engine.current);
    return BLOCKED;
  }

  /** @throws Error when the running actor does not hold it. */
  unlock(): void {
    const engine = this.engine;
    if (this.holder !== engine.current) throw notHolder(engine, this.name);
    if (engine.access.on) {
      engine.access.note(this.object, RELEASE);
      engine.memory.lock(this.object, 'release');
    }
    if (engine.trace.on)
      engine.trace.slice(this.name, engine.nameOf(this.holder), 'hold', this.heldSince, engine.now);
    if (this.waiters.length === 0) {
      this.holder = FREE;
      return;
    }
    const delay = this.handoffNs * this.waiters.length;
    const next = this.waiters.shift();
    if (engine.trace.on) engine.traceWait(next, this.name);
    this.take(next);
    engine.wake(next, delay);
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

  private take(actor: number): void {
    this.holder = actor;
    if (this.engine.trace.on) this.heldSince = this.engine.now;
  }
}
