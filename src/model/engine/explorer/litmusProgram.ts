/** Litmus tests as lines of text, for tests of the search. */
import { Cell } from '../cell.ts';
import type { Order } from '../memory/memory.ts';
import { Mutex } from '../mutex.ts';
import { type Actor, POINT } from '../step.ts';
import type { Program, Property, World } from './program.ts';
import type { SearchResult } from './search.ts';

/** A program in a line a thread: `x=1`, `r=x`, `lock`, `unlock`, `fence`; `:` says with which order. */
export function litmus(
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

/** What a search says of the property of that name. */
export const verdict = (result: SearchResult, name: string) => result.properties.find(p => p.name === name)!;
