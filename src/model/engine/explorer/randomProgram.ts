/** Small random programs, for proofs that the search leaves nothing out. */
import { Cell } from '../cell.ts';
import type { Engine } from '../engine.ts';
import type { MemoryOrder, Order } from '../memory/memory.ts';
import { Mutex } from '../mutex.ts';
import { Random } from '../random.ts';
import { RwLock } from '../rwLock.ts';
import { type Actor, POINT } from '../step.ts';
import { WaitQueue } from '../waitQueue.ts';
import type { Program, World } from './program.ts';

/** One operation of a thread. */
export type Operation =
  | {
      readonly do: 'store' | 'load' | 'add';
      readonly cell: number;
      readonly order: Order;
      readonly value: number;
    }
  | { readonly do: 'fence' }
  /** Some operations with a lock held; two nested ones in both orders deadlock. */
  | { readonly do: 'lock'; readonly lock: number; readonly inside: readonly Operation[] }
  | { readonly do: 'read-lock' | 'write-lock'; readonly inside: readonly Operation[] }
  /** Sleeps unless a cell is set; with a point in between, the wake-up can be lost. */
  | { readonly do: 'sleep'; readonly cell: number; readonly gap: boolean }
  /** Sets a cell and wakes one sleeper or all. */
  | { readonly do: 'wake'; readonly cell: number; readonly all: boolean }
  /** Starts over until a cell is set. */
  | { readonly do: 'until'; readonly cell: number };

const CELLS = ['x', 'y', 'z'];

export interface RandomProgram {
  readonly threads: readonly (readonly Operation[])[];
  readonly memory: MemoryOrder;
  /** Values of x and y that must not meet. */
  readonly never: readonly [x: number, y: number];
}

/** The program of a seed: two or three threads of one to three operations. */
export function randomProgram(seed: number, memory: MemoryOrder): RandomProgram {
  const random = new Random(seed);
  const threads = 2 + random.below(2);
  return {
    memory,
    never: [random.below(3), random.below(3)],
    threads: Array.from({ length: threads }, () =>
      Array.from({ length: 1 + random.below(3) }, () => anyOperation(random)),
    ),
  };
}

function anyOperation(random: Random): Operation {
  const lock = random.below(2);
  const cell = random.below(CELLS.length);
  switch (random.below(9)) {
    case 0:
      return { do: 'lock', lock, inside: [access(random), access(random)] };
    case 1:
      return { do: 'lock', lock, inside: [{ do: 'lock', lock: 1 - lock, inside: [access(random)] }] };
    case 2:
      return { do: random.chance(0.5) ? 'read-lock' : 'write-lock', inside: [access(random)] };
    case 3:
      return { do: 'sleep', cell, gap: random.chance(0.5) };
    case 4:
      return { do: 'wake', cell, all: random.chance(0.5) };
    case 5:
      return random.chance(0.5) ? { do: 'until', cell } : { do: 'fence' };
    default:
      return access(random);
  }
}

function access(random: Random): Operation {
  const cell = random.below(CELLS.length);
  const value = 1 + random.below(2);
  switch (random.below(5)) {
    case 0:
    case 1:
      return { do: 'load', cell, order: random.chance(0.5) ? 'acquire' : 'relaxed', value };
    case 2:
      return { do: 'add', cell, order: 'relaxed', value };
    default:
      return { do: 'store', cell, order: random.chance(0.5) ? 'release' : 'relaxed', value };
  }
}

/** Builds a program. Its final states tell cells and loaded values; a deadlock is a state of its own by what was loaded. */
export function buildRandom({ threads, never, memory }: RandomProgram): Program {
  return engine => {
    const world = new RandomWorld(engine, memory);
    for (const [i, operations] of threads.entries()) engine.spawn(`T${i}`, world.run(i, operations));
    return world.asWorld(never);
  };
}

class RandomWorld {
  private readonly engine: Engine;
  private readonly memory: MemoryOrder;
  private readonly cells: Cell[];
  private readonly locks: Mutex[];
  private readonly rwLock: RwLock;
  private readonly queue: WaitQueue;
  private readonly loaded: string[] = [];

  constructor(engine: Engine, memory: MemoryOrder) {
    this.engine = engine;
    this.memory = memory;
    this.cells = CELLS.map(name => new Cell(engine, name));
    this.locks = [0, 1].map(n => new Mutex(engine, `lock ${n}`));
    this.rwLock = new RwLock(engine, 'rw');
    this.queue = new WaitQueue(engine, 'queue');
  }

  asWorld([x, y]: RandomProgram['never']): World {
    const [a, b, c] = this.cells;
    return {
      properties: [
        {
          name: 'x and y never meet',
          when: 'always',
          check: () => a.newest() !== x || b.newest() !== y || `x is ${x} and y is ${y}`,
        },
        { name: 'z ends small', when: 'finally', check: () => c.value < 2 || `z ends as ${c.value}` },
      ],
      finalState: () => [...this.cells.map(cell => cell.value), ...[...this.loaded].sort()].join(' '),
    };
  }

  *run(thread: number, operations: readonly Operation[]): Actor {
    for (const operation of operations) yield* this.perform(thread, operation);
  }

  private *perform(thread: number, operation: Operation): Actor {
    const { engine } = this;
    switch (operation.do) {
      case 'load':
      case 'store':
      case 'add':
        return yield* this.access(thread, operation);
      case 'fence':
        yield engine.memory.barrier();
        return;
      case 'lock':
        yield this.locks[operation.lock].lock();
        yield* this.run(thread, operation.inside);
        yield* this.drain();
        this.locks[operation.lock].unlock();
        return;
      case 'read-lock':
        yield this.rwLock.read();
        yield* this.run(thread, operation.inside);
        yield* this.drain();
        this.rwLock.readUnlock();
        return;
      case 'write-lock':
        yield this.rwLock.write();
        yield* this.run(thread, operation.inside);
        yield* this.drain();
        this.rwLock.writeUnlock();
        return;
      case 'sleep': {
        yield POINT;
        if (this.cells[operation.cell].load() > 0) return;
        if (operation.gap) yield POINT;
        yield this.queue.wait();
        return;
      }
      case 'wake':
        yield POINT;
        this.cells[operation.cell].store(1);
        yield POINT;
        if (operation.all) this.queue.wakeAll();
        else this.queue.wakeOne();
        return;
      case 'until':
        for (;;) {
          engine.beginAttempt();
          yield POINT;
          if (this.cells[operation.cell].load('acquire') > 0) return;
          yield engine.retry();
        }
    }
  }

  /** Store buffers are empty before a lock is given back. */
  private *drain(): Actor {
    if (this.memory === 'tso') yield this.engine.memory.barrier();
  }

  private *access(
    thread: number,
    { do: what, cell, order, value }: Operation & { do: 'load' | 'store' | 'add' },
  ): Actor {
    const at = this.cells[cell];
    if (what === 'add') {
      yield this.engine.memory.barrier();
      at.add(value, order);
      return;
    }
    yield POINT;
    if (what === 'store') at.store(value, order);
    else this.loaded.push(`${thread}:${CELLS[cell]}=${at.load(order)}`);
  }
}
