import { describe, expect, it } from 'vitest';
import { races } from './index.ts';
import { playSchedule } from './playback.ts';
import { searchRace } from './race.ts';

describe.each(races)('$id', race => {
  it('has the right protocol first, and a weakening that breaks something', () => {
    expect(race.designs[0]).toMatchObject({ expected: 'holds' });
    expect(race.designs[0].weakening).toBeUndefined();
    const broken = race.designs.filter(design => design.expected !== 'holds');
    expect(broken.length).toBeGreaterThan(0);
    for (const design of broken) expect(design.weakening).toBeDefined();
  });

  it.each(race.designs)('$name: $expected', design => {
    const search = searchRace(race, design);
    while (!search.advance(100_000));
    const { complete, schedules, transitions, properties } = search.result();
    expect(complete).toBe(true);
    const broken = properties.filter(property => !property.holds);
    if (design.expected === 'holds') expect(broken).toEqual([]);
    else expect(broken.map(property => property.name)).toContain(design.expected);
    // A change of a protocol or of the search shows here; `npx vitest run src/model/races -u` takes it over.
    expect({ schedules, transitions }).toMatchSnapshot();
    for (const { name, schedule, steps, what } of broken) {
      const played = playSchedule(race, design, schedule!);
      expect(played.steps).toHaveLength(steps!);
      const last = played.steps.at(-1);
      const seen = last?.broken.find(property => property.name === name);
      if (seen !== undefined) expect(seen.what).toBe(what);
    }
  });
});
