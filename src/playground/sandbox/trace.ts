/** An engine's error in terms of the program's own lines. */
import type { RawError } from '../protocol/messages.ts';
import type { Script } from './assemble.ts';

/** A call in the program, innermost first. */
export interface Frame {
  /** Name of the function, empty at the top of the program. */
  readonly name: string;
  /** Line of the program, from 1. */
  readonly line: number;
}

/** An error as a reader sees it. */
export interface Failure {
  /** `TypeError: x is not a function`. */
  readonly message: string;
  /** Line of the program that failed, where that is known. */
  readonly line?: number;
  readonly frames: readonly Frame[];
}

/** Frames shown; a deep recursion has the same one over and over. */
const MAX_FRAMES = 8;

/** An error that the program threw. */
export function failureOf(error: RawError, script: Script): Failure {
  const frames = framesOf(error.stack, script);
  const message = error.name ? `${error.name}: ${error.message}` : error.message;
  return { message, ...(frames.length > 0 ? { line: frames[0].line } : {}), frames };
}

/**
 * An error that kept the script from being read at all.
 *
 * @param line of the script, from 1; 0 where the engine does not say.
 */
export function parseFailure(message: string, line: number, script: Script): Failure {
  const inProgram = line - script.offset;
  const plain = message.replace(/^Uncaught /, '');
  if (line === 0) return { message: plain, frames: [] };
  // What is missing at the program's end is only found below it.
  return { message: plain, line: Math.min(Math.max(inProgram, 1), script.lines), frames: [] };
}

/**
 * The program's frames of a stack: `at NAME (URL:LINE:COLUMN)` in Chromium and Node, `NAME@URL:LINE:COLUMN` in Firefox
 * and Safari. Only lines tell a program's frames from the model's: both stand in one script.
 */
function framesOf(stack: string, script: Script): Frame[] {
  const frames: Frame[] = [];
  for (const entry of stack.split('\n')) {
    const place = /:(\d{1,9}):\d{1,9}\)?$/.exec(entry.trimEnd());
    if (!place) continue;
    const line = Number(place[1]) - script.offset;
    if (line < 1 || line > script.lines) continue;
    frames.push({ name: nameOf(entry.slice(0, place.index)), line });
    if (frames.length === MAX_FRAMES) break;
  }
  return frames;
}

function nameOf(entry: string): string {
  const chromium = /^\s*at (?:async )?(?:new )?([^\s(]+) \(/.exec(entry)?.[1];
  const firefox = /^([^@]*)@/.exec(entry)?.[1];
  const name = chromium ?? firefox ?? '';
  // An engine names the program's own function after where it stands; that is the top of the program.
  return /^[\p{L}\p{N}_$.#<>]{1,80}$/u.test(name) && !name.includes('__run__') ? name : '';
}
