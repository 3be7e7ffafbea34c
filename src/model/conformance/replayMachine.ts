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

/** A machine with one process, on which a case is replayed: everything runs until nothing can go on. */
export class ReplayMachine {
  readonly engine = new Engine();
  readonly kernel: Kernel;
  readonly process: Process;
  readonly main: Thread;

  constructor(recorded: RecordedMachine) {
    const host = new Host(this.engine, costsWith());
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

  /** Lets a thread do something, and everybody go on as far as they can. */
  start(thread: Thread, body: Actor<unknown>): Job {
    const job: Job = { done: false, result: undefined };
    this.engine.spawn(
      `thread ${thread.task.id}`,
      (function* (): Actor {
        thread.task.adopt();
        job.result = yield* body;
        job.done = true;
      })(),
    );
    this.engine.run();
    return job;
  }
}
