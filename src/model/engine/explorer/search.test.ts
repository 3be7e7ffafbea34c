import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MemoryOrder } from '../memory/memory.ts';
import { litmus } from './litmusProgram.ts';
import { search } from './search.ts';

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
