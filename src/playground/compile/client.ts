/** The page's end of the compiler: a worker that is started with the first program and kept for the next. */
import type { Compiled } from './compile.ts';
import type { CompileRequest } from './worker.ts';

/** Wall time in ms for one program; some texts take a parser very long. */
const LIMIT_MS = 5_000;

let worker: Worker | undefined;
let last: Promise<unknown> = Promise.resolve();

/** Starts the worker ahead of time. */
export function warmCompiler(): Worker {
  worker ??= new Worker(new URL('./worker.ts', import.meta.url));
  return worker;
}

/** The program that was compiled last, ahead of its run or for it. */
let known: { readonly request: CompileRequest; readonly compiled: Promise<Compiled> } | undefined;

/** Compiles a program that is likely to be run next. */
export function compileAhead(source: string, names: readonly string[]): void {
  if (known?.request.source === source && known.request.names === names) return;
  const request = { source, names };
  const compiled = queue(request, new AbortController().signal);
  known = { request, compiled };
  compiled.catch(() => {
    if (known?.compiled === compiled) known = undefined;
  });
}

/**
 * Compiles one program; programs that come while another is compiled wait.
 *
 * @param names what 'faultlines' exports.
 * @param signal gives up.
 * @throws Error where the compiler cannot be loaded, or when the signal comes.
 */
export function compileInWorker(
  source: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Compiled> {
  if (known?.request.source === source && known.request.names === names)
    return unless(signal, known.compiled);
  return queue({ source, names }, signal);
}

/** A promise of somebody else's, given up when the signal comes. */
function unless<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new Error('stopped'));
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

function queue(request: CompileRequest, signal: AbortSignal): Promise<Compiled> {
  const mine = last.then(() => ask(request, signal));
  last = mine.catch(() => undefined);
  return mine;
}

function ask(request: CompileRequest, signal: AbortSignal): Promise<Compiled> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Error('stopped'));
    const asked = warmCompiler();
    const over = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      asked.onmessage = null;
      asked.onerror = null;
    };
    /** A worker that does not answer is of no more use. */
    const drop = () => {
      over();
      asked.terminate();
      worker = undefined;
    };
    const giveUp = () => {
      drop();
      reject(new Error('stopped'));
    };
    const timer = setTimeout(() => {
      drop();
      resolve({
        ok: false,
        problem: { line: 1, message: 'The program takes too long to read: is it nested very deeply?' },
      });
    }, LIMIT_MS);
    signal.addEventListener('abort', giveUp);
    asked.onmessage = ({ data }: MessageEvent<Compiled>) => {
      over();
      resolve(data);
    };
    asked.onerror = event => {
      event.preventDefault();
      drop();
      reject(new Error('The compiler could not be loaded. Are you offline?'));
    };
    asked.postMessage(request);
  });
}
