import { describe, expect, it } from 'vitest';
import { Cpus } from './cpus.ts';
import { Engine } from './engine.ts';
import { Link } from './link.ts';
import { Mutex } from './mutex.ts';
import { RwLock } from './rwLock.ts';
import { SpinLock } from './spinLock.ts';
import { Srcu } from './srcu.ts';
import type { Actor } from './step.ts';
import { WaitQueue } from './waitQueue.ts';

/** Runs actors given as name to body and returns the log they wrote, each entry with its time. */
function play(build: (engine: Engine, log: (what: string) => void) => Record<string, Actor>): string[] {
  const engine = new Engine();
  const lines: string[] = [];
  const actors = build(engine, what => lines.push(`${engine.now} ${what}`));
  for (const name of Object.keys(actors)) engine.spawn(name, actors[name]);
  engine.run();
  expect(engine.blocked()).toEqual([]);
  return lines;
}

describe('Mutex', () => {
  it('goes to its waiters in order, each after a wake-up', () => {
    const lines = play((engine, log) => {
      const mutex = new Mutex(engine, 'm', 7);
      function* section(name: string): Actor {
        yield mutex.lock();
        log(name);
        yield 10;
        mutex.unlock();
      }
      return { a: section('a'), b: section('b'), c: section('c') };
    });
    expect(lines).toEqual(['0 a', '17 b', '34 c']);
  });

  it('refuses an unlock by an actor that does not hold it', () => {
    const engine = new Engine();
    const mutex = new Mutex(engine, 'slots_lock');
    engine.spawn(
      'thief',
      (function* (): Actor {
        yield 0;
        mutex.unlock();
      })(),
    );
    expect(() => engine.run()).toThrow('thief releases slots_lock');
  });
});

describe('RwLock', () => {
  it('lets readers in together, and no reader past a waiting writer', () => {
    const lines = play((engine, log) => {
      const lock = new RwLock(engine, 'mmu_lock');
      function* reader(name: string, start: number): Actor {
        yield start;
        yield lock.read();
        log(name);
        yield 10;
        lock.readUnlock();
      }
      function* writer(): Actor {
        yield 1;
        yield lock.write();
        log('w');
        yield 10;
        lock.writeUnlock();
      }
      return {
        r1: reader('r1', 0),
        r2: reader('r2', 0),
        w: writer(),
        r3: reader('r3', 2),
        r4: reader('r4', 3),
      };
    });
    expect(lines).toEqual(['0 r1', '0 r2', '10 w', '20 r3', '20 r4']);
  });
});

describe('SpinLock', () => {
  it('hands over more slowly the more actors wait', () => {
    const lines = play((engine, log) => {
      const lock = new SpinLock(engine, 's', 5);
      function* section(name: string): Actor {
        yield lock.lock();
        log(name);
        yield 10;
        lock.unlock();
      }
      return { a: section('a'), b: section('b'), c: section('c') };
    });
    expect(lines).toEqual(['0 a', '20 b', '35 c']);
  });
});

describe('WaitQueue', () => {
  it('wakes one, all, or one by name', () => {
    const lines = play((engine, log) => {
      const queue = new WaitQueue(engine, 'q');
      function* sleeper(name: string): Actor {
        yield queue.wait();
        log(name);
      }
      function* waker(): Actor {
        yield 10;
        queue.wakeActor(2);
        yield 10;
        queue.wakeOne(3);
        yield 10;
        queue.wakeAll();
        log(queue.wakeOne() ? 'somebody slept' : 'nobody slept');
      }
      return { a: sleeper('a'), b: sleeper('b'), c: sleeper('c'), d: sleeper('d'), w: waker() };
    });
    expect(lines).toEqual(['10 c', '23 a', '30 nobody slept', '30 b', '30 d']);
  });
});

describe('Srcu', () => {
  it('waits for the readers that were inside, and not for later ones', () => {
    const lines = play((engine, log) => {
      const srcu = new Srcu(engine, 'srcu', 2);
      function* reader(start: number, length: number): Actor {
        yield start;
        const index = srcu.enter();
        yield length;
        srcu.exit(index);
      }
      function* updater(): Actor {
        yield 5;
        yield* srcu.synchronize();
        log('done');
      }
      return { early: reader(0, 20), late: reader(6, 100), u: updater() };
    });
    expect(lines).toEqual(['22 done']);
  });
});

describe('Cpus and Link', () => {
  it('run so many actors at once', () => {
    const lines = play((engine, log) => {
      const cpus = new Cpus(engine, 2);
      function* worker(name: string): Actor {
        yield cpus.enter();
        yield 10;
        log(name);
        cpus.leave();
      }
      return { a: worker('a'), b: worker('b'), c: worker('c') };
    });
    expect(lines).toEqual(['10 a', '10 b', '20 c']);
  });

  it('send messages one after another, each with its latency', () => {
    const lines = play((engine, log) => {
      const link = new Link(engine, 100, 0.5);
      function* sender(name: string): Actor {
        yield link.send(50);
        log(name);
      }
      return { a: sender('a'), b: sender('b') };
    });
    expect(lines).toEqual(['200 a', '300 b']);
  });
});
