/** What threads of the calling process are doing, and when none of them can go on. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Result } from '../../src/model/conformance/results.ts';
import type { Caller } from './caller.ts';

/** Something that a thread is doing, or has done. */
export interface Job {
  readonly worker: number;
  /** What it came to; null while it goes on. */
  result: Result | null;
  /** Why it could not be carried out at all. */
  error: Error | null;
  readonly over: Promise<void>;
}

/** Time between two looks, in ms. */
const LOOK_MS = 2;
/**
 * For how many looks a thread must have slept without ever being switched: one that waits for a page, and one that the
 * kernel will not interrupt, which may be waiting for a grace period.
 */
const LOOKS: Readonly<Record<string, number>> = { S: 5, D: 40 };
/** The same for the first thread where no other one does anything. */
const FIRST_LOOKS = 1500;
/** Time, in ns, after which a thread that still runs is taken for one that tries the same thing again and again. */
const SPINNING_NS = 40_000_000;

export class Jobs {
  private readonly caller: Caller;
  private readonly pending = new Set<Job>();
  /** How each stood when it was last looked at. */
  private readonly standings = new WeakMap<Job, string>();
  /** The first thread does not come back from an operation: nothing more can be asked of it. */
  stuck = false;

  constructor(caller: Caller) {
    this.caller = caller;
  }

  /** Notes what a worker began to do. */
  start(worker: number, work: Promise<Result>): Job {
    const end = (result: Result | null, error: Error | null) => {
      job.result = result;
      job.error = error;
      this.pending.delete(job);
    };
    const over = work.then(
      result => end(result, null),
      error => end(null, error as Error),
    );
    const job: Job = { worker, result: null, error: null, over };
    this.pending.add(job);
    return job;
  }

  /** Whether who does a job has time for another one. */
  atLeisure(job: Job | null): boolean {
    return job === null || !this.pending.has(job);
  }

  /** What a job came to, once nobody can go on. */
  async outcome(job: Job | null | undefined): Promise<Result> {
    await this.settle();
    if (job === null || job === undefined) throw new Error('a wait for what was never started');
    if (job.error !== null) throw job.error;
    if (job.result !== null) return job.result;
    if (job.worker === 0) this.stuck = true;
    return { blocked: true };
  }

  /** Whether a job is over, once nobody can go on. */
  async state(job: Job | null | undefined): Promise<Result> {
    await this.settle();
    if (job === null || job === undefined) throw new Error('a look at what was never started');
    if (job.error !== null) throw job.error;
    return { ok: true, state: job.result === null ? 'running' : 'done' };
  }

  /** Waits until every job is over, or sleeps without anybody to wake it, or gets nowhere. */
  async settle(): Promise<void> {
    const looks = new Map<Job, number>();
    const began = new Map<Job, number>();
    const idle = { switches: '', looks: 0 };
    let changed = false;
    while (this.pending.size > 0) {
      const first = [...this.pending].find(job => job.worker === 0) ?? [...this.pending][0];
      const size = this.pending.size;
      await Promise.race([first.over, sleep(LOOK_MS)]);
      // A thread that came to its end may have let others go on.
      if (this.pending.size < size && first.worker !== 0) changed = true;
      let calm = this.firstIsIdle(idle);
      for (const job of this.pending) {
        const { state, switches, ran } = this.caller.standing(job.worker);
        if (!began.has(job)) began.set(job, ran);
        if (job.worker !== 0 && ran - began.get(job)! > SPINNING_NS) continue;
        const standing = `${state} ${switches}`;
        const same = this.standings.get(job) === standing;
        if (!same) changed = true;
        this.standings.set(job, standing);
        looks.set(job, same ? (looks.get(job) ?? 0) + 1 : 0);
        if (looks.get(job)! < this.looksWanted(job, state, changed)) calm = false;
      }
      if (calm) return;
    }
  }

  /** The first thread hands commands over to the others: they may wait for it where it has not come to run. */
  private firstIsIdle(seen: { switches: string; looks: number }): boolean {
    const { state, switches } = this.caller.standing(0);
    seen.looks = state !== 'R' && seen.switches === switches ? seen.looks + 1 : 0;
    seen.switches = switches;
    return seen.looks >= LOOKS.S;
  }

  private looksWanted(job: Job, state: string, changed: boolean): number {
    // With nobody to wait for, the first thread waits for the kernel itself.
    if (state === '?') return Infinity;
    if (job.worker === 0) return this.pending.size === 1 ? FIRST_LOOKS : 3 * (LOOKS[state] ?? Infinity);
    return state === 'D' && !changed ? LOOKS.S : (LOOKS[state] ?? Infinity);
  }
}
