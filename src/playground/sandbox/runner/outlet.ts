/**
 * The worker's end of the channel: turns what a program shows into messages, and stops at the limits of a run.
 */
import type { Shown, Sink } from '../../../model/index.ts';
import { RUN_LIMITS } from '../../protocol/limits.ts';
import { ERROR_TEXT, type RawError, type WorkerMessage } from '../../protocol/messages.ts';
import { INSTEAD } from './language.ts';

/** Progress is passed on in steps of this size, so that a loop may report every turn. */
const STEP = 0.01;

/** A sink that counts what goes through it. */
export interface Outlet extends Sink {
  done(): void;
  failed(error: unknown): void;
}

/**
 * @param post the worker's `postMessage`.
 */
export function makeOutlet(post: (text: string) => void): Outlet {
  // A program may replace what it likes of the language's own objects; what is needed later is taken now.
  const { stringify } = JSON;
  let items = 0;
  let characters = 0;
  let cut = false;
  let reported = -1;
  let progressLeft = RUN_LIMITS.messages - RUN_LIMITS.items - 10;
  let ended = false;

  const send = (message: WorkerMessage) => post(stringify(message));

  const shown = (item: Shown) => {
    if (ended || cut) return;
    const text = stringify({ type: 'shown', item } satisfies WorkerMessage);
    if (items >= RUN_LIMITS.items || characters + text.length > RUN_LIMITS.characters) {
      cut = true;
      send({ type: 'cut' });
      return;
    }
    items++;
    characters += text.length;
    post(text);
  };

  const progress = (fraction: number) => {
    if (ended || (Math.abs(fraction - reported) < STEP && fraction !== 1) || fraction === reported) return;
    reported = fraction;
    if (progressLeft-- > 0) send({ type: 'progress', fraction });
  };

  const end = (message: WorkerMessage) => {
    if (ended) return;
    ended = true;
    send(message);
  };

  return {
    shown,
    progress,
    done: () => end({ type: 'done' }),
    failed: error => end({ type: 'failed', error: rawError(error) }),
  };
}

/** A program may put another in its place. */
const NativeError = Error;

/** Whatever was thrown, as text. It may be a proxy that throws when it is looked at. */
function rawError(error: unknown): RawError {
  try {
    if (error instanceof NativeError) {
      // Browsers say it each in their way, with the whole of the policy that forbids it.
      const forbidden = error.name === 'EvalError' && /\bCSP\b|Content Security Policy/.test(error.message);
      return {
        name: String(error.name).slice(0, ERROR_TEXT.name),
        message: forbidden ? INSTEAD.eval : String(error.message).slice(0, ERROR_TEXT.message),
        stack: String(error.stack ?? '').slice(0, ERROR_TEXT.stack),
      };
    }
    const isText = typeof error === 'string' || (typeof error === 'object' && error !== null);
    const text = isText ? JSON.stringify(error) : String(error);
    return {
      name: '',
      message: `The program threw ${text}, which is no Error.`.slice(0, ERROR_TEXT.message),
      stack: '',
    };
  } catch {
    return { name: '', message: 'The program threw something that cannot be read.', stack: '' };
  }
}
