import type { Row } from '../model/experiments/view.ts';
import { playSchedule, type Race, type RaceDesign } from '../model/index.ts';

/** A schedule as rows of a table: who, and what he did. */
export function narrate(race: Race, design: RaceDesign, schedule: string): Row[] {
  return playSchedule(race, design, schedule).steps.map(({ actorName, what }, i) => ({
    step: i + 1,
    actor: actorName,
    what,
  }));
}
