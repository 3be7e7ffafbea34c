import { expect, test } from 'vitest';
import { findRace } from '../../model/races/index.ts';
import { playSchedule } from '../../model/races/playback.ts';
import { findDesign, searchRace } from '../../model/races/race.ts';
import { toTraceEvents } from '../../views/traceEvents.ts';
import { brokenRules } from '../../views/traceRules.ts';
import { lanesOfPlayback } from './lanes.ts';

test('a counterexample as lanes: every step in its turn on its actor’s lane, and what broke', () => {
  const race = findRace('private-memory/flip-vs-fault')!;
  const design = findDesign(race, 'no-range')!;
  const search = searchRace(race, design);
  while (!search.advance(100_000));
  const { schedule } = search.result().properties.find(({ holds }) => !holds)!;
  const playback = playSchedule(race, design, schedule!);
  const lanes = lanesOfPlayback(playback);
  const told = lanes
    .flatMap(({ name, slices }) =>
      slices.map(({ start, name: what }) => ({ start, text: `${name} ${what}` })),
    )
    .sort((a, b) => a.start - b.start);
  expect(told.map(({ text }) => text)).toEqual(playback.steps.map(step => `${step.actorName} ${step.what}`));
  expect(lanes.flatMap(({ instants = [] }) => instants).length).toBeGreaterThan(0);
  expect(brokenRules(toTraceEvents([{ name: race.id, lanes }], {}))).toEqual([]);
});
