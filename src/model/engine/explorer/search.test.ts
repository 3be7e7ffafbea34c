import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cell } from '../cell.ts';
import type { Engine } from '../engine.ts';
import type { MemoryOrder, Order } from '../memory/memory.ts';
import { Mutex } from '../mutex.ts';
import { type Actor, POINT } from '../step.ts';
import { WaitQueue } from '../waitQueue.ts';
import { NO_DEADLOCK, NO_LOST_WAKEUP, type Program, type Property, type World } from './program.ts';
import { type SearchResult, search } from './search.ts';

/** A program in a line a thread: `x=1`, `r=x`, `lock`, `unlock`, `fence`; `:` says with which order. */
function litmus(
  threads: readonly string[],
  invariant?: (r: Record<string, number>) => boolean,
  never?: { x: number; y: number },
): Program {
  return engine => {
    const cells = new Map<string, Cell>();
    const registers: Record<string, number> = {};
    const mutexes = new Map<string, Mutex>();
    const cell = (name: string) => {
      let found = cells.get(name);
      if (found === undefined) {
        found = new Cell(engine, name);
        cells.set(name, found);
      }
      return found;
    };
    const mutex = (name: string) => {
      let found = mutexes.get(name);
      if (found === undefined) {
        found = new Mutex(engine, name);
        mutexes.set(name, found);
      }
      return found;
    };
    // Ids must not depend on the schedule: everything is made before anybody runs.
    for (const thread of threads) {
      for (const [, name] of thread.matchAll(/\b([xyzfgt])\b/g)) cell(name);
      for (const [, name] of thread.matchAll(/lock ([a-z])/g)) mutex(name);
    }
    for (const name of 'xy') cell(name);
    function* run(thread: string): Actor {
      for (const text of thread.split(';').map(s => s.trim())) {
        const [op, order = 'relaxed'] = text.split(':') as [string, Order];
        const store = /^([a-z])=(\d+)$/.exec(op);
        const load = /^([a-z]\d)=([a-z])$/.exec(op);
        const copy = /^([a-z])=([a-z]\d)\+1$/.exec(op);
        if (op.startsWith('lock ')) yield mutex(op.slice(5)).lock();
        else if (op.startsWith('unlock ')) mutex(op.slice(7)).unlock();
        else if (op === 'fence') yield engine.memory.barrier();
        else {
          yield POINT;
          if (store) cell(store[1]).store(Number(store[2]), order);
          else if (load) registers[load[1]] = cell(load[2]).load(order);
          else if (copy) cell(copy[1]).store(registers[copy[2]] + 1, order);
          else throw new Error(`no such operation: ${op}`);
        }
      }
    }
    threads.forEach((thread, i) => {
      engine.spawn(`T${i}`, run(thread));
    });
    const properties: Property[] = [];
    if (invariant !== undefined) {
      const check = () => invariant(registers) || JSON.stringify(registers);
      properties.push({ name: 'invariant', when: 'finally', check });
    }
    if (never !== undefined) {
      const read = (name: string) => {
        engine.access.read(cell(name).object);
        return cell(name).value;
      };
      const check = () => !(read('x') === never.x && read('y') === never.y) || 'both at once';
      properties.push({ name: 'never', when: 'always', check });
    }
    const world: World = {
      properties,
      finalState: () =>
        [...Object.keys(registers)]
          .sort()
          .map(name => `${name}=${registers[name]}`)
          .concat([...cells.keys()].sort().map(name => `${name}=${cells.get(name)!.value}`))
          .join(' '),
    };
    return world;
  };
}

const verdict = (result: SearchResult, name: string) => result.properties.find(p => p.name === name)!;

function holds(
  threads: readonly string[],
  memory: MemoryOrder,
  invariant: (r: Record<string, number>) => boolean,
) {
  const result = search(litmus(threads, invariant), { memory });
  expect(result.complete).toBe(true);
  return verdict(result, 'invariant').holds;
}

describe('litmus tests have their known verdicts', () => {
  const orders: MemoryOrder[] = ['sc', 'tso', 'ra'];
  const verdicts = (threads: readonly string[], invariant: (r: Record<string, number>) => boolean) =>
    orders.map(memory => holds(threads, memory, invariant));

  it('store buffering', () => {
    const both = (r: Record<string, number>) => r.r1 === 1 || r.r2 === 1;
    expect(verdicts(['x=1; r1=y', 'y=1; r2=x'], both)).toEqual([true, false, false]);
    expect(verdicts(['x=1; fence; r1=y', 'y=1; fence; r2=x'], both)).toEqual([true, true, true]);
    expect(verdicts(['x=1; fence; r1=y', 'y=1; r2=x'], both)).toEqual([true, false, false]);
  });

  it('message passing', () => {
    const sound = (r: Record<string, number>) => r.r1 === 0 || r.r2 === 1;
    expect(verdicts(['x=1; f=1', 'r1=f; r2=x'], sound)).toEqual([true, true, false]);
    expect(verdicts(['x=1; f=1:release', 'r1=f; r2=x'], sound)).toEqual([true, true, false]);
    expect(verdicts(['x=1; f=1', 'r1=f:acquire; r2=x'], sound)).toEqual([true, true, false]);
    expect(verdicts(['x=1; f=1:release', 'r1=f:acquire; r2=x'], sound)).toEqual([true, true, true]);
  });

  it('load buffering never reads what has not been stored', () => {
    const sound = (r: Record<string, number>) => r.r1 === 0 || r.r2 === 0;
    expect(verdicts(['r1=x; y=1', 'r2=y; x=1'], sound)).toEqual([true, true, true]);
  });

  it('independent readers of independent writers', () => {
    const sound = (r: Record<string, number>) => !(r.r1 === 1 && r.r2 === 0 && r.r3 === 1 && r.r4 === 0);
    const threads = (order: string) => [
      `x=1:release`,
      `y=1:release`,
      `r1=x:${order}; r2=y:${order}`,
      `r3=y:${order}; r4=x:${order}`,
    ];
    expect(verdicts(threads('acquire'), sound)).toEqual([true, true, false]);
  });

  it('coherence: nobody sees one location go back', () => {
    const sound = (r: Record<string, number>) => !(r.r1 === 2 && r.r2 === 1);
    expect(verdicts(['x=1; x=2', 'r1=x; r2=x'], sound)).toEqual([true, true, true]);
  });

  it('two increments of a shared number', () => {
    const result = search(litmus(['r1=x; x=r1+1', 'r2=x; x=r2+1']));
    const finals = (r: SearchResult) => [...new Set(r.finalStates.map(s => /x=(\d)/.exec(s)![1]))].sort();
    expect(finals(result)).toEqual(['1', '2']);
    const locked = search(litmus(['lock m; r1=x; x=r1+1; unlock m', 'lock m; r2=x; x=r2+1; unlock m']));
    expect(finals(locked)).toEqual(['2']);
  });

  it('two locks taken in both orders', () => {
    const abba = search(litmus(['lock a; lock b; unlock b; unlock a', 'lock b; lock a; unlock a; unlock b']));
    expect(verdict(abba, NO_DEADLOCK)).toMatchObject({ holds: false, steps: 2, shortest: true });
    const ordered = search(
      litmus(['lock a; lock b; unlock b; unlock a', 'lock a; lock b; unlock b; unlock a']),
    );
    expect(verdict(ordered, NO_DEADLOCK).holds).toBe(true);
  });
});

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

const thread = fc
  .array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc
          .tuple(fc.constantFrom('x', 'y', 'z'), fc.integer({ min: 1, max: 3 }))
          .map(([v, n]) => `${v}=${n}`),
      },
      {
        weight: 3,
        arbitrary: fc
          .tuple(fc.constantFrom('1', '2', '3'), fc.constantFrom('x', 'y', 'z'))
          .map(([n, v]) => `R${n}=${v}`),
      },
      { weight: 1, arbitrary: fc.constant('fence') },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.constantFrom('m', 'n'), fc.constantFrom('x=4', 'y=5', 'R4=x', 'lock k; R5=y; unlock k'))
          .map(([lock, op]) => `lock ${lock}; ${op}; unlock ${lock}`),
      },
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map(ops => ops.join('; '));

describe('the reduced search', () => {
  const agree = (memory: MemoryOrder, withLocks: boolean, runs: number) => {
    fc.assert(
      fc.property(
        fc.array(thread, { minLength: 2, maxLength: 3 }),
        fc.integer({ min: 0, max: 15 }),
        (threads, n) => {
          const named = threads
            .map((t, i) => t.replaceAll('R', 'abc'[i]))
            .filter(t => withLocks || !t.includes('lock'));
          fc.pre(named.length >= 2);
          const program = litmus(named, undefined, { x: n % 4, y: n >> 2 });
          const all = search(program, { memory, unreduced: true, transitions: 60_000 });
          const reduced = search(program, { memory });
          fc.pre(all.complete);
          expect(reduced.complete).toBe(true);
          expect(reduced.finalStates).toEqual(all.finalStates);
          expect(reduced.properties.map(p => [p.name, p.holds, p.steps])).toEqual(
            all.properties.map(p => [p.name, p.holds, p.steps]),
          );
          expect(reduced.schedules).toBeLessThanOrEqual(all.schedules);
        },
      ),
      { numRuns: runs },
    );
  };

  it('finds what the unreduced one finds, sequentially consistent', () => agree('sc', true, 200));
  it('finds what the unreduced one finds, with store buffers', () => agree('tso', false, 100));
  it('finds what the unreduced one finds, with release and acquire', () => agree('ra', true, 100));
});
