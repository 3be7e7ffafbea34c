import { describe, expect, it } from 'vitest';
import { defaults } from '../params.ts';
import { trackingExperiment } from './tracking.ts';

const values = defaults(trackingExperiment.params);
const rows = trackingExperiment.run(values);

function bytes(way: string, guestGib: number, list = rows): number {
  return list.find(r => r.sweep === 'size' && r.guestGib === guestGib && String(r.way).startsWith(way))!
    .bytes as number;
}

describe('private-memory/tracking', () => {
  it('covers guests from 1 GiB to 4 TiB', () => {
    const sizes = rows.filter(r => r.sweep === 'size').map(r => r.guestGib as number);
    expect([Math.min(...sizes), Math.max(...sizes)]).toEqual([1, 4096]);
  });

  it('finds the merged form the largest for a guest that is mostly private, and the other polarity small', () => {
    const merged = bytes('XArray, an entry a private page', 4096);
    expect(merged / 2 ** 30).toBeCloseTo(9.14, 1);
    for (const way of ['XArray, an entry a shared page', 'multi-index', 'bitmap', 'ranges']) {
      expect(bytes(way, 4096)).toBeLessThan(merged / 50);
    }
    expect(bytes('XArray, an entry a shared page', 4096)).toBeLessThan(160_000);
  });

  it('finds no one way the smallest everywhere', () => {
    const winners = new Set(
      [1, 4, 16, 64, 256, 1024, 4096, 16384].map(n => {
        const at = rows.filter(r => r.sweep === 'pieces' && r.fragments === n);
        return at.reduce((a, b) => ((b.bytes as number) < (a.bytes as number) ? b : a)).way;
      }),
    );
    expect(winners.size).toBeGreaterThan(1);
  });

  it('keeps its other axes whole: a bitmap knows size only, ranges know pieces only', () => {
    const scattered = trackingExperiment.run({ ...values, fragments: 4096 });
    expect(bytes('bitmap', 64, scattered)).toBe(bytes('bitmap', 64));
    expect(bytes('ranges, shared', 4096)).toBe(bytes('ranges, shared', 1));
    expect(bytes('ranges, shared', 64, scattered)).toBe(4096 * 64);
  });

  it('claims no published figure', () => {
    expect(trackingExperiment.evidence(rows, values)).toEqual([]);
  });
});
