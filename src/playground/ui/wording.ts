/** How a run ended, in words. */
import { RUN_LIMITS } from '../protocol/limits.ts';
import { visible } from '../protocol/visible.ts';
import type { Outcome } from '../run.ts';
import type { Frame } from '../sandbox/trace.ts';

/** What a reader is told when a run is over. */
export interface Report {
  readonly good: boolean;
  readonly text: string;
  /** Lines of the program to mark, the one that failed first. */
  readonly lines: readonly number[];
}

/** Of a run that showed nothing: what its writer may not know yet. */
export const NOTHING_SHOWN =
  'nothing was shown. A program shows what it gives to show.log, show.table or show.plot; actors begin with engine.run()';

/** What a run sends, in words. */
const SENT = { items: 'things', characters: 'characters', messages: 'messages' } as const;

/**
 * @param shown what was shown, in words.
 * @param milliseconds wall time from the press of Run.
 * @param cut whether something was left out.
 */
export function reportOf(outcome: Outcome, shown: string, milliseconds: number, cut: boolean): Report {
  const { items, characters } = RUN_LIMITS;
  const left = cut
    ? ` The rest is left out: a run may show ${items} things of ${characters} characters together.`
    : '';
  const bad = (text: string, lines: readonly number[] = []): Report => ({
    good: false,
    text: `${text}${left}`,
    lines,
  });
  switch (outcome.kind) {
    case 'done':
      return { good: true, text: `Done in ${Math.round(milliseconds)} ms: ${shown}.${left}`, lines: [] };
    case 'failed': {
      const { message, line, frames } = outcome.failure;
      const lines = [...(line === undefined ? [] : [line]), ...frames.map(frame => frame.line)];
      return bad(`${line === undefined ? '' : `Line ${line}: `}${ended(visible(message))}${calls(frames)}`, [
        ...new Set(lines),
      ]);
    }
    case 'refused':
      return bad(`Line ${outcome.line}: ${visible(outcome.message)} Nothing was run.`, [outcome.line]);
    case 'stopped':
      return bad('Stopped.');
    case 'timeout':
      return bad(
        `Stopped after ${outcome.milliseconds / 1000} s, which is as long as it may run. Is there a loop without an end?`,
      );
    case 'too-much':
      return bad(
        `Stopped: it sent more than the ${RUN_LIMITS[outcome.what]} ${SENT[outcome.what]} that the page takes of a run. A program that shows its results with show.log, show.table and their like is cut at that, and goes on.`,
      );
    case 'misfit':
      return bad(`Stopped: it sent something that cannot be shown: ${visible(outcome.why)}.`);
    case 'broken':
      return bad(`It could not be run: ${outcome.message}`);
  }
}

/** With a full stop, unless it ends a sentence already. */
function ended(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** The way to the line that failed, where it is longer than that line. */
function calls(frames: readonly Frame[]): string {
  const way = frames
    .slice(1)
    .filter((frame, index) => frame.line !== frames[index].line)
    .map(({ name, line }) => (name === '' ? `line ${line}` : `line ${line} (${visible(name)})`));
  return way.length === 0 ? '' : ` Called from ${way.join(', ')}.`;
}
