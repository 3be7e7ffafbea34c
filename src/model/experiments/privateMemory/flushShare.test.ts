import { describe, expect, it } from 'vitest';
import { COST_TABLE } from '../../costs/table.ts';
import { defaults } from '../params.ts';
import { BOOT_CONSTANTS } from './bootConstants.ts';
import { BOOT_VARIANTS, boot } from './bootModel.ts';
import { flushShareExperiment } from './flushShare.ts';

const values = defaults(flushShareExperiment.params);
const run = (slower: number) =>
  flushShareExperiment.run({ ...values, slower }).find(row => row.slower === slower)!;

describe('private-memory/flush-share', () => {
  const rows = flushShareExperiment.run(values);

  it('has the fitted flush of the cost table where everything else is as the table says', () => {
    expect(run(1).flushMicros as number).toBeCloseTo(COST_TABLE.flushAllCpus.value / 1000, 1);
  });

  it('leaves less for flushes the slower everything else is', () => {
    const left = rows.map(row => row.flushSeconds as number);
    expect(left).toEqual([...left].sort((a, b) => b - a));
  });

  it('cannot do without: plain SNP faults and exits as often, and boots in 32 s', () => {
    const impossible = rows.filter(row => !row.possible);
    expect(impossible.map(row => row.slower)).toEqual([48]);
    expect(impossible[0].restSeconds as number).toBeLessThan(0);
    // At the limit nothing of the 32 s is left for anything else, and flushes still take a good part of the rest.
    const least = Math.min(...rows.filter(row => row.possible).map(row => row.flushSeconds as number));
    expect(least).toBeGreaterThan(15);
    expect(run(36).possible).toBe(true);
    expect(run(36).flushSeconds as number).toBeGreaterThan(15);
  });

  it('would need everything else some 47 times as slow, as the page says', () => {
    expect(run(46).flushMicros as number).toBeGreaterThan(0);
    expect(run(48).flushMicros as number).toBeLessThan(0);
    expect(run(47).restSeconds as number).toBeLessThan(0);
  });

  it('is what a run with those constants takes', () => {
    const { flushMicros, restSeconds, predicted } = run(8);
    const costs = Object.fromEntries(BOOT_CONSTANTS.map(name => [name, COST_TABLE[name].value * 8]));
    const options = {
      transactions: values.transactions,
      pages: 1,
      workingSet: 32,
      sharedDiscardFactor: 1,
      costs: { ...costs, flushAllCpus: Math.round((flushMicros as number) * 1000) },
    };
    const upm = boot(BOOT_VARIANTS.upm, options).convertingNs / 1e9 + (restSeconds as number);
    const kept = boot(BOOT_VARIANTS.upmKeepShared, options).convertingNs / 1e9 + (restSeconds as number);
    expect(upm).toBeCloseTo(103, 0);
    expect(kept).toBeCloseTo(predicted as number, 0);
  });

  it('compares the third boot only where the two others are possible', () => {
    expect(flushShareExperiment.evidence(rows, values)).toHaveLength(1);
    const far = { ...values, slower: 48 };
    expect(flushShareExperiment.evidence(flushShareExperiment.run(far), far)).toEqual([]);
  });

  it('ends with numbers at the ends of its parameters', () => {
    for (const slower of [0.1, 50]) {
      for (const transactions of [1000, 500_000]) {
        for (const row of flushShareExperiment.run({ slower, transactions }))
          for (const value of Object.values(row))
            if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
      }
    }
  });
});
