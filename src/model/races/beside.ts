/** A schedule of one protocol, taken step by step by another: where that one cannot go on, it stands still and says so. */
import { describe } from '../engine/explorer/describe.ts';
import { Execution } from '../engine/explorer/execution.ts';
import { parseSchedule } from '../engine/explorer/schedule.ts';
import { looked, type Moment, type PlayedStep } from './playback.ts';
import type { Race, RaceDesign, RaceWorld } from './race.ts';

/** What the other protocol does where the first takes a step, and the moment after it. */
export interface FollowedStep<T = undefined> extends Moment<T> {
  /** What it touched, in order; null where it could not go. */
  readonly what: string | null;
  /** Why it could not go; null where it did. */
  readonly refusal: string | null;
}

/** A schedule as another protocol takes it. */
export interface Followed<T = undefined> {
  /** Before the first step. */
  readonly start: Moment<T>;
  /** As many as the schedule has. */
  readonly steps: readonly FollowedStep<T>[];
  /** What an actor threw first, if one did. */
  readonly error: string | null;
}

/**
 * Has a protocol take the steps of another's schedule: at each, the actor of that name goes on, if it can. Protocols
 * differ in how many steps an actor has and where it waits, so the later a step, the less need the two have in common.
 *
 * @param taken the steps of the first protocol, as `playSchedule` gives them
 * @param draw what to keep of the world at each moment besides its tables
 */
export function followSchedule<T = undefined>(
  race: Race,
  design: RaceDesign,
  taken: readonly Pick<PlayedStep, 'actorName' | 'text'>[],
  draw: (world: RaceWorld) => T = () => undefined as T,
): Followed<T> {
  const execution = new Execution(engine => race.build(engine, design.name), design.memory ?? 'sc');
  const start = looked(execution, draw);
  let now = start;
  const steps = taken.map(({ actorName, text }): FollowedStep<T> => {
    const actor = actorOf(execution, actorName);
    const refusal = refusalOf(execution, actorName, actor);
    if (refusal !== null) return { ...now, what: null, refusal };
    const transition = execution.take(actor, parseSchedule(text)[0].outcomes);
    now = looked(execution, draw);
    return { ...now, what: describe(execution, transition), refusal: null };
  });
  return { start, steps, error: execution.error?.message ?? null };
}

/** The actor of a name; -1 where there is none. */
function actorOf({ engine }: Execution, name: string): number {
  for (let actor = 0; actor < engine.actors; actor++) if (engine.nameOf(actor) === name) return actor;
  return -1;
}

function refusalOf(execution: Execution, name: string, actor: number): string | null {
  const { engine } = execution;
  if (actor < 0) return `there is no ${name} here`;
  const enabled = execution.enabled();
  if (enabled.includes(actor)) return null;
  const able = enabled.map(id => engine.nameOf(id)).join(', ') || 'nobody';
  const why = engine.isDone(actor) ? 'has ended' : 'has to wait';
  return `${name} ${why}; ${able} can go on`;
}
