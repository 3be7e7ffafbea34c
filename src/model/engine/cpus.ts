import { ACQUIRE, type AccessKind, RELEASE } from './access.ts';
import type { Engine, Grantable } from './engine.ts';
import { FifoQueue } from './fifoQueue.ts';
import { BLOCKED, POINT, type Step } from './step.ts';

/**
 * A finite number of CPUs, which actors must get before they run and give back before they sleep:
 * `yield cpus.enter()` ... `cpus.leave()`. First come, first served; nobody is preempted.
 */
export class Cpus implements Grantable {
  readonly count: number;
  /** CPUs nobody runs on. */
  idle: number;
  private readonly engine: Engine;
  private readonly object: number;
  private readonly waiters = new FifoQueue();
  private readonly switchNs: number;

  /** @param switchNs time from a CPU becoming free until the next actor runs on it. */
  constructor(engine: Engine, count: number, switchNs = 0) {
    this.engine = engine;
    this.count = count;
    this.idle = count;
    this.switchNs = switchNs;
    this.object = engine.access.reserve(1, 'CPUs');
  }

  /** Gets a CPU, or waits for one: yield what it returns. */
  enter(): Step {
    const engine = this.engine;
    if (engine.stepwise) return engine.request(this);
    if (this.idle > 0) {
      this.idle--;
      return POINT;
    }
    this.waiters.push(engine.current);
    if (engine.trace.on) engine.markWait(engine.current);
    return BLOCKED;
  }

  /** Gives the CPU back. */
  leave(): void {
    if (this.engine.access.on) this.engine.access.note(this.object, RELEASE);
    if (this.waiters.length === 0) {
      this.idle++;
      return;
    }
    const next = this.waiters.shift();
    if (this.engine.trace.on) this.engine.traceWait(next, 'CPU');
    this.engine.wake(next, this.switchNs);
  }

  get wants(): { object: number; kind: AccessKind } {
    return { object: this.object, kind: ACQUIRE };
  }

  canGrant(): boolean {
    return this.idle > 0;
  }

  grant(): void {
    this.idle--;
    if (this.engine.access.on) this.engine.access.note(this.object, ACQUIRE);
  }
}
