/** Searches every race under every design. Started by itself, like the experiments. */
import { writeFileSync } from 'node:fs';
import type { RaceDefinition } from '../../src/components/Race/definition.ts';
import { races } from '../../src/model/races/index.ts';
import { playSchedule } from '../../src/model/races/playback.ts';
import { searchRace } from '../../src/model/races/race.ts';

const computed: RaceDefinition[] = races.map(race => ({
  id: race.id,
  question: race.question,
  designs: race.designs.map(design => {
    const search = searchRace(race, design);
    while (!search.advance(100_000));
    const { finalStates: _, ...result } = search.result();
    const broken = result.properties.find(({ holds }) => !holds);
    const { name, title, weakening = null, memory = 'sc' } = design;
    const steps =
      broken === undefined
        ? []
        : playSchedule(race, design, broken.schedule!).steps.map(
            ({ actorName, what }) => [actorName, what] as const,
          );
    return { name, title, weakening, memory, result, steps };
  }),
}));
writeFileSync(process.argv[2], JSON.stringify(computed));
