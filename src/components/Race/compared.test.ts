import { expect, test } from 'vitest';
import { followSchedule } from '../../model/races/beside.ts';
import { findRace } from '../../model/races/index.ts';
import { playSchedule } from '../../model/races/playback.ts';
import { findDesign, searchRace } from '../../model/races/race.ts';
import { differingCells, rowsOf } from './compared.ts';

const race = findRace('private-memory/flip-vs-fault')!;
const weak = findDesign(race, 'no-range')!;
const search = searchRace(race, weak);
while (!search.advance(100_000));
const { name, schedule } = search.result().properties.find(({ holds }) => !holds)!;
const playback = playSchedule(race, weak, schedule!);

test('a protocol beside itself differs nowhere', () => {
  const same = followSchedule(race, weak, playback.steps);
  expect(rowsOf(playback, same).every(row => row.same && row.refusal === null)).toBe(true);
  for (const [nth, { state }] of playback.steps.entries())
    expect(differingCells(state, same.steps[nth].state)).toBe(0);
});

test('the weakened protocol breaks its property at one step; the right one parts from it and breaks none', () => {
  const right = followSchedule(race, race.designs[0], playback.steps);
  const rows = rowsOf(playback, right);
  expect(rows.flatMap(({ firstBreaks }) => firstBreaks)).toEqual([name]);
  expect(rows.flatMap(({ breaks }) => breaks)).toEqual([]);
  const parted = rows.findIndex(({ same }) => !same);
  expect(parted).toBeGreaterThan(0);
  expect(differingCells(playback.start.state, right.start.state)).toBe(0);
  expect(differingCells(playback.steps.at(-1)!.state, right.steps.at(-1)!.state)).toBeGreaterThan(0);
});

test('tables of different size differ in what one has more', () => {
  const table = { title: 't', columns: ['a', 'b'], rows: [['1', '2']] };
  expect(differingCells([table], [])).toBe(2);
  expect(differingCells([table], [{ ...table, rows: [...table.rows, ['3', '4']] }])).toBe(2);
});
