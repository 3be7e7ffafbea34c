import { describe, expect, it } from 'vitest';
import { Engine } from './engine.ts';
import { Mutex } from './mutex.ts';
import { AtRandom, ByChoices } from './scheduler.ts';
import { type Actor, BLOCKED, POINT } from './step.ts';
import { TraceLog } from './trace.ts';

function* sleeper(log: string[], name: string, ...delays: number[]): Actor {
  for (const ns of delays) {
    yield ns;
    log.push(name);
  }
}

describe('timed runs', () => {
  it('order actors by virtual time, and equal times by who came first', () => {
    const engine = new Engine();
    const log: string[] = [];
    engine.spawn('a', sleeper(log, 'a', 10, 10));
    engine.spawn('b', sleeper(log, 'b', 5, 5, 10));
    engine.run();
    expect(log.join('')).toBe('babab');
    expect(engine.now).toBe(20);
  });

  it('pass a point without letting others in', () => {
    const engine = new Engine();
    const log: string[] = [];
    function* withPoints(name: string): Actor {
      log.push(name);
      yield POINT;
      log.push(name);
    }
    engine.spawn('a', withPoints('a'));
    engine.spawn('b', withPoints('b'));
    engine.run();
    expect(log.join('')).toBe('aabb');
  });

  it('stop after a given time and go on later', () => {
    const engine = new Engine();
    const log: string[] = [];
    engine.spawn('a', sleeper(log, 'a', 10, 10, 10));
    engine.run(15);
    expect(log).toHaveLength(2);
    engine.run();
    expect(log).toHaveLength(3);
  });

  it('say who is blocked for ever', () => {
    const engine = new Engine();
    engine.spawn('sleeps', sleeper([], 'x', 1));
    const stuck = engine.spawn(
      'stuck',
      (function* (): Actor {
        yield BLOCKED;
      })(),
    );
    engine.run();
    expect(engine.blocked()).toEqual([stuck]);
    expect(engine.isDone(0)).toBe(true);
  });

  it('refuse what is no step', () => {
    const engine = new Engine();
    engine.spawn(
      'odd',
      (function* (): Actor {
        yield Number.NaN;
      })(),
    );
    expect(() => engine.run()).toThrow('odd yielded NaN');
  });

  it('trace waits and holds when asked to', () => {
    const trace = new TraceLog();
    const engine = new Engine({ trace });
    const mutex = new Mutex(engine, 'slots_lock');
    function* holder(ns: number): Actor {
      yield mutex.lock();
      yield ns;
      mutex.unlock();
    }
    engine.spawn('a', holder(100));
    engine.spawn('b', holder(50));
    engine.run();
    expect(trace.slices).toEqual([
      { lane: 'slots_lock', name: 'a', kind: 'hold', start: 0, end: 100 },
      { lane: 'b', name: 'slots_lock', kind: 'wait', start: 0, end: 100 },
      { lane: 'slots_lock', name: 'b', kind: 'hold', start: 100, end: 150 },
    ]);
  });
});

describe('stepwise runs', () => {
  function lostUpdate(choices: number[]): number {
    const engine = new Engine({ scheduler: new ByChoices(choices) });
    let shared = 0;
    function* increment(): Actor {
      const seen = shared;
      if (engine.stepwise) yield POINT;
      shared = seen + 1;
    }
    engine.spawn('a', increment());
    engine.spawn('b', increment());
    engine.run();
    return shared;
  }

  it('switch at points as the list says', () => {
    expect(lostUpdate([0, 0, 1, 1])).toBe(2);
    expect(lostUpdate([0, 1, 0, 1])).toBe(1);
  });

  it('go on with the last actor when the list has ended', () => {
    expect(lostUpdate([])).toBe(2);
    expect(lostUpdate([0, 1])).toBe(1);
  });

  it('refuse a choice that cannot run', () => {
    expect(() => lostUpdate([7])).toThrow('choice 0 is actor 7');
  });

  it('grant a lock only to an actor that is chosen while it is free', () => {
    const order: string[] = [];
    const engine = new Engine({ scheduler: new ByChoices([0, 0, 1, 1, 0]) });
    const mutex = new Mutex(engine, 'm');
    function* section(name: string): Actor {
      yield mutex.lock();
      order.push(`${name} in`);
      yield POINT;
      order.push(`${name} out`);
      mutex.unlock();
    }
    engine.spawn('a', section('a'));
    engine.spawn('b', section('b'));
    // Actor 1's second choice is refused: it waits for the lock that actor 0 holds.
    expect(() => engine.run()).toThrow('choice 3 is actor 1');
    expect(order).toEqual(['a in']);
  });

  it('meet both outcomes of a race at random, and the same one for the same seed', () => {
    const run = (seed: number) => {
      const engine = new Engine({ scheduler: new AtRandom(seed) });
      let shared = 0;
      function* increment(): Actor {
        const seen = shared;
        yield POINT;
        shared = seen + 1;
      }
      engine.spawn('a', increment());
      engine.spawn('b', increment());
      engine.run();
      return shared;
    };
    const outcomes = Array.from({ length: 20 }, (_, seed) => run(seed));
    expect(new Set(outcomes)).toEqual(new Set([1, 2]));
    expect(Array.from({ length: 20 }, (_, seed) => run(seed))).toEqual(outcomes);
  });
});
