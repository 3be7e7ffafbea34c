import { describe, expect, test } from 'vitest';
import { experiments } from '../../model/experiments/index.ts';
import { type AnyValues, defaults, type Param } from '../../model/experiments/params.ts';
import { races } from '../../model/races/index.ts';
import { searchRace } from '../../model/races/race.ts';
import { MODEL_VERSION } from '../../model/version.ts';
import { fragmentOf } from '../../playground/link/address.ts';
import { decodeLink, encodeLink } from '../../playground/link/codec.ts';
import type { LinkState } from '../../playground/link/state.ts';
import { suggested } from './setting.ts';

/** What people paste into chats without thinking. */
const MOST = 2000;
/** A long address of a page, before its fragment. */
const PAGE = 'https://some-organisation.github.io/faultlines/debates/private-memory/';

async function linkOf(state: LinkState): Promise<string> {
  const text = await encodeLink(state, MODEL_VERSION);
  expect(await decodeLink(text)).toEqual({ ok: true, state, model: MODEL_VERSION });
  return PAGE + fragmentOf(text);
}

/** A value other than the default: the longest there is. */
function longest(param: Param): number | string | boolean {
  if (param.kind === 'flag') return !param.default;
  if (param.kind === 'choice')
    return param.options.map(({ value }) => value).reduce((a, b) => (a.length >= b.length ? a : b));
  return param.max;
}

describe('the link of every experiment is short and restores exactly', () => {
  test.each(experiments.map(one => [one.id, one] as const))('%s', async (id, { params }) => {
    const values: AnyValues = Object.fromEntries(
      Object.entries(params).map(([name, param]) => [name, longest(param)]),
    );
    const names = Object.keys(params).slice(0, 2);
    const lists = Object.fromEntries(names.map(name => [name, suggested(params[name])]));
    const state: LinkState = {
      kind: 'experiment',
      id,
      values,
      compare: { values: defaults(params), cursor: 500 },
      ...(names.length > 0 ? { sweep: { across: names[0], lists } } : {}),
    };
    expect((await linkOf(state)).length).toBeLessThan(MOST);
  });
});

describe('so is that of a counterexample of every race', () => {
  const all = races.flatMap(race => {
    const design = race.designs.find(({ weakening }) => weakening !== undefined);
    return design ? [[race.id, design.name, race, design] as const] : [];
  });
  test.each(all)('%s %s', async (id, name, race, design) => {
    const search = searchRace(race, design);
    while (!search.advance(100_000));
    const schedules = search.result().properties.flatMap(({ schedule }) => schedule ?? []);
    for (const schedule of ['', ...schedules]) {
      const beside = race.designs.find(one => one.name !== name)?.name;
      const state: LinkState = {
        kind: 'race',
        id,
        design: name,
        schedule,
        cursor: schedule.length,
        ...(beside === undefined ? {} : { beside }),
      };
      expect((await linkOf(state)).length).toBeLessThan(MOST);
    }
  });
});
