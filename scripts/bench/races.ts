import { races } from '../../src/model/races/index.ts';
import { type Race, searchRace } from '../../src/model/races/race.ts';

/** An unreduced search is cut here: what it would have taken is then more than the figure says. */
const UNREDUCED = 300_000;

/** What one race costs to explore. */
export interface RaceCost {
  readonly id: string;
  readonly schedules: number;
  readonly transitions: number;
  /** Transitions of the search without reduction, over those with it; a lower bound where that was cut. */
  readonly reduction: number;
  readonly cut: boolean;
}

/** Searches the right protocol of a race. */
export function explore(race: Race): RaceCost {
  const search = searchRace(race, race.designs[0]);
  while (!search.advance(100_000));
  const { schedules, transitions } = search.result();
  return { id: race.id, schedules, transitions, reduction: 0, cut: false };
}

/** The same with what the reduction saves. */
export function withReduction(costs: readonly RaceCost[]): RaceCost[] {
  return costs.map((cost, i) => {
    const search = searchRace(races[i], races[i].designs[0], { unreduced: true, transitions: UNREDUCED });
    while (!search.advance(100_000));
    const { transitions, complete } = search.result();
    return { ...cost, reduction: transitions / cost.transitions, cut: !complete };
  });
}
