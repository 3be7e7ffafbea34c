// Two actors add one to the same count. Is an increment lost? Make it
// right with a Mutex, or with one step: count.add(1).
import { type Actor, Cell, type Engine, explore, POINT, show } from 'faultlines';

function world(engine: Engine) {
  const count = new Cell(engine, 'the count');

  function* adds(): Actor {
    const seen = count.load();
    yield POINT; // others may go on here
    count.store(seen + 1);
  }

  engine.spawn('one', adds());
  engine.spawn('other', adds());
  const both = {
    name: 'both count',
    when: 'finally' as const,
    check: () => count.newest() === 2 || `the count is ${count.newest()}`,
  };
  return { properties: [both] };
}

const { schedules, properties } = explore(world);
const [both] = properties;
show.log(
  `${both.name}: ${both.holds ? 'holds' : 'broken'}, after ${schedules} schedules`,
);
if (!both.holds) show.table(both.counterexample);
