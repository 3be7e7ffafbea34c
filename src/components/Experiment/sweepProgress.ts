/** How a sweep in a page goes. */
export interface Progress {
  readonly running: boolean;
  /** Points that are done, and points in all. */
  readonly done: number;
  readonly total: number;
  /** Time left in ms, where that can be said. */
  readonly left?: number;
}

/**
 * Time left in ms, if the rest takes as long for each point as what has run.
 *
 * @param ran points that have run, with the parts of those that are under way
 * @param jobs points that were to run
 * @param spent ms since the first began
 * @returns undefined before any part of a point has run
 */
export function timeLeft(ran: number, jobs: number, spent: number): number | undefined {
  return ran > 0 ? (spent / ran) * (jobs - ran) : undefined;
}

/**
 * The same in words.
 *
 * @param failed points that failed
 */
export function progressText({ running, done, total, left }: Progress, failed: number): string {
  if (total === 0) return 'Not run yet.';
  const lost = failed > 0 ? ` ${failed} failed.` : '';
  if (!running && done + failed < total)
    return `Stopped: ${done} of ${total} points are kept; Run goes on with the others.${lost}`;
  if (!running) return `Done: ${done} of ${total} points.${lost}`;
  const time = left === undefined ? '' : `, about ${Math.ceil(left / 1000)} s left`;
  return `${done} of ${total} points${time} …${lost}`;
}
