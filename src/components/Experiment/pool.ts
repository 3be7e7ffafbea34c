import type { AnyValues } from '../../model/experiments/params.ts';
import type { RunReply, RunRequest } from './messages.ts';
import { startWorker } from './startWorker.ts';

/** What a job came to. */
export type Done = Extract<RunReply, { kind: 'done' }>;

/** Who wants to know how some jobs go. */
export interface PoolListener {
  /** A job is done; the jobs come in any order. */
  done(job: number, reply: Done): void;
  /** A job failed; the others go on. */
  failed(job: number, message: string): void;
  /** How much of the jobs under way is done, in jobs. */
  progress?(underWay: number): void;
  /** Nothing is left to do. */
  finished(): void;
}

/** What a pool needs of a worker. */
type Labourer = Pick<Worker, 'postMessage' | 'terminate' | 'onmessage' | 'onerror'>;

/** Most workers of a pool: beyond it a page takes the machine from its reader. */
const MOST = 8;

/** How many workers a pool has for some jobs: one core is left to the page. */
export function poolSize(jobs: number, cores: number): number {
  return Math.max(1, Math.min(jobs, MOST, cores - 1));
}

/** Runs an experiment with many values, as many at a time as there are workers. */
export class Pool {
  #workers: Labourer[] = [];
  readonly #start: () => Labourer;

  /** @param start makes a worker; a page's own by default */
  constructor(start: () => Labourer = startWorker) {
    this.#start = start;
  }

  /** Runs jobs; those under way are ended. */
  run(id: string, jobs: readonly AnyValues[], size: number, listener: PoolListener): void {
    this.stop();
    const under = new Map<Labourer, number>();
    let next = 0;
    let left = jobs.length;
    if (left === 0) listener.finished();
    const give = (worker: Labourer) => {
      under.delete(worker);
      if (next >= jobs.length) {
        worker.terminate();
        return;
      }
      const request: RunRequest = { run: next, id, values: jobs[next] };
      next += 1;
      under.set(worker, 0);
      worker.postMessage(request);
    };
    const ended = (worker: Labourer) => {
      left -= 1;
      give(worker);
      if (left === 0) listener.finished();
    };
    for (let nth = 0; nth < Math.min(size, jobs.length); nth++) {
      const worker = this.#start();
      let job = 0;
      worker.onmessage = ({ data }: MessageEvent<RunReply>) => {
        job = data.run;
        if (data.kind === 'progress') {
          under.set(worker, data.fraction);
          listener.progress?.([...under.values()].reduce((sum, part) => sum + part, 0));
          return;
        }
        if (data.kind === 'done') listener.done(data.run, data);
        else listener.failed(data.run, data.message);
        ended(worker);
      };
      worker.onerror = event => {
        event.preventDefault();
        const message = event.message || 'the script that runs experiments could not be loaded';
        this.stop();
        listener.failed(job, message);
        listener.finished();
      };
      this.#workers.push(worker);
      give(worker);
    }
  }

  /** Ends all that is under way. */
  stop(): void {
    for (const worker of this.#workers) worker.terminate();
    this.#workers = [];
  }
}
