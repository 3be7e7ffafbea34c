import type { TimelineLane } from '../../model/experiments/view.ts';
import type { Playback } from '../../model/races/playback.ts';

/** A step as long as a viewer of traces shows well; a schedule has an order and no times. In ns. */
const STEP = 1000;

/** A schedule as lanes, one an actor: its nth step takes the nth microsecond, and what it breaks is marked. */
export function lanesOfPlayback({ steps }: Pick<Playback<unknown>, 'steps'>): TimelineLane[] {
  const actors = [...new Set(steps.map(({ actorName }) => actorName))];
  const own = (name: string) => steps.flatMap((step, at) => (step.actorName === name ? [{ step, at }] : []));
  return actors.map(name => ({
    name,
    slices: own(name).map(({ step, at }) => ({
      start: at * STEP,
      end: (at + 1) * STEP,
      name: step.what,
      kind: 'run' as const,
    })),
    instants: own(name).flatMap(({ step, at }) =>
      step.broken.map(({ name, what }) => ({ at: (at + 1) * STEP, name: `broken: ${name} (${what})` })),
    ),
  }));
}
