import { describe, expect, test } from 'vitest';
import { Cell } from '../engine/cell.ts';
import { followSchedule } from './beside.ts';
import { findRace, races } from './index.ts';
import { playSchedule } from './playback.ts';
import { findDesign, type Race, searchRace } from './race.ts';

/** The first counterexample of a design. */
function counterexample(race: Race, name: string): string {
  const search = searchRace(race, findDesign(race, name)!);
  const found = () => search.result().properties.find(({ schedule }) => schedule !== null)?.schedule;
  while (!search.advance(5_000) && !found());
  return found()!;
}

describe('a schedule of one protocol, taken by another', () => {
  const race = findRace('private-memory/flip-vs-fault')!;
  const schedule = counterexample(race, 'no-range');
  const { steps, start } = playSchedule(race, findDesign(race, 'no-range')!, schedule);

  test('is the same moment by moment where it is the same protocol', () => {
    const followed = followSchedule(race, findDesign(race, 'no-range')!, steps);
    expect(followed.start).toEqual(start);
    expect(followed.steps.map(({ what, refusal }) => [what, refusal])).toEqual(
      steps.map(({ what }) => [what, null]),
    );
    expect(followed.steps.map(({ state }) => state)).toEqual(steps.map(({ state }) => state));
    expect(followed.steps.at(-1)?.broken).toEqual(steps.at(-1)?.broken);
    expect(followed.steps.at(-1)?.broken.length).toBeGreaterThan(0);
  });

  test('breaks nothing in the right protocol', () => {
    const followed = followSchedule(race, race.designs[0], steps);
    expect(followed.steps).toHaveLength(steps.length);
    expect(followed.steps.flatMap(({ broken }) => broken)).toEqual([]);
  });

  test('leaves the other as it is where it cannot go, and says why', () => {
    // Whoever goes on alone comes to an end, or to where he waits.
    const [{ actorName, text }] = steps;
    const alone = Array.from({ length: 60 }, () => ({ actorName, text }));
    const followed = followSchedule(race, race.designs[0], alone);
    const refused = followed.steps.findIndex(({ refusal }) => refusal !== null);
    expect(refused).toBeGreaterThan(0);
    expect(followed.steps[refused].refusal).toMatch(/^\S.* (?:has ended|has to wait); .+ can go on$/);
    expect(followed.steps[refused].state).toEqual(followed.steps[refused - 1].state);
  });

  test('that names somebody whom the other does not have is refused there, and goes on', () => {
    const [first] = steps;
    const followed = followSchedule(race, race.designs[0], [{ ...first, actorName: 'nobody' }, first]);
    expect(followed.steps.map(({ refusal }) => refusal)).toEqual(['there is no nobody here', null]);
  });
});

test('the first counterexample of every race can be taken by each of its protocols', () => {
  for (const race of races) {
    const weak = race.designs.find(({ weakening }) => weakening !== undefined)!;
    const { steps } = playSchedule(race, weak, counterexample(race, weak.name));
    for (const design of race.designs) {
      const followed = followSchedule(race, design, steps);
      expect(followed.steps.map(({ what, refusal }) => (what === null) !== (refusal === null))).toEqual(
        steps.map(() => true),
      );
    }
  }
});

test('an outcome that the other protocol does not have becomes the last that it has', () => {
  // A load that may see any of three stores, where the other protocol has made one.
  const build = (stores: number): Race['build'] => {
    return engine => {
      const cell = new Cell(engine, 'cell');
      function* writer() {
        for (let value = 1; value <= stores; value++) {
          cell.store(value);
          yield 0;
        }
      }
      let seen = -1;
      function* reader() {
        yield 0;
        seen = cell.load();
      }
      engine.spawn('writer', writer());
      engine.spawn('reader', reader());
      return { properties: [], show: () => [{ title: 't', columns: ['seen'], rows: [[String(seen)]] }] };
    };
  };
  const race: Race = {
    id: 'a/b',
    question: '',
    designs: [{ name: 'few', title: '', expected: 'holds', memory: 'ra' }],
    build: build(1),
  };
  const steps = [
    { actorName: 'writer', text: 'a' },
    { actorName: 'reader', text: 'b.9' },
  ];
  const followed = followSchedule(race, race.designs[0], steps);
  expect(followed.error).toBeNull();
  expect(followed.steps[1].state[0].rows).toEqual([['0']]);
});
