/**
 * A schedule as a short text: one letter a step for the actor, a number behind it for several steps in a row, and
 * `.n` where a step had several outcomes and took the n-th other than the first. `a3b.1a` is three steps of actor 0,
 * one of actor 1 with its second outcome, one of actor 0.
 */

/** One step of a schedule: who, and which of its outcomes (empty where there was one only). */
export interface ScheduleStep {
  readonly actor: number;
  readonly outcomes: readonly number[];
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** Writes a schedule. */
export function formatSchedule(steps: readonly ScheduleStep[]): string {
  let out = '';
  for (let i = 0; i < steps.length; ) {
    const text = formatStep(steps[i]);
    let run = 1;
    while (i + run < steps.length && formatStep(steps[i + run]) === text) run++;
    out += run > 1 && text.length === 1 ? text + run : text.repeat(run);
    i += run;
  }
  return out;
}

/**
 * Reads a schedule.
 *
 * @throws RangeError where the text is none; the message says at which character.
 */
export function parseSchedule(text: string): ScheduleStep[] {
  const steps: ScheduleStep[] = [];
  let at = 0;
  while (at < text.length) {
    const match = /^([a-z])((?:\.\d{1,3})+|[1-9]\d{0,3})?/.exec(text.slice(at, at + 64));
    if (match === null) throw new RangeError(`a schedule has no "${text[at]}" at character ${at + 1}`);
    const actor = LETTERS.indexOf(match[1]);
    const tail = match[2] ?? '';
    const outcomes = tail.startsWith('.') ? tail.slice(1).split('.').map(Number) : [];
    const times = tail !== '' && outcomes.length === 0 ? Number(tail) : 1;
    for (let i = 0; i < times; i++) steps.push({ actor, outcomes });
    if (steps.length > 10_000) throw new RangeError('a schedule has at most 10000 steps');
    at += match[0].length;
  }
  return steps;
}

function formatStep(step: ScheduleStep): string {
  // Trailing first outcomes are what a step takes anyway.
  let last = step.outcomes.length;
  while (last > 0 && step.outcomes[last - 1] === 0) last--;
  const outcomes = step.outcomes.slice(0, last);
  return LETTERS[step.actor] + outcomes.map(o => `.${o}`).join('');
}
