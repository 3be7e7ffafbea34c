/** Explores a program and plays what breaks it: the search for programs that readers write. */
import { describe } from './describe.ts';
import { Execution } from './execution.ts';
import type { Verdict } from './findings.ts';
import type { Program } from './program.ts';
import { parseSchedule } from './schedule.ts';
import { type SearchOptions, type SearchResult, search } from './search.ts';

/** One step of a counterexample. */
export interface ExploredStep {
  /** From 1. */
  readonly step: number;
  /** The name of the actor that takes it. */
  readonly actor: string;
  /** What it touches, in order, by the names of cells and locks. */
  readonly what: string;
}

/** What was found of one property, with the steps that break it; none where it holds. */
export interface ExploredProperty extends Verdict {
  readonly counterexample: readonly ExploredStep[];
}

/** What exploring a program found. */
export interface Exploration extends SearchResult {
  /** True where the search was complete and every property held, those included that each search checks itself. */
  readonly holds: boolean;
  readonly properties: readonly ExploredProperty[];
}

/** Transitions after which a search ends incomplete unless told otherwise: a second or two of a browser. */
const TRANSITIONS = 1_000_000;

/**
 * Runs a program in every order of its steps that can make a difference, and says of each property whether it holds
 * in all of them.
 *
 * @param program builds its cells, locks and actors on the engine it is given, the same each time, and returns what
 *   must hold. An actor has a `POINT` before each access that is not atomic with the one before it.
 * @param options the memory order (sequentially consistent unless given) and the bounds of the search; a million
 *   transitions unless given.
 * @throws RangeError where the program has more than 30 actors.
 */
export function explore(program: Program, options: SearchOptions = {}): Exploration {
  const result = search(program, { transitions: TRANSITIONS, ...options });
  const properties = result.properties.map(property => ({
    ...property,
    counterexample: property.schedule === null ? [] : play(program, options, property.schedule),
  }));
  return { ...result, properties, holds: result.complete && properties.every(property => property.holds) };
}

function play(program: Program, options: SearchOptions, schedule: string): ExploredStep[] {
  const execution = new Execution(program, options.memory ?? 'sc');
  return parseSchedule(schedule).map(({ actor, outcomes }, i) => {
    const transition = execution.take(actor, outcomes);
    return {
      step: i + 1,
      actor: execution.engine.nameOf(actor),
      what: describe(execution, transition),
    };
  });
}
