/**
 * What the worker that runs a program tells the page. Messages are JSON text: text has a size before it is read, holds
 * no getters, and takes the frame between the two no time to pass on.
 */
import type { Shown } from '../../model/index.ts';
import { type Check, finite, Misfit, oneOf, record, text } from './shape.ts';
import { SHOWN_KINDS, shownItem } from './shown.ts';

/** An error as the worker saw it. */
export interface RawError {
  readonly name: string;
  readonly message: string;
  /** The engine's own stack, in its own format. */
  readonly stack: string;
}

export type WorkerMessage =
  /** Something was shown. */
  | { readonly type: 'shown'; readonly item: Shown }
  /** How far the run is, from 0 to 1. */
  | { readonly type: 'progress'; readonly fraction: number }
  /** More was shown than a run may show; it is left out. Sent once. */
  | { readonly type: 'cut' }
  /** The program ended. */
  | { readonly type: 'done' }
  /** The program threw. */
  | { readonly type: 'failed'; readonly error: RawError };

/** Characters of an error's parts. */
export const ERROR_TEXT = { name: 200, message: 4_000, stack: 8_000 } as const;

const rawError: Check<RawError> = record(
  { name: text(ERROR_TEXT.name), message: text(ERROR_TEXT.message), stack: text(ERROR_TEXT.stack) },
  {},
);

const message: Check<WorkerMessage> = (given, where) => {
  const { type } = record(
    { type: oneOf('shown', 'progress', 'cut', 'done', 'failed') },
    { item: (v: unknown) => v, fraction: (v: unknown) => v, error: (v: unknown) => v },
  )(given, where);
  switch (type) {
    case 'shown':
      return record({ type: oneOf('shown'), item: shownItem }, {})(given, where);
    case 'progress':
      return record({ type: oneOf('progress'), fraction: finite }, {})(given, where);
    case 'failed':
      return record({ type: oneOf('failed'), error: rawError }, {})(given, where);
    default:
      return record({ type: oneOf(type) }, {})(given, where);
  }
};

/** How a message is called in what is said of its parts. */
const ROOT = 'message';

/**
 * @param data what arrived; nothing is assumed about it.
 * @returns the message, or undefined where it is none.
 */
export function readMessage(data: string): WorkerMessage | undefined {
  try {
    return message(JSON.parse(data), ROOT);
  } catch {
    return undefined;
  }
}

/**
 * Why {@link readMessage} finds no message in a text, for the reader of the program that sent it.
 *
 * @param data what it was given.
 * @returns the end of a sentence: `'columns' of a table is not a list of at most 40`.
 */
export function whyUnread(data: string): string {
  let given: unknown;
  try {
    given = JSON.parse(data);
    message(given, ROOT);
  } catch (error) {
    return error instanceof Misfit ? inWords(error, given) : 'it is not text that JSON can be read from';
  }
  return 'it can be';
}

/** Characters of a field's name in what is said of it. */
const LONGEST_NAME = 80;

function inWords({ where, expected }: Misfit, given: unknown): string {
  const item = (given as { item?: { kind?: unknown } } | null)?.item;
  const kind = SHOWN_KINDS.find(one => one === item?.kind);
  const whole = where.split('message.item.')[1];
  if (kind === undefined || whole === undefined)
    return where === `${ROOT}.item` ? `it is not ${expected}` : 'it is not a message of a run';
  // A made-up message may have a field whose name is as long as it is.
  const field = whole.length > LONGEST_NAME ? `${whole.slice(0, LONGEST_NAME)}…` : whole;
  const of = `of a ${kind === 'log' ? 'line of text' : kind.replace('-', ' ')}`;
  return where.startsWith(ROOT)
    ? `'${field}' ${of} is not ${expected}`
    : `a name in '${field}' ${of} is not ${expected}`;
}
