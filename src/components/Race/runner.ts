import type { Reply, Request } from './messages.ts';

/** Asks the worker one thing at a time: a new request ends the one before. */
export class RaceRunner {
  #worker: Worker | undefined;
  #busy = false;

  /** @param listener hears of progress, and of the one answer to each request that is not stopped. */
  ask(request: Request, listener: (reply: Reply) => void): void {
    // A worker in the middle of a search hears nothing: it is ended, and another takes its place.
    if (this.#busy) this.stop();
    this.#worker ??= new Worker(new URL('./worker.ts', import.meta.url));
    const worker = this.#worker;
    this.#busy = true;
    worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      if (data.kind !== 'progress') this.#busy = false;
      listener(data);
    };
    worker.onerror = event => {
      event.preventDefault();
      this.stop();
      listener({
        kind: 'failed',
        message: event.message || 'the script that explores races could not be loaded',
      });
    };
    worker.postMessage(request);
  }

  /** Ends what is under way, if anything is. */
  stop(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#busy = false;
  }
}
