/**
 * `npm run bench`: what the model costs, as ratios inside this one run. Exit code 1 when a bound is missed.
 *
 * Each part has a process of its own, as each run in a page has a worker of its own: what one leaves behind in the heap,
 * and what the compiler has learnt of it, does not bear on the next. Both sides of a ratio are in one process.
 */
import { Arena } from '../../src/model/engine/arena.ts';
import { races } from '../../src/model/races/index.ts';
import { bareEvents, contendedLock } from './engine.ts';
import { buildRaceMachine, setUpGuest, touchAgain, touchAll } from './machine.ts';
import { best, missedBounds, ratio, report, retainedBytes, turns } from './measure.ts';
import { explore, withReduction } from './races.ts';
import { contendedLockInSimJs } from './simjs.ts';

const ACTORS = 64;
const EVENTS = 10_000;
const BARE = ACTORS * EVENTS;

/** Loops over a lock that many wait for, beside another simulator of discrete events. */
function locks(): void {
  const lock = turns(10, {
    ours: () => contendedLock(ACTORS, 10_000),
    simjs: () => contendedLockInSimJs(ACTORS, 2_000),
  });
  report(
    'contended lock, loops a second over simjs',
    (10_000 / 2_000) * ratio(lock, 'simjs', 'ours'),
    '>=',
    10,
    'times',
  );
}

const FAULTS = 25_000;

/** Faults on memory that nobody has touched yet. */
function faults(): void {
  const fault = turns(40, {
    bare: () => bareEvents(ACTORS, EVENTS),
    host: () => touchAll(setUpGuest(FAULTS), 1),
    gmem: () => touchAll(setUpGuest(FAULTS, { profile: { vmType: 'snp' } }), 1),
  });
  console.log(`       one bare event: ${(best(fault, 'bare') / BARE).toPrecision(3)} ns here`);
  const inEvents = (name: 'host' | 'gmem') => (ratio(fault, name, 'bare') / FAULTS) * BARE;
  report('full fault on host memory, over a bare event', inEvents('host'), '<=', 15, 'events');
  report('full fault on guest_memfd, over a bare event', inEvents('gmem'), '<=', 15, 'events');
}

const PAGES = 512 * 512;
const ROUNDS = 16;

/** What is kept for pages that guests have touched. */
function pages(): void {
  let guest = setUpGuest(PAGES);
  const before = retainedBytes();
  touchAll(guest, 1);
  report('retained by a touched 4 KiB page', (retainedBytes() - before) / PAGES, '<=', 32, 'bytes');

  guest = setUpGuest(PAGES / 4);
  const empty = retainedBytes();
  touchAgain(guest, ACTORS, ROUNDS);
  const grown = (retainedBytes() - empty) / guest.pages;
  report(
    `retained by a page after ${(ROUNDS * guest.pages).toLocaleString('en')} faults of 64 vCPUs`,
    grown,
    '<=',
    32,
    'bytes',
  );
}

const SMALL = 2 ** 20;
const LARGE = 2 ** 30;
const SETUPS = 60;
const KEPT = 500;

/** Memory that nobody touches costs no time and no memory. */
function sizes(): void {
  for (const vmType of ['default', 'snp'] as const) {
    const times = turns(25, {
      small: () => {
        for (let i = 0; i < SETUPS; i++) setUpGuest(SMALL, { profile: { vmType } });
      },
      large: () => {
        for (let i = 0; i < SETUPS; i++) setUpGuest(LARGE, { profile: { vmType } });
      },
    });
    const memory = [SMALL, LARGE].map(pages => {
      const keep = () => Array.from({ length: KEPT }, () => setUpGuest(pages, { profile: { vmType } }));
      // Compiled code comes and goes with the first of them.
      keep();
      const start = retainedBytes();
      const kept = keep();
      return (retainedBytes() - start) / kept.length;
    });
    console.log(
      `       ${memory.map(bytes => Math.round(bytes)).join(' and ')} bytes a machine of 4 GiB and of 4 TiB`,
    );
    report(
      `${vmType}: setting up 4 TiB over 4 GiB, time`,
      ratio(times, 'large', 'small'),
      '<=',
      1.2,
      'times',
    );
    report(`${vmType}: setting up 4 TiB over 4 GiB, memory`, memory[1] / memory[0], '<=', 1.2, 'times');
  }
}

const BUILDS = 2000;

/** Searches of races: a machine for each schedule, and the transitions. */
function searches(): void {
  const arena = new Arena();
  const builds = turns(10, {
    race: () => {
      for (let i = 0; i < BUILDS; i++) buildRaceMachine(arena);
    },
  });
  report('building a machine for a search', best(builds, 'race') / BUILDS / 1000, '<=', 50, 'µs');

  // A piece a race: the shorter the pieces, the more of them have a round that nobody disturbs.
  const costs = races.map(explore);
  const pieces = Object.fromEntries(races.map(race => [race.id, () => void explore(race)]));
  const search = turns<string>(20, { ...pieces, bare: () => bareEvents(ACTORS, EVENTS) });
  const searched = races.reduce((sum, { id }) => sum + best(search, id), 0);
  const transitions = costs.reduce((sum, race) => sum + race.transitions, 0);
  const schedules = costs.reduce((sum, race) => sum + race.schedules, 0);
  const perSecond = (count: number) => Math.round(count / (searched / 1e9)).toLocaleString('en');
  console.log(
    `       races: ${perSecond(transitions)} transitions a second, ${perSecond(schedules)} schedules a second`,
  );
  report(
    'transition of a search, over a bare event',
    searched / transitions / (best(search, 'bare') / BARE),
    '<=',
    15,
    'events',
  );
  for (const { id, schedules: mine, reduction, cut } of withReduction(costs)) {
    console.log(
      `       ${id}: ${mine} schedules; without reduction ${cut ? 'more than ' : ''}${reduction.toFixed(1)} times the transitions`,
    );
  }
}

const parts: Readonly<Record<string, () => void>> = { locks, faults, pages, sizes, searches };

const [, , name] = process.argv;
const part = parts[name];
if (part === undefined)
  throw new Error(`"${name}" is no part of the benchmark; there are ${Object.keys(parts).join(', ')}`);
part();
process.exitCode = missedBounds() > 0 ? 1 : 0;
