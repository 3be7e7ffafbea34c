import { describe, expect, it } from 'vitest';
import { Cell } from '../cell.ts';
import type { Engine } from '../engine.ts';
import { Mutex } from '../mutex.ts';
import { type Actor, POINT } from '../step.ts';
import { WaitQueue } from '../waitQueue.ts';
import { verdict } from './litmusProgram.ts';
import { NO_LOST_WAKEUP, type Program } from './program.ts';
import { search } from './search.ts';

/** Two actors that keep each other out; `inside` counts who is in. */
function exclusion(body: (engine: Engine, me: number, enter: () => Actor, cells: Cell[]) => Actor): Program {
  return engine => {
    const cells = ['f', 'g', 't'].map(name => new Cell(engine, name));
    const inside = new Cell(engine, 'inside');
    let most = 0;
    function* enter(): Actor {
      yield POINT;
      inside.value++;
      engine.access.write(inside.object);
      most = Math.max(most, inside.value);
      yield POINT;
      engine.access.write(inside.object);
      inside.value--;
    }
    for (const me of [0, 1]) engine.spawn(`P${me}`, body(engine, me, enter, cells));
    return {
      properties: [
        {
          name: 'one at a time',
          when: 'always',
          check: () => {
            engine.access.read(inside.object);
            return inside.value <= 1 || `${inside.value} are inside`;
          },
        },
      ],
    };
  };
}

describe('mutual exclusion', () => {
  const peterson = (fenced: boolean) =>
    exclusion(function* (engine, me, enter, [f, g, turn]) {
      const [mine, theirs] = me === 0 ? [f, g] : [g, f];
      yield POINT;
      mine.store(1);
      yield POINT;
      turn.store(1 - me);
      if (fenced) yield engine.memory.barrier();
      for (;;) {
        engine.beginAttempt();
        yield POINT;
        const wants = theirs.load();
        yield POINT;
        if (wants === 0 || turn.load() === me) break;
        yield engine.retry();
      }
      yield* enter();
      yield POINT;
      mine.store(0);
    });

  it('Peterson’s algorithm needs its fences on x86 only', () => {
    const verdicts = (fenced: boolean) =>
      (['sc', 'tso'] as const).map(
        memory => verdict(search(peterson(fenced), { memory }), 'one at a time').holds,
      );
    expect(verdicts(false)).toEqual([true, false]);
    expect(verdicts(true)).toEqual([true, true]);
  });

  const dekkerEntry = (fenced: boolean) =>
    exclusion(function* (engine, me, enter, [f, g]) {
      const [mine, theirs] = me === 0 ? [f, g] : [g, f];
      yield POINT;
      mine.store(1);
      if (fenced) yield engine.memory.barrier();
      yield POINT;
      if (theirs.load() === 0) yield* enter();
      yield POINT;
      mine.store(0);
    });

  it('Dekker’s entry protocol needs its fences under both weak orders', () => {
    const verdicts = (fenced: boolean) =>
      (['sc', 'tso', 'ra'] as const).map(
        memory => verdict(search(dekkerEntry(fenced), { memory }), 'one at a time').holds,
      );
    expect(verdicts(false)).toEqual([true, false, false]);
    expect(verdicts(true)).toEqual([true, true, true]);
  });
});

describe('a lost wake-up', () => {
  const program =
    (checkAgain: boolean): Program =>
    engine => {
      const ready = new Cell(engine, 'ready');
      const queue = new WaitQueue(engine, 'queue');
      const mutex = new Mutex(engine, 'm');
      function* sleeper(): Actor {
        if (checkAgain) yield mutex.lock();
        else yield POINT;
        if (ready.load() === 0) {
          if (checkAgain) {
            const asleep = queue.wait();
            mutex.unlock();
            yield asleep;
          } else {
            yield POINT;
            yield queue.wait();
          }
        } else if (checkAgain) mutex.unlock();
      }
      function* waker(): Actor {
        if (checkAgain) yield mutex.lock();
        else yield POINT;
        ready.store(1);
        if (!checkAgain) yield POINT;
        queue.wakeAll();
        if (checkAgain) mutex.unlock();
      }
      engine.spawn('sleeper', sleeper());
      engine.spawn('waker', waker());
      return { properties: [] };
    };

  it('is found, and not found where test and sleep are one step', () => {
    const lost = verdict(search(program(false)), NO_LOST_WAKEUP);
    expect(lost).toMatchObject({ holds: false, shortest: true });
    expect(verdict(search(program(true)), NO_LOST_WAKEUP).holds).toBe(true);
  });
});

describe('ABA', () => {
  it('fools a compare-and-swap that only compares the value', () => {
    const program: Program = engine => {
      // A stack 1 -> 2 -> 3. Whoever pops reads the head and its successor, and swaps if the head is the same.
      const head = new Cell(engine, 'head', 1);
      const next = [0, 2, 3, 0].map((value, node) => new Cell(engine, `next of ${node}`, value));
      function* popper(): Actor {
        yield POINT;
        const node = head.load();
        yield POINT;
        const after = next[node].load();
        yield POINT;
        head.compareAndSwap(node, after);
      }
      function* meddler(): Actor {
        yield POINT;
        head.store(2);
        yield POINT;
        head.store(3);
        yield POINT;
        next[1].store(3);
        yield POINT;
        head.store(1);
      }
      engine.spawn('popper', popper());
      engine.spawn('meddler', meddler());
      return {
        properties: [
          {
            name: 'not fooled',
            when: 'finally',
            check: () => head.value !== 2 || 'node 2 is free and on top',
          },
        ],
      };
    };
    expect(verdict(search(program), 'not fooled').holds).toBe(false);
  });
});
