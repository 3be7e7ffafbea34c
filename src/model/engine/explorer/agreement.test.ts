import { describe, expect, it } from 'vitest';
import type { MemoryOrder } from '../memory/memory.ts';
import { agreement } from './agreement.ts';
import { NO_DEADLOCK, NO_LOST_WAKEUP, RETRIES_END } from './program.ts';

describe('on random programs with locks, wait queues and retry loops', () => {
  it.each<[MemoryOrder, seeds: number, atLeast: number]>([
    ['sc', 140, 100],
    ['tso', 30, 4],
    ['ra', 60, 40],
  ])('the reduced search finds what the unreduced one finds, under %s', (memory, seeds, atLeast) => {
    const { compared, broken, differences } = agreement(1, seeds, memory);
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThanOrEqual(atLeast);
    // There is something to be found of every kind.
    for (const name of [NO_DEADLOCK, NO_LOST_WAKEUP, RETRIES_END, 'x and y never meet', 'z ends small']) {
      if (memory === 'sc') expect([name, broken.get(name) ?? 0]).not.toEqual([name, 0]);
    }
  });
});
