/** A schedule played step by step, with what each step did and what the machine looked like after it. */
import { describe } from '../engine/explorer/describe.ts';
import { Execution } from '../engine/explorer/execution.ts';
import { formatSchedule, parseSchedule, type ScheduleStep } from '../engine/explorer/schedule.ts';
import type { Race, RaceDesign, RaceWorld, StateTable } from './race.ts';

/** The machine at one moment as a reader sees it. */
export interface Moment<T = undefined> {
  /** The state, as tables. */
  readonly state: readonly StateTable[];
  /** What the caller has drawn of it. */
  readonly drawn: T;
  /** Properties that are broken, with what is wrong. */
  readonly broken: readonly { readonly name: string; readonly what: string }[];
  /** Actors that can go on. */
  readonly enabled: readonly { readonly actor: number; readonly name: string }[];
}

/** One step as a reader sees it, and the moment after it. */
export interface PlayedStep<T = undefined> extends Moment<T> {
  readonly actor: number;
  readonly actorName: string;
  /** The step as a schedule writes it. */
  readonly text: string;
  /** What it touched, in order. */
  readonly what: string;
}

export interface Playback<T = undefined> {
  /** Before the first step. */
  readonly start: Moment<T>;
  readonly steps: readonly PlayedStep<T>[];
  /** What an actor threw at the last step, if one did. */
  readonly error: string | null;
}

/**
 * Plays a schedule.
 *
 * @param draw what to keep of the world at each moment besides its tables.
 * @throws RangeError where the text is no schedule, or an actor cannot take the step it says; the message says where.
 */
export function playSchedule<T = undefined>(
  race: Race,
  design: RaceDesign,
  schedule: string,
  draw: (world: RaceWorld) => T = () => undefined as T,
): Playback<T> {
  const wanted = parseSchedule(schedule);
  const execution = new Execution(engine => race.build(engine, design.name), design.memory ?? 'sc');
  const start = looked(execution, draw);
  const steps = wanted.map((step, nth) => ({
    ...takeStep(execution, step, nth),
    ...looked(execution, draw),
  }));
  return { start, steps, error: execution.error?.message ?? null };
}

function takeStep(execution: Execution, { actor, outcomes }: ScheduleStep, nth: number) {
  const { engine } = execution;
  if (!execution.enabled().includes(actor)) {
    const able = execution.enabled().map(id => engine.nameOf(id));
    const who = actor < engine.actors ? engine.nameOf(actor) : `actor ${actor}, which there is not,`;
    throw new RangeError(
      `step ${nth + 1} is one of ${who}, who cannot go on there; ${able.join(', ') || 'nobody'} can`,
    );
  }
  const transition = execution.take(actor, outcomes);
  return {
    actor,
    actorName: engine.nameOf(actor),
    text: formatSchedule([{ actor, outcomes }]),
    what: describe(execution, transition),
  };
}

/** The moment that an execution is at. */
export function looked<T>(execution: Execution, draw: (world: RaceWorld) => T): Moment<T> {
  const { engine } = execution;
  const world = execution.world as RaceWorld;
  const broken: { name: string; what: string }[] = [];
  for (const { name, when, check } of world.properties) {
    if (when !== 'always') continue;
    const { result } = execution.watching(check);
    if (result !== true) broken.push({ name, what: result });
  }
  const enabled = execution.enabled().map(actor => ({ actor, name: engine.nameOf(actor) }));
  const { state, drawn } = execution.watching(() => ({ state: world.show(), drawn: draw(world) })).result;
  return { state, drawn, broken, enabled };
}
