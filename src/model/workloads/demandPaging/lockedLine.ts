import { CacheLine } from '../../engine/cacheLine.ts';
import type { Engine } from '../../engine/engine.ts';
import { SpinLock } from '../../engine/spinLock.ts';
import type { Actor } from '../../engine/step.ts';

/**
 * A queued spinlock, in one cache line with the list heads that it guards: `yield* locked.lock(cpu)` ...
 * `locked.unlock()`.
 */
export class LockedLine {
  readonly line: CacheLine;
  private readonly spin: SpinLock;
  private readonly lineNs: number;

  /** @param lineNs time in ns that a journey of a cache line takes. */
  constructor(engine: Engine, name: string, lineNs: number) {
    this.line = new CacheLine(engine, lineNs);
    this.spin = new SpinLock(engine, name);
    this.lineNs = lineNs;
  }

  /** Takes the lock for the running actor, whose CPU is `cpu`. */
  *lock(cpu: number): Actor {
    const queued = this.spin.holder !== -1;
    yield this.spin.lock();
    // Who queues spins on a line of its own, which the holder before it writes (kernel/locking/mcs_spinlock.h).
    if (queued) yield this.lineNs;
    yield this.line.write(cpu);
  }

  unlock(): void {
    this.spin.unlock();
  }
}
