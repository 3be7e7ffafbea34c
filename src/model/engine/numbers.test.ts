import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from './eventQueue.ts';
import { FifoQueue } from './fifoQueue.ts';
import { StateHash } from './hash.ts';
import { exp, log, log2, pow, sin } from './math.ts';
import { Random } from './random.ts';

describe('EventQueue', () => {
  it('gives events by time, and equal times in the order added', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 300 }), times => {
        const queue = new EventQueue();
        times.forEach((time, id) => {
          queue.push(time, id);
        });
        const out: number[] = [];
        while (queue.length > 0) out.push(queue.pop());
        const expected = times
          .map((time, id) => ({ time, id }))
          .sort((a, b) => a.time - b.time || a.id - b.id);
        expect(out).toEqual(expected.map(e => e.id));
      }),
    );
  });
});

describe('FifoQueue', () => {
  it('behaves as a list', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -20, max: 20 }), { maxLength: 200 }), commands => {
        const queue = new FifoQueue();
        let list: number[] = [];
        for (const c of commands) {
          if (c > 0) {
            queue.push(c);
            list.push(c);
          } else if (c < -10) {
            expect(queue.remove(-c - 10)).toBe(list.includes(-c - 10));
            const at = list.indexOf(-c - 10);
            if (at >= 0) list = [...list.slice(0, at), ...list.slice(at + 1)];
          } else if (list.length > 0) {
            expect(queue.shift()).toBe(list.shift());
          }
          expect(queue.length).toBe(list.length);
        }
      }),
    );
  });
});

describe('math', () => {
  it('agrees with the host to a relative error of 1e-13', () => {
    const close = (a: number, b: number) => Math.abs(a - b) <= 1e-13 * Math.max(1, Math.abs(b));
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), x => {
        expect(close(log(x), Math.log(x))).toBe(true);
        expect(close(log2(x), Math.log2(x))).toBe(true);
        expect(close(pow(x, 0.5) / Math.sqrt(x), 1)).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.double({ min: -50, max: 50, noNaN: true }), x => {
        expect(close(exp(x) / Math.exp(x), 1)).toBe(true);
        expect(Math.abs(sin(x) - Math.sin(x))).toBeLessThan(1e-13);
      }),
    );
    expect(log(0)).toBe(-Infinity);
    expect(log(-1)).toBeNaN();
    expect(pow(2, 10)).toBe(1024);
    expect(pow(0, 3)).toBe(0);
  });
});

describe('Random', () => {
  it('gives the same stream for the same seed, which these words pin down', () => {
    const random = new Random(42);
    const words = [random.word(), random.word(), random.word()];
    const again = new Random(42);
    expect([again.word(), again.word(), again.word()]).toEqual(words);
    expect(new Random(43).word()).not.toBe(words[0]);
  });

  it('is spread evenly enough', () => {
    const random = new Random(7);
    const bins = new Array(16).fill(0);
    for (let i = 0; i < 160_000; i++) bins[random.below(16)]++;
    // Chi-square with 15 degrees of freedom: 37.7 is passed once in a thousand seeds.
    const chi = bins.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0);
    expect(chi).toBeLessThan(37.7);
    let total = 0;
    for (let i = 0; i < 100_000; i++) total += random.exponential(1000);
    expect(total / 100_000).toBeGreaterThan(980);
    expect(total / 100_000).toBeLessThan(1020);
  });
});

describe('StateHash', () => {
  it('tells numbers, their order and large values apart', () => {
    const hash = (...values: number[]) => {
      const h = new StateHash();
      for (const v of values) h.add(v);
      return h.digest();
    };
    expect(hash(1, 2)).not.toBe(hash(2, 1));
    expect(hash(0)).not.toBe(hash(2 ** 32));
    expect(hash(-1)).not.toBe(hash(2 ** 32 - 1));
    expect(hash()).not.toBe(hash(0));
    expect(hash(5)).toBe(hash(5));
    const seen = new Set<string>();
    for (let i = 0; i < 100_000; i++) seen.add(hash(i));
    expect(seen.size).toBe(100_000);
  });
});
