import { describe, expect, it } from 'vitest';
import { flushOnGmemFree } from '../../designs/reclaim/flushOnGmemFree.ts';
import { rmpLookup } from '../../designs/reclaim/narrower.ts';
import { type AnyValues, defaults } from '../params.ts';
import { spuriousFaultsExperiment } from './spuriousFaults.ts';
import { ORDERS, spurious } from './spuriousModel.ts';

const values = defaults(spuriousFaultsExperiment.params);
const run = (changes: AnyValues = {}) => spuriousFaultsExperiment.run({ ...values, ...changes });
const rows = run();
const byOrder = (order: string, list = rows) => list.find(r => r.part === 'order' && r.order === order)!;

describe('shared-only/spurious-faults', () => {
  it('has nothing to look up or to save where the VMM discards before the guest goes on', () => {
    const row = byOrder('convert, discard, touch');
    expect([row.lookups, row.extraFaults, row.lostUnfiltered]).toEqual([0, 0, 0]);
  });

  it('saves a fault for each look-up where the discard comes after the touch, and none where it comes first', () => {
    expect(byOrder('convert, touch, discard')).toMatchObject({ lookups: 64, extraFaults: 64, ratio: 1 });
    expect(byOrder('discard, convert, touch')).toMatchObject({ lookups: 64, extraFaults: 0, ratio: 0 });
  });

  it('breaks even at the share of private pages times the share that is touched again', () => {
    for (const row of rows.filter(r => r.part === 'share')) {
      const product = ((row.privatePercent as number) / 100) * ((row.touchedPercent as number) / 100);
      expect(Math.abs((row.ratio as number) - product)).toBeLessThan(0.01);
    }
  });

  it('saves nothing by asking about pages that the guest does not use again', () => {
    expect(byOrder('convert, touch, discard', run({ touchedPercent: 0 }))).toMatchObject({ extraFaults: 0 });
  });

  it('loses a TDX guest’s pages where events zap both kinds, and none where they are told apart', () => {
    for (const order of ORDERS) expect(byOrder(order).lostFiltered).toBe(0);
    expect(byOrder('convert, touch, discard').lostUnfiltered).toBe(64);
    expect(byOrder('NUMA balancing over kept pages').lostUnfiltered).toBe(64);
    expect(byOrder('discard, convert, touch').lostUnfiltered).toBe(0);
  });

  it('never loses an SNP guest’s page: spurious faults cost time and nothing else', () => {
    for (const order of ORDERS) {
      for (const design of [flushOnGmemFree, rmpLookup(100)]) {
        expect(spurious({ vmType: 'snp', design, order, privateShare: 0.5, touchedShare: 1 }).lost).toBe(0);
      }
    }
  });

  it('ends with numbers at the ends of its parameters', () => {
    for (const end of ['min', 'max'] as const) {
      const ends: Record<string, number> = {};
      for (const [name, param] of Object.entries(spuriousFaultsExperiment.params)) {
        if (param.kind === 'number') ends[name] = param[end];
      }
      for (const row of run(ends)) {
        for (const value of Object.values(row)) {
          if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
        }
      }
    }
  });
});
