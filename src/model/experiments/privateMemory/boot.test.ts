import { describe, expect, it } from 'vitest';
import { COST_TABLE } from '../../costs/table.ts';
import { reclaimDesigns } from '../../designs/reclaim/index.ts';
import { SHARED_DISCARDS } from '../../evidence/boot.ts';
import { defaults } from '../params.ts';
import { bootExperiment } from './boot.ts';
import { fitBoot } from './bootFit.ts';
import { BOOT_VARIANTS, boot } from './bootModel.ts';

const values = defaults(bootExperiment.params);
const rows = bootExperiment.run(values);
const seconds = (name: string, list = rows) => list.find(r => r.boot === name)!.seconds as number;

describe('private-memory/boot', () => {
  it('meets the three published boot times within 5 %, one of them predicted', () => {
    const evidence = bootExperiment.evidence(rows, values);
    expect(evidence.map(e => [e.published, e.fitted])).toEqual([
      [32, true],
      [103, true],
      [68, false],
    ]);
    for (const point of evidence) expect(Math.abs(point.error)).toBeLessThan(0.05);
  });

  it('reads what was written in every design', () => {
    expect(rows.map(r => r.wrongReads)).toEqual(rows.map(() => 0));
  });

  it('takes its two fitted constants from the figures it says', () => {
    const fit = fitBoot();
    expect(COST_TABLE.restOfBoot.value / fit.restOfBootNs).toBeCloseTo(1, 3);
    expect(COST_TABLE.flushAllCpus.value / fit.flushAllCpusNs).toBeCloseTo(1, 3);
    const fittedConstants = [COST_TABLE.restOfBoot, COST_TABLE.flushAllCpus].map(c => c.origin.kind);
    expect(fittedConstants).toEqual(['fitted', 'fitted']);
  });

  it('moves 103 s and leaves 68 s when discarding shared pages costs twice as much', () => {
    const doubled = bootExperiment.run({ ...values, sharedDiscardFactor: 2 });
    expect(seconds(BOOT_VARIANTS.upm.name, doubled)).toBeGreaterThan(seconds(BOOT_VARIANTS.upm.name) + 30);
    expect(seconds(BOOT_VARIANTS.upmKeepShared.name, doubled)).toBe(
      seconds(BOOT_VARIANTS.upmKeepShared.name),
    );
    expect(seconds(BOOT_VARIANTS.snp.name, doubled)).toBe(seconds(BOOT_VARIANTS.snp.name));
  });

  it('continues a run at the pace of its simulated part as if all of it had been simulated', () => {
    for (const variant of [BOOT_VARIANTS.upm, BOOT_VARIANTS.slots]) {
      const options = { transactions: 3000, pages: 2, workingSet: 8, sharedDiscardFactor: 1, costs: {} };
      const all = boot(variant, { ...options, simulate: 3000 });
      const extended = boot(variant, { ...options, simulate: 512 });
      expect(extended.convertingNs / all.convertingNs).toBeCloseTo(1, 6);
      expect(extended.flushes).toBe(all.flushes);
      expect(extended.faults).toBe(all.faults);
    }
  });

  it('spends most of its conversions on flushes, if it is true that flushing made them slow', () => {
    const upm = rows.find(r => r.boot === BOOT_VARIANTS.upm.name)!;
    expect(upm.flushShare as number).toBeGreaterThan(90);
  });

  it('has designs that flush nothing on host events take nearly all of that away, at the same fitted constants', () => {
    const merged = bootExperiment.run({ ...values, invalidation: 'flush-on-gmem-free' });
    expect(merged.map(r => r.flushes)).toEqual(rows.map(() => 0));
    expect(seconds(BOOT_VARIANTS.upm.name, merged)).toBeLessThan(40);
    const gmemOnly = bootExperiment.run({ ...values, invalidation: 'flush-all-on-gmem-free' });
    expect(seconds(BOOT_VARIANTS.upm.name, gmemOnly)).toBeLessThan(seconds(BOOT_VARIANTS.upm.name));
    expect(bootExperiment.evidence(merged, { ...values, invalidation: 'flush-on-gmem-free' })).toEqual([]);
  });

  it('flushes for every step of taking slots apart, as memslot updates did then', () => {
    const slots = rows.find(r => r.boot === BOOT_VARIANTS.slots.name)!;
    const updates = bootExperiment.run({ ...values, invalidation: 'flush-on-gmem-free' });
    expect(slots.flushes as number).toBeGreaterThan(values.transactions);
    expect(seconds(BOOT_VARIANTS.slots.name, updates)).toBeLessThan(slots.seconds as number);
  });

  it('gives numbers under every invalidation design', () => {
    for (const design of reclaimDesigns) {
      for (const row of bootExperiment.run({ ...values, transactions: 1000, invalidation: design.name })) {
        expect(Number.isFinite(row.seconds)).toBe(true);
        expect(row.wrongReads).toBe(0);
      }
    }
  });

  it('ends with numbers at the ends of its parameters', () => {
    for (const end of ['min', 'max'] as const) {
      const ends: Record<string, number | string | boolean> = {};
      for (const [name, param] of Object.entries(bootExperiment.params)) {
        ends[name] = param.kind === 'int' || param.kind === 'number' ? param[end] : param.default;
      }
      for (const row of bootExperiment.run(ends)) {
        for (const value of Object.values(row)) {
          if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
        }
      }
    }
  });

  it('is the rest of the boot alone when there are no transactions', () => {
    const none = bootExperiment.run({ ...values, transactions: 0 });
    for (const row of none) expect(row.seconds).toBe(values.restSeconds);
  });

  it('has as many transactions by default as the trace counts discards', () => {
    expect(values.transactions).toBe(SHARED_DISCARDS);
    expect(SHARED_DISCARDS).toBe(69_677 + 5_465);
  });
});
