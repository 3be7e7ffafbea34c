import { describe, expect, it } from 'vitest';
import type { MemoryOrder } from '../memory/memory.ts';
import { litmus, verdict } from './litmusProgram.ts';
import { NO_DEADLOCK } from './program.ts';
import { type SearchResult, search } from './search.ts';

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
