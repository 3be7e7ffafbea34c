/**
 * Runs programs in frames, one at a time, and judges what comes out of them.
 */
import type { Shown } from '../../model/index.ts';
import { RUN_LIMITS } from '../protocol/limits.ts';
import { readMessage, whyUnread } from '../protocol/messages.ts';
import { assemble } from './assemble.ts';
import { type Host, makeHost } from './host.ts';
import { type Slot, Slots } from './slots.ts';
import { type Failure, failureOf, parseFailure } from './trace.ts';

/** How a run ended. */
export type Ending =
  /** By itself. */
  | { readonly kind: 'done' }
  /** With an error of the program's. */
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** By the reader. */
  | { readonly kind: 'stopped' }
  /** By the clock. */
  | { readonly kind: 'timeout'; readonly milliseconds: number }
  /** Because it sent more than a run may send. */
  | { readonly kind: 'too-much'; readonly what: 'items' | 'characters' | 'messages' }
  /** Because it sent something that cannot be shown; `why` ends a sentence. */
  | { readonly kind: 'misfit'; readonly why: string }
  /** Because the browser could not run it at all. */
  | { readonly kind: 'broken'; readonly message: string };

/** One program to run. */
export interface Job {
  /** The bundled runner. */
  readonly runner: string;
  /** The compiled program. */
  readonly code: string;
  /** Wall time in ms it may take. */
  readonly milliseconds?: number;
  /** Stops it. */
  readonly signal: AbortSignal;
  onShown(item: Shown): void;
  /** @param fraction from 0 to 1. */
  onProgress(fraction: number): void;
  /** Not everything that was shown has come through. */
  onCut(): void;
}

const slots = new Slots((callback, milliseconds) => setTimeout(callback, milliseconds));

/** How long in ms a frame made ahead of time is kept. */
const SPARE_MS = 3_000;

/** Runs that have been asked for and are not over. */
let active = 0;

let spare: { host: Host; timer: ReturnType<typeof setTimeout> } | undefined;

/** Makes the frame of the next run ahead of time; if none comes it goes again by itself. */
export function warm(): void {
  if (spare || active > 0) return;
  const host = makeHost(RUN_LIMITS.bootMilliseconds);
  spare = { host, timer: setTimeout(cool, SPARE_MS) };
}

/** Takes back what {@link warm} made. */
export function cool(): void {
  takeSpare()?.remove();
}

function takeSpare(): Host | undefined {
  const host = spare?.host;
  clearTimeout(spare?.timer);
  spare = undefined;
  return host;
}

/** Runs one program. Never rejects: whatever happens is an ending. Afterwards nothing of it is left in the page. */
export async function run(job: Job): Promise<Ending> {
  active++;
  const ending = await inSlot(job);
  active--;
  cool();
  return ending;
}

async function inSlot(job: Job): Promise<Ending> {
  const slot = await slots.take(job.signal);
  if (!slot) return { kind: 'stopped' };
  const host = takeSpare() ?? makeHost(RUN_LIMITS.bootMilliseconds);
  let port: MessagePort;
  try {
    port = await stoppable(host.port, job.signal);
  } catch (error) {
    host.remove();
    slot.release(0);
    if (job.signal.aborted) return { kind: 'stopped' };
    return { kind: 'broken', message: error instanceof Error ? error.message : String(error) };
  }
  return watch(job, host, port, slot);
}

/** `promise`, or a rejection as soon as the signal comes. */
function stoppable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Error('stopped'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** From the moment the program is handed over to its ending. The clock is the page's: the program cannot stop it. */
function watch(job: Job, host: Host, port: MessagePort, slot: Slot): Promise<Ending> {
  const script = assemble(job.runner, job.code);
  const milliseconds = job.milliseconds ?? RUN_LIMITS.milliseconds;
  return new Promise(resolve => {
    let ended = false;
    const end = (ending: Ending) => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      job.signal.removeEventListener('abort', stop);
      port.onmessage = null;
      host.remove();
      slot.release(ending.kind === 'done' || ending.kind === 'failed' ? 0 : RUN_LIMITS.dyingMilliseconds);
      resolve(ending);
    };
    const stop = () => end({ kind: 'stopped' });
    const timer = setTimeout(() => end({ kind: 'timeout', milliseconds }), milliseconds);
    job.signal.addEventListener('abort', stop);
    const receive = receiver(
      job,
      end,
      (message, line) => parseFailure(message, line, script),
      error => failureOf(error, script),
    );
    port.onmessage = ({ data }) => {
      if (!ended) receive(data);
    };
    port.postMessage(script.text);
    if (job.signal.aborted) stop();
  });
}

/** Reads what the frame passes on, counts it, and hands on what is fit to be shown. */
function receiver(
  job: Job,
  end: (ending: Ending) => void,
  unread: (message: string, line: number) => Failure,
  thrown: (error: Parameters<typeof failureOf>[0]) => Failure,
): (data: unknown) => void {
  let items = 0;
  let characters = 0;
  let messages = 0;
  const tooMuch = (what: 'items' | 'characters' | 'messages') => end({ kind: 'too-much', what });
  return data => {
    // The frame has sent its own word for what was no text, and for what was too long.
    if (typeof data !== 'string' || data[0] === 'N') return end({ kind: 'misfit', why: 'it is no text' });
    if (data[0] === 'F') return tooMuch('characters');
    characters += data.length;
    messages++;
    // A little more than the worker's own limits: its count of characters leaves out what wraps an item.
    if (characters > RUN_LIMITS.characters * 1.1) return tooMuch('characters');
    if (messages > RUN_LIMITS.messages) return tooMuch('messages');
    if (data[0] === 'E') {
      const [message, line] = errorOf(data.slice(1));
      return end({ kind: 'failed', failure: unread(message, line) });
    }
    const message = data[0] === 'W' ? readMessage(data.slice(1)) : undefined;
    switch (message?.type) {
      case 'shown':
        if (++items > RUN_LIMITS.items) return tooMuch('items');
        return job.onShown(message.item);
      case 'progress':
        return job.onProgress(Math.min(Math.max(message.fraction, 0), 1));
      case 'cut':
        return job.onCut();
      case 'done':
        return end({ kind: 'done' });
      case 'failed':
        return end({ kind: 'failed', failure: thrown(message.error) });
      default:
        return end({ kind: 'misfit', why: whyUnread(data.slice(1)) });
    }
  };
}

/** The frame's report of a worker that could not be read or that threw outside the program. */
function errorOf(text: string): [message: string, line: number] {
  try {
    const [message, line]: unknown[] = JSON.parse(text);
    return [String(message), Number.isSafeInteger(line) ? (line as number) : 0];
  } catch {
    return ['The program could not be started.', 0];
  }
}
