import { ACQUIRE, ACQUIRE_SHARED, ORDER, RELEASE_SHARED } from './access.ts';
import type { Engine, Grantable } from './engine.ts';
import { Mutex } from './mutex.ts';
import { type Actor, BLOCKED } from './step.ts';

const NOBODY = -1;

/**
 * Sleepable read-copy-update: readers never wait, and `synchronize` waits for those that began before it.
 *
 * KVM guards its memslots with one of these (kvm->srcu); a vCPU is a reader while it runs outside the guest.
 */
export class Srcu implements Grantable {
  readonly name: string;
  private readonly engine: Engine;
  private readonly object: number;
  private readonly readers = [0, 0];
  private index = 0;
  private readonly updates: Mutex;
  private waiter = NOBODY;
  private readonly graceNs: number;

  /** @param graceNs what a grace period costs when no reader is in the way. */
  constructor(engine: Engine, name: string, graceNs = 0) {
    this.engine = engine;
    this.name = name;
    this.graceNs = graceNs;
    this.object = engine.access.reserve(1, name);
    this.updates = new Mutex(engine, `${name} updates`);
  }

  /** Begins to read; hand the result to `exit`. */
  enter(): number {
    if (this.engine.access.on) this.engine.access.note(this.object, ACQUIRE_SHARED);
    this.readers[this.index]++;
    return this.index;
  }

  /** Ends what `enter` began. */
  exit(index: number): void {
    if (this.engine.access.on) this.engine.access.note(this.object, RELEASE_SHARED);
    this.readers[index]--;
    if (this.waiter !== NOBODY && index !== this.index && this.readers[index] === 0) {
      const waiter = this.waiter;
      this.waiter = NOBODY;
      this.engine.wake(waiter);
    }
  }

  /** Waits until every reader that is inside now has left. */
  *synchronize(): Actor {
    yield this.updates.lock();
    // Readers that enter from here on count under the other index, and are not waited for.
    if (this.engine.access.on) this.engine.access.note(this.object, ACQUIRE);
    this.index ^= 1;
    if (this.engine.stepwise) {
      yield this.engine.request(this);
    } else if (this.readers[this.index ^ 1] > 0) {
      this.waiter = this.engine.current;
      yield BLOCKED;
    }
    if (this.graceNs > 0 && !this.engine.stepwise) yield this.graceNs;
    this.updates.unlock();
  }

  canGrant(): boolean {
    return this.readers[this.index ^ 1] === 0;
  }

  grant(): void {
    if (this.engine.access.on) this.engine.access.note(this.object, ORDER);
  }
}
