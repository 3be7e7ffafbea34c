/** Ways to break the search itself, each of which must make it disagree with the unreduced search. */
import type { MemoryOrder } from '../../src/model/engine/memory/memory.ts';

export interface SearchMutant {
  readonly name: string;
  /** File below src/model/engine. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly memory: MemoryOrder;
  /** The first random program that shows it. */
  readonly seed: number;
}

const CONFLICTS = 'explorer/conflicts.ts';
const SEARCH = 'explorer/search.ts';

export const searchMutants: readonly SearchMutant[] = [
  {
    name: 'a read and a write do not race',
    file: CONFLICTS,
    from: '/* READ */ bit(WRITE),',
    to: '/* READ */ 0,',
    memory: 'sc',
    seed: 1,
  },
  {
    name: 'two writes do not race',
    file: CONFLICTS,
    from: `/* WRITE */ bit(READ) |
    bit(WRITE) |`,
    to: '/* WRITE */ bit(READ) |',
    memory: 'sc',
    seed: 5,
  },
  {
    name: 'taking a lock does not race with taking it elsewhere',
    file: CONFLICTS,
    from: '/* ACQUIRE */ bit(WRITE) | bit(ACQUIRE) | bit(ACQUIRE_SHARED),',
    to: '/* ACQUIRE */ bit(WRITE) | bit(ACQUIRE_SHARED),',
    memory: 'sc',
    seed: 4,
  },
  {
    name: 'taking a lock for reading does not race with taking it for writing',
    file: CONFLICTS,
    from: '/* ACQUIRE_SHARED */ bit(WRITE) | bit(ACQUIRE),',
    to: '/* ACQUIRE_SHARED */ bit(WRITE),',
    memory: 'sc',
    seed: 70,
  },
  {
    name: 'a lock that is given back races with taking it, and hides who took it before',
    file: 'explorer/happensBefore.ts',
    from: 'if (event.actor !== actor && !isBefore(event, before)) onRace',
    to: 'if (event.actor !== actor && !isBefore(event, before) && position === Math.max(...state.last.filter(p => p !== undefined))) onRace',
    memory: 'sc',
    seed: 4,
  },
  {
    name: 'an actor that is stuck on a lock races with nobody',
    file: SEARCH,
    from: 'if (wants !== undefined) this.order.pending({ actor, ...wants }, this.onRace);',
    to: '',
    memory: 'sc',
    seed: 120,
  },
  {
    name: 'a property over several objects reads none of them',
    file: 'explorer/watchers.ts',
    from: 'kinds.push(WRITE);',
    to: 'kinds.push(0);',
    memory: 'sc',
    seed: 26,
  },
  {
    name: 'who sleeps is not woken by what he depends on',
    file: SEARCH,
    from: 'if (stepsDependent(parent.asleep[actor], parent.taken!)) continue;',
    to: '',
    memory: 'sc',
    seed: 1,
  },
  {
    name: 'a wait queue reports no sleeper',
    file: 'waitQueue.ts',
    from: `    const engine = this.engine;
    engine.access.write(this.object);`,
    to: '    const engine = this.engine;',
    memory: 'sc',
    seed: 41,
  },
];
