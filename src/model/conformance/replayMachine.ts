import { costsWith } from '../costs/table.ts';
import { attributesIoctl } from '../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../designs/reclaim/flushOnGmemFree.ts';
import { Engine } from '../engine/engine.ts';
import type { Actor } from '../engine/step.ts';
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
   * @throws EndlessOp where that is never over, and from then on.
   */
  start(thread: Thread, body: Actor<unknown>): Job {
    if (this.left <= 0) throw new EndlessOp();
    this.left = STEPS;
    const job: Job = { done: false, result: undefined };
    this.engine.spawn(`thread ${thread.task.id}`, this.counted(thread, body, job));
    this.engine.run();
    return job;
  }

  private *counted(thread: Thread, body: Actor<unknown>, job: Job): Actor {
    thread.task.adopt();
    for (let step = body.next(); ; step = body.next()) {
      if (step.done) {
        job.result = step.value;
        job.done = true;
        return;
      }
      if (--this.left <= 0) throw new EndlessOp();
      yield step.value;
    }
  }
}
