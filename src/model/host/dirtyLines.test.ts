import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DirtyLines, LINES_OF_PAGE } from './dirtyLines.ts';

const OPTIONS = { cpus: 4, cpusPerCache: 2, lines: 10 * LINES_OF_PAGE };

describe('dirty lines', () => {
  it('are in the cache of the CPU that wrote last, and count once', () => {
    const lines = new DirtyLines(OPTIONS);
    lines.write(0, 7, 10);
    lines.write(1, 7, 20);
    expect([lines.dirtyIn(0), lines.dirtyIn(2)]).toEqual([20, 0]);
    lines.write(3, 7, 5);
    expect([lines.dirtyIn(0), lines.dirtyIn(2), lines.dirtyOf(7)]).toEqual([0, 5, 5]);
  });

  it('leave for want of room, those written longest ago first', () => {
    const lines = new DirtyLines(OPTIONS);
    for (let pfn = 1; pfn <= 12; pfn++) lines.write(0, pfn);
    expect([lines.dirtyOf(1), lines.dirtyOf(2), lines.dirtyOf(3)]).toEqual([0, 0, LINES_OF_PAGE]);
    expect(lines.evicted).toBe(2 * LINES_OF_PAGE);
  });

  it('are written back by whom they are asked of, and dropped by WBINVD alone', () => {
    const lines = new DirtyLines(OPTIONS);
    lines.write(0, 1);
    lines.write(2, 2);
    lines.fill(0, 30);
    expect(lines.flush(new Set([1]), false)).toEqual([
      { cpus: 1, dirty: LINES_OF_PAGE, dropped: 0 },
      { cpus: 0, dirty: 0, dropped: 0 },
    ]);
    expect(lines.flush(null, true)).toEqual([
      { cpus: 2, dirty: 0, dropped: LINES_OF_PAGE + 30 },
      { cpus: 2, dirty: LINES_OF_PAGE, dropped: LINES_OF_PAGE },
    ]);
    expect(lines.flush(null, true).map(({ dropped }) => dropped)).toEqual([0, 0]);
  });

  it('never exceed what the caches hold, nor 64 a page', () => {
    const write = fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 64 }));
    fc.assert(
      fc.property(fc.array(write, { maxLength: 80 }), fc.integer({ min: 1, max: 30 }), (writes, flushed) => {
        const lines = new DirtyLines(OPTIONS);
        const pages = new Set(writes.map(([, pfn]) => pfn));
        for (const [cpu, pfn, count] of writes) lines.write(cpu, pfn, count);
        const sum = () => [...pages].reduce((total, pfn) => total + lines.dirtyOf(pfn), 0);
        expect(lines.dirtyIn(0) + lines.dirtyIn(2)).toBe(sum());
        for (const cpu of [0, 2]) expect(lines.dirtyIn(cpu)).toBeLessThanOrEqual(OPTIONS.lines);
        for (const pfn of pages) expect(lines.dirtyOf(pfn)).toBeLessThanOrEqual(LINES_OF_PAGE);
        const before = sum();
        expect(before - lines.flushPage(flushed)).toBe(sum());
      }),
      { numRuns: 60 },
    );
  });
});
