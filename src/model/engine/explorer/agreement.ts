/** Holds the reduced search against the unreduced one on random programs. */
import type { MemoryOrder } from '../memory/memory.ts';
import { buildRandom, type RandomProgram, randomProgram } from './randomProgram.ts';
import { type SearchResult, search } from './search.ts';

/** A program whose unreduced search takes longer than this says nothing. */
const TRANSITIONS = 20_000;

export interface Agreement {
  /** Programs that both searches have seen all of. */
  readonly compared: number;
  /** How many of those break each property. */
  readonly broken: ReadonlyMap<string, number>;
  /** What the two searches found, where they differ. */
  readonly differences: readonly {
    readonly seed: number;
    readonly program: RandomProgram;
    readonly all: string;
    readonly reduced: string;
  }[];
}

/** What must be the same: final states, and of each property whether it holds and the fewest steps that break it. */
function findings({ finalStates, properties }: SearchResult): string {
  return JSON.stringify([finalStates, properties.map(({ name, holds, steps }) => [name, holds, steps])]);
}

/**
 * Compares the searches on the programs of some seeds.
 *
 * @param stopAt ends with so many differences.
 */
export function agreement(from: number, count: number, memory: MemoryOrder, stopAt = 1): Agreement {
  const differences: { seed: number; program: RandomProgram; all: string; reduced: string }[] = [];
  let compared = 0;
  const broken = new Map<string, number>();
  for (let seed = from; seed < from + count && differences.length < stopAt; seed++) {
    const program = randomProgram(seed, memory);
    const build = buildRandom(program);
    const all = search(build, { memory, unreduced: true, transitions: TRANSITIONS });
    if (!all.complete) continue;
    compared++;
    for (const { name, holds } of all.properties) if (!holds) broken.set(name, (broken.get(name) ?? 0) + 1);
    const reduced = search(build, { memory, transitions: 10 * TRANSITIONS });
    if (reduced.complete && reduced.schedules <= all.schedules && findings(reduced) === findings(all))
      continue;
    differences.push({ seed, program, all: findings(all), reduced: findings(reduced) });
  }
  return { compared, broken, differences };
}
