import { describe, expect, test } from 'vitest';
import type { RunReply, RunRequest } from './messages.ts';
import { Pool, poolSize } from './pool.ts';

/** Workers that answer when the test lets them. */
function workers() {
  const made: {
    asked: RunRequest[];
    ended: boolean;
    answer(reply: Partial<RunReply>): void;
    fail(): void;
  }[] = [];
  const start = () => {
    const asked: RunRequest[] = [];
    const worker = {
      onmessage: null as ((event: MessageEvent) => void) | null,
      onerror: null as ((event: ErrorEvent) => void) | null,
      postMessage: (request: RunRequest) => asked.push(request),
      terminate: () => {
        control.ended = true;
      },
    };
    const control = {
      asked,
      ended: false,
      answer: (reply: Partial<RunReply>) =>
        worker.onmessage?.({ data: { run: asked[asked.length - 1].run, ...reply } } as MessageEvent),
      fail: () => worker.onerror?.({ preventDefault() {}, message: '' } as ErrorEvent),
    };
    made.push(control);
    return worker as never;
  };
  return { made, start };
}

function heard() {
  const log: string[] = [];
  return {
    log,
    done: (job: number) => log.push(`done ${job}`),
    failed: (job: number, message: string) => log.push(`failed ${job}: ${message}`),
    progress: (part: number) => log.push(`progress ${part}`),
    finished: () => log.push('finished'),
  };
}

const jobs = [1, 2, 3, 4].map(pages => ({ pages }));

describe('a pool', () => {
  test('gives each worker the next job, and ends when all are done', () => {
    const { made, start } = workers();
    const listener = heard();
    new Pool(start).run('a/b', jobs, 2, listener);
    expect(made.map(({ asked }) => asked.map(({ values }) => values.pages))).toEqual([[1], [2]]);
    made[1].answer({ kind: 'progress', fraction: 0.5 });
    made[1].answer({ kind: 'done' });
    made[1].answer({ kind: 'failed', message: 'no' });
    made[1].answer({ kind: 'done' });
    made[0].answer({ kind: 'done' });
    expect(listener.log).toEqual(['progress 0.5', 'done 1', 'failed 2: no', 'done 3', 'done 0', 'finished']);
    expect(made.map(({ ended }) => ended)).toEqual([true, true]);
  });

  test('stops at once', () => {
    const { made, start } = workers();
    const pool = new Pool(start);
    pool.run('a/b', jobs, 8, heard());
    expect(made).toHaveLength(4);
    pool.stop();
    expect(made.every(({ ended }) => ended)).toBe(true);
  });

  test('a worker that cannot be loaded ends the run with the reason', () => {
    const { made, start } = workers();
    const listener = heard();
    new Pool(start).run('a/b', jobs, 2, listener);
    made[0].fail();
    expect(listener.log).toEqual([
      'failed 0: the script that runs experiments could not be loaded',
      'finished',
    ]);
    expect(made.every(({ ended }) => ended)).toBe(true);
  });

  test.each([
    [10, 4, 3],
    [2, 16, 2],
    [100, 64, 8],
    [5, 1, 1],
  ])('for %i jobs on %i cores has %i workers', (count, cores, size) => {
    expect(poolSize(count, cores)).toBe(size);
  });
});
