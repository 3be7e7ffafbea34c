import { costsWith } from '../costs/table.ts';
import { attributesIoctl } from '../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../designs/reclaim/flushOnGmemFree.ts';
import { Engine } from '../engine/engine.ts';
import { type Actor, BLOCKED } from '../engine/step.ts';
import { Host } from '../host/host.ts';
import { type Kernel, Process, type Thread } from '../uapi/process.ts';
import type { RecordedMachine } from './profileOf.ts';

/** One thing that some thread is doing, or has done. */
export interface Job {
  done: boolean;
  result: unknown;
}

/** Frames the machine has, 4 KiB each: a recording needs a few thousand, a broken one must not take all memory. */
const FRAMES = 2 ** 20;

/** Steps that all threads together may take in one operation; those of real recordings take some thousands. */
const STEPS = 10_000_000;

/**
 * Steps that a guest's access may take in one operation: it touches two pages at most. One that takes more tries the
 * same thing over and over until somebody else has done something, and is let go on with the next operation.
 */
const ACCESS_STEPS = 20_000;

/** A recording keeps the machine busy without end. */
class EndlessOp extends Error {
  constructor() {
    super(`not done after ${STEPS} steps; nothing after it is replayed`);
  }
}

/** A machine with one process, on which a case is replayed: everything runs until nothing can go on. */
export class ReplayMachine {
  readonly engine = new Engine();
  readonly kernel: Kernel;
  readonly process: Process;
  readonly main: Thread;
  private left = STEPS;
  /** Actors that try again and again, and wait for the next operation. */
  private readonly retrying: number[] = [];

  constructor(recorded: RecordedMachine) {
    const host = new Host(this.engine, costsWith(), FRAMES);
    host.memoryFailure = recorded.memoryFailure;
    this.kernel = {
      host,
      profile: recorded.profile,
      designs: { conversion: attributesIoctl, reclaim: flushOnGmemFree },
      heirs: new WeakMap(),
    };
    this.process = new Process(this.kernel);
    this.main = this.process.createThread();
  }

  /**
   * Lets a thread do something, and everybody go on as far as they can.
   *
   * @param isAccess a guest's access, which may retry for as long as nobody else changes what it needs
   * @throws EndlessOp where that is never over, and from then on.
   */
  start(thread: Thread, body: Actor<unknown>, isAccess = false): Job {
    const job: Job = { done: false, result: undefined };
    this.engine.spawn(`thread ${thread.task.id}`, this.counted(thread, body, job, isAccess));
    this.goOn();
    return job;
  }

  /** Lets everybody go on as far as they can. */
  goOn(): void {
    if (this.left <= 0) throw new EndlessOp();
    this.left = STEPS;
    for (const actor of this.retrying.splice(0)) this.engine.wake(actor);
    this.engine.run();
  }

  private *counted(thread: Thread, body: Actor<unknown>, job: Job, isAccess: boolean): Actor {
    thread.task.adopt();
    let taken = 0;
    for (let step = body.next(); ; step = body.next()) {
      if (step.done) {
        job.result = step.value;
        job.done = true;
        return;
      }
      if (--this.left <= 0) throw new EndlessOp();
      if (isAccess && (thread.task.restarting || ++taken % ACCESS_STEPS === 0)) {
        this.retrying.push(this.engine.current);
        yield BLOCKED;
      } else {
        yield step.value;
      }
    }
  }
}
