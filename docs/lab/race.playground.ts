// A race to explore: two vCPUs add one to a counter, each by a load
// and a store. Is it two at the end, in every order? Take the lock.
import {
  type Actor,
  Cell,
  type Engine,
  explore,
  Mutex,
  POINT,
  show,
} from 'faultlines';

const LOCKED = false;

function world(engine: Engine) {
  const counter = new Cell(engine, 'the counter', 0);
  const finished = new Cell(engine, 'finished', 0);
  const lock = new Mutex(engine, 'lock');

  function* add(): Actor {
    if (LOCKED) yield lock.lock();
    const before = counter.load();
    yield POINT; // the other one may go on here
    counter.store(before + 1);
    if (LOCKED) lock.unlock();
    yield POINT;
    finished.add(1);
  }
  engine.spawn('vCPU 0', add());
  engine.spawn('vCPU 1', add());

  const check = () => {
    if (finished.newest() < 2 || counter.newest() === 2) return true;
    return `the counter is ${counter.newest()}`;
  };
  return {
    properties: [{ name: 'nothing is lost', when: 'always' as const, check }],
  };
}

const { properties, schedules, transitions } = explore(world);
const searched = `${schedules} schedules, ${transitions} transitions`;
for (const { name, holds, what, counterexample } of properties) {
  const verdict = holds ? 'holds in every order' : what;
  show.log(`${name}: ${verdict} (${searched})`);
  if (holds) continue;
  show.table(counterexample, {
    title: `How it comes to that: ${what}`,
    columns: [
      { key: 'step', label: 'Step' },
      { key: 'actor', label: 'Who' },
      { key: 'what', label: 'What it does' },
    ],
  });
}
