import { describe, expect, it } from 'vitest';
import { defaults } from '../params.ts';
import { doubleAllocationExperiment } from './doubleAllocation.ts';

const values = defaults(doubleAllocationExperiment.params);
const rows = doubleAllocationExperiment.run(values);
const end = (policy: string) => rows.filter(r => r.policy === policy).at(-1)!;

describe('private-memory/double-allocation', () => {
  it('trades memory for time between eager and never', () => {
    expect(end('never').bootSeconds as number).toBeLessThan(end('eager').bootSeconds as number);
    expect(end('never').hostMib as number).toBeGreaterThan(end('eager').hostMib as number);
    expect(end('never').discards).toBe(0);
  });

  it('gives back with lazy and batched what eager gives back, in fewer calls', () => {
    for (const policy of ['lazy', 'batched']) {
      expect(end(policy).discards as number).toBeLessThan(end('eager').discards as number);
      expect(end(policy).bootSeconds as number).toBeLessThan(end('eager').bootSeconds as number);
    }
  });

  it('holds at most the private copy twice: buffers and bounce buffers', () => {
    const twice = values.bounceMib as number;
    const buffers = (values.buffers as number) / 256;
    const extra = (end('never').hostMib as number) - (end('eager').hostMib as number);
    expect(extra).toBeGreaterThanOrEqual(twice);
    expect(extra).toBeLessThanOrEqual(twice + buffers + 1);
  });

  it('saves nearly all of the time by discarding in batches, and that without flushes there is little to save', () => {
    const [eager, batched, never] = ['eager', 'batched', 'never'].map(p => end(p).bootSeconds as number);
    expect((eager - batched) / (eager - never)).toBeGreaterThan(0.95);
    expect(end('batched').hostMib).toBe(end('eager').hostMib);
    const later = doubleAllocationExperiment.run({ ...values, flush: '6.11' });
    const last = (policy: string) => later.filter(r => r.policy === policy).at(-1)!.bootSeconds as number;
    expect(last('eager') / last('never')).toBeLessThan(1.1);
  });

  it('holds next to nothing twice but bounce buffers where one buffer is used again and again', () => {
    const same = doubleAllocationExperiment.run({ ...values, buffers: 1 });
    const last = (policy: string) => same.filter(r => r.policy === policy).at(-1)!.hostMib as number;
    expect(last('never') - last('eager')).toBeLessThanOrEqual((values.bounceMib as number) + 0.01);
  });

  it('never reads anything but what was written', () => {
    expect(rows.every(r => r.wrongReads === 0)).toBe(true);
  });

  it('ends at its extremes', () => {
    const none = doubleAllocationExperiment.run({ ...values, transactions: 0, bounceMib: 0, touchMib: 0 });
    expect(none.every(r => Number.isFinite(r.hostMib as number))).toBe(true);
  });
});
