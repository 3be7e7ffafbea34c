import type { Engine } from '../engine/engine.ts';
import type { WaitQueue } from '../engine/waitQueue.ts';

/** A thread of some process, as far as signals and sleeping concern it. */
export class Task {
  readonly id: number;
  /** A signal that is handled, not fatal, waits for it. */
  signalPending = false;
  /** It starts an access over again and again: a signal keeps it from sleeping, and it cannot take it there. */
  restarting = false;
  /** Where it sleeps so that a signal wakes it, or null. */
  sleepsOn: WaitQueue | null = null;
  /** The actor that carries it. */
  actor = -1;
  private readonly engine: Engine;

  constructor(engine: Engine, id: number) {
    this.engine = engine;
    this.id = id;
  }

  /** Sends it a handled signal: it wakes where it sleeps interruptibly. */
  signal(): void {
    this.signalPending = true;
    this.sleepsOn?.wakeActor(this.actor);
  }

  /** The running actor is this thread from now on. */
  adopt(): void {
    this.actor = this.engine.current;
  }
}
