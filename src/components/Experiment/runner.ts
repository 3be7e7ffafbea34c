import type { AnyValues } from '../../model/experiments/params.ts';
import type { Outcome } from '../../views/index.ts';
import type { RunReply, RunRequest } from './messages.ts';
import { startWorker } from './startWorker.ts';

/** Who wants to know how a run goes. */
export interface RunListener {
  progress(fraction: number): void;
  done(outcome: Outcome): void;
  failed(message: string): void;
}

/** Runs one experiment, one run at a time: a new run ends the one before. */
export class Runner {
  #worker: Worker | undefined;
  #busy = false;
  #run = 0;
  readonly #listener: RunListener;

  constructor(listener: RunListener) {
    this.#listener = listener;
  }

  /** Starts the worker before it is needed. */
  warm(): void {
    this.#worker ??= this.#start();
  }

  start(id: string, values: AnyValues): void {
    // A worker in the middle of a run hears nothing: it is ended, and another takes its place.
    if (this.#busy) this.stop();
    this.warm();
    this.#busy = true;
    this.#run += 1;
    const request: RunRequest = { run: this.#run, id, values };
    this.#worker?.postMessage(request);
  }

  /** Ends the run in progress, if there is one. */
  stop(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#busy = false;
  }

  #start(): Worker {
    const worker = startWorker();
    worker.addEventListener('message', ({ data }: MessageEvent<RunReply>) => {
      if (data.run !== this.#run) return;
      if (data.kind === 'progress') {
        this.#listener.progress(data.fraction);
        return;
      }
      this.#busy = false;
      if (data.kind === 'done') this.#listener.done(data.outcome);
      else this.#listener.failed(data.message);
    });
    worker.addEventListener('error', event => {
      event.preventDefault();
      this.stop();
      this.#listener.failed(event.message || 'the script that runs experiments could not be loaded');
    });
    return worker;
  }
}
