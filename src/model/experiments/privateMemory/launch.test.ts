import { describe, expect, it } from 'vitest';
import { defaults } from '../params.ts';
import { launchExperiment } from './launch.ts';

const values = defaults(launchExperiment.params);
const rows = launchExperiment.run(values);
const way = (pattern: RegExp) => rows.find(row => pattern.test(String(row.way)))!;

describe('private-memory/launch', () => {
  it('lets the guest read what was loaded, whichever way it got there', () => {
    expect(rows.map(row => row.wrongReads)).toEqual([0, 0, 0, 0]);
  });

  it('holds the image once in place, and twice while it is copied', () => {
    for (const row of rows) {
      const twice = /copies/.test(String(row.way));
      expect(row.peakMib).toBe((twice ? 2 : 1) * values.imageMib);
      expect(row.copies).toBe(twice ? values.imageMib * 256 : 0);
    }
    expect(way(/source stays/).endMib).toBe(2 * values.imageMib);
    expect(way(/source goes/).endMib).toBe(values.imageMib);
  });

  it('takes longer with a copy, by no more than the copies take', () => {
    const more = (way(/source stays/).millis as number) - (way(/in guest_memfd/).millis as number);
    expect(more).toBeGreaterThan(0);
    expect(more).toBeLessThan((way(/source stays/).millis as number) / 2);
  });

  it('ends at the ends of its parameters', () => {
    for (const ends of [
      { imageMib: 1, launchMicros: 0 },
      { imageMib: 64, launchMicros: 1000 },
    ]) {
      for (const row of launchExperiment.run(ends)) {
        expect(row.wrongReads).toBe(0);
        for (const value of Object.values(row))
          if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
      }
    }
  });
});
