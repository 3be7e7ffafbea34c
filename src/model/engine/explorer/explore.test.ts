import { describe, expect, it } from 'vitest';
import { Cell } from '../cell.ts';
import type { Engine } from '../engine.ts';
import { type Actor, POINT } from '../step.ts';
import { explore } from './explore.ts';
import type { World } from './program.ts';

/** Two actors store to a cell each and load the other's: one of them sees a store, where stores are seen at once. */
function storeBuffering(engine: Engine): World {
  const cells = [new Cell(engine, 'x'), new Cell(engine, 'y')];
  const seen = [new Cell(engine, 'seen by a', 1), new Cell(engine, 'seen by b', 1)];
  function* body(me: number): Actor {
    yield POINT;
    cells[me].store(1);
    yield POINT;
    seen[me].value = cells[1 - me].load();
  }
  engine.spawn('a', body(0));
  engine.spawn('b', body(1));
  const check = () => seen.some(cell => cell.value === 1) || 'neither has seen the other';
  return { properties: [{ name: 'one is seen', when: 'finally', check }] };
}

/** An actor opens and closes a door that must stay closed. */
function door(engine: Engine): World {
  const open = new Cell(engine, 'the door');
  engine.spawn(
    'somebody',
    (function* (): Actor {
      yield POINT;
      open.store(1);
      yield POINT;
      open.store(0);
    })(),
  );
  const check = () => open.newest() === 0 || 'it is open';
  return { properties: [{ name: 'closed', when: 'always', check }] };
}

describe('a program that is explored', () => {
  it('holds or not by the memory order asked for', () => {
    expect(explore(storeBuffering)).toMatchObject({ complete: true, holds: true });
    const relaxed = explore(storeBuffering, { memory: 'tso' });
    expect(relaxed).toMatchObject({ complete: true, holds: false });
    const [property] = relaxed.properties;
    expect(property.counterexample).toHaveLength(property.steps!);
    expect(new Set(property.counterexample.map(step => step.actor))).toContain('b');
  });

  it('is looked at after each step through what its properties ask', () => {
    const [closed] = explore(door).properties;
    expect(closed).toMatchObject({ holds: false, what: 'it is open' });
    expect(closed.counterexample).toEqual([{ step: 1, actor: 'somebody', what: 'changes the door' }]);
  });

  it('does not hold where the search was cut short', () => {
    const cut = explore(storeBuffering, { transitions: 3 });
    expect(cut).toMatchObject({ complete: false, bound: '3 transitions', holds: false });
    expect(cut.properties.every(property => property.holds)).toBe(true);
  });
});
