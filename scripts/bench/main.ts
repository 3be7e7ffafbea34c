/** `npm run bench`: what the model costs, as ratios inside this one run. Exit code 1 when a bound is missed. */
import { bareEvents, contendedLock } from './engine.ts';
import { missedBounds, report, turns } from './measure.ts';
import { contendedLockInSimJs } from './simjs.ts';

const ACTORS = 64;

const lock = turns(5, {
  ours: () => contendedLock(ACTORS, 10_000),
  simjs: () => contendedLockInSimJs(ACTORS, 2_000),
});
report(
  'contended lock, loops a second over simjs',
  10_000 / lock.ours / (2_000 / lock.simjs),
  '>=',
  10,
  'times',
);

const bare = turns(5, { bare: () => bareEvents(ACTORS, 30_000) }).bare / (ACTORS * 30_000);
console.log(`       one bare event: ${bare.toPrecision(3)} ns here`);

process.exitCode = missedBounds() > 0 ? 1 : 0;
