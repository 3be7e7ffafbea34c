/** A schedule played step by step, with what each step did and what the machine looked like after it. */
import { describe } from '../engine/explorer/describe.ts';
import { Execution } from '../engine/explorer/execution.ts';
import { formatSchedule, parseSchedule, type ScheduleStep } from '../engine/explorer/schedule.ts';
import type { Race, RaceDesign, RaceWorld, StateTable } from './race.ts';

/** One step as a reader sees it. */
export interface PlayedStep {
  readonly actor: number;
  readonly actorName: string;
  /** The step as a schedule writes it. */
  readonly text: string;
  /** What it touched, in order. */
  readonly what: string;
  /** The state after it. */
  readonly state: readonly StateTable[];
  /** Properties that are broken after it, with what is wrong. */
  readonly broken: readonly { readonly name: string; readonly what: string }[];
  /** Actors that can go on after it. */
  readonly enabled: readonly { readonly actor: number; readonly name: string }[];
}

export interface Playback {
  /** The state before the first step. */
  readonly start: Pick<PlayedStep, 'state' | 'enabled' | 'broken'>;
  readonly steps: readonly PlayedStep[];
  /** What an actor threw at the last step, if one did. */
  readonly error: string | null;
}

/**
 * Plays a schedule.
 *
 * @throws RangeError where the text is no schedule, or an actor cannot take the step it says; the message says where.
 */
export function playSchedule(race: Race, design: RaceDesign, schedule: string): Playback {
  const wanted = parseSchedule(schedule);
  const execution = new Execution(engine => race.build(engine, design.name), design.memory ?? 'sc');
  const start = looked(execution);
  const steps: PlayedStep[] = [];
  for (const step of wanted) steps.push(takeStep(execution, step, steps.length));
  return { start, steps, error: execution.error?.message ?? null };
}

function takeStep(execution: Execution, { actor, outcomes }: ScheduleStep, nth: number): PlayedStep {
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
    ...looked(execution),
  };
}

function looked(execution: Execution): Pick<PlayedStep, 'state' | 'enabled' | 'broken'> {
  const { engine } = execution;
  const world = execution.world as RaceWorld;
  const broken: { name: string; what: string }[] = [];
  for (const { name, when, check } of world.properties) {
    if (when !== 'always') continue;
    const { result } = execution.watching(check);
    if (result !== true) broken.push({ name, what: result });
  }
  const enabled = execution.enabled().map(actor => ({ actor, name: engine.nameOf(actor) }));
  return { state: execution.watching(() => world.show()).result, enabled, broken };
}
