/** The page's end of the type checker: one worker for all programs of the page, kept once it has been asked for. */
import type { Answers, Question, Reply, Request, TypeFiles } from './messages.ts';

/** Wall time in ms for one answer; the first has the compiler to load. Some types take a checker for ever. */
const LIMIT_MS = 30_000;

/** Answers questions about programs. */
export interface Checker {
  /**
   * @throws Error where the worker failed or was too slow; the message is fit for a reader. The next call of
   *   {@link openChecker} starts anew.
   */
  ask<Q extends Question>(question: Q): Promise<Answers[Q['kind']]>;
}

let open: Promise<Checker> | undefined;

/**
 * The checker, started with the first call.
 *
 * @param files fetches the declarations.
 * @throws Error where a part of it cannot be loaded.
 */
export function openChecker(files: () => Promise<TypeFiles>): Promise<Checker> {
  const mine = open ?? start(files);
  open = mine;
  mine.catch(() => {
    if (open === mine) open = undefined;
  });
  return mine;
}

async function start(files: () => Promise<TypeFiles>): Promise<Checker> {
  const declarations = files();
  const checker = connect(
    new Worker(/* webpackChunkName: "type-checker" */ new URL('./worker.ts', import.meta.url)),
  );
  try {
    await checker.ask({ kind: 'files', files: await declarations });
  } catch (error) {
    checker.close(error as Error);
    throw new Error('The type checker could not be loaded. Are you offline? Programs run without it.');
  }
  return checker;
}

interface Waiting {
  resolve(answer: never): void;
  reject(error: Error): void;
  readonly timer: ReturnType<typeof setTimeout>;
}

function connect(worker: Worker): Checker & { close(why: Error): void } {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let closed: Error | undefined;

  const close = (why: Error) => {
    if (closed) return;
    closed = why;
    open = undefined;
    worker.terminate();
    for (const { reject, timer } of waiting.values()) {
      clearTimeout(timer);
      reject(why);
    }
    waiting.clear();
  };

  worker.onmessage = ({ data }: MessageEvent<Reply>) => {
    const asked = waiting.get(data.id);
    if (!asked) return;
    waiting.delete(data.id);
    clearTimeout(asked.timer);
    if ('error' in data) asked.reject(new Error(`The type checker failed: ${data.error}`));
    else asked.resolve(data.answer as never);
  };
  worker.onerror = event => {
    event.preventDefault();
    close(new Error('The type checker stopped. Check types again to start it anew.'));
  };

  return {
    close,
    ask: question =>
      new Promise((resolve, reject) => {
        if (closed) return reject(closed);
        const id = ++last;
        const timer = setTimeout(
          () => close(new Error('The type checker took too long for this program and was stopped.')),
          LIMIT_MS,
        );
        waiting.set(id, { resolve, reject, timer });
        worker.postMessage({ id, question } satisfies Request);
      }),
  };
}
