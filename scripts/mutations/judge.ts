/** Bundled with a mutation in place: says which race breaks first among those that hold, or prints nothing. */
import { races } from '../../src/model/races/index.ts';
import { searchRace } from '../../src/model/races/race.ts';

/** A mutant may never end: a search that takes longer than any right one says nothing. */
const TRANSITIONS = 150_000;

/** The race and property that break, or null where every right protocol still holds. */
export function judge(): string | null {
  for (const race of races) {
    for (const design of race.designs.filter(one => one.expected === 'holds')) {
      const search = searchRace(race, design, { transitions: TRANSITIONS });
      while (!search.advance(10_000)) {
        if (search.result().properties.some(({ holds }) => !holds)) break;
      }
      const broken = search.result().properties.find(({ holds }) => !holds);
      if (broken !== undefined) return `${race.id} ${design.name}: ${broken.name}`;
    }
  }
  return null;
}
