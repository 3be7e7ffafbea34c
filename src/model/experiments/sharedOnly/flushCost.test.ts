import { describe, expect, it } from 'vitest';
import { flushEveryEvent, flushKeepingLines, flushRanCpus } from '../../designs/reclaim/flushEveryEvent.ts';
import { flushOnGmemFree, flushRanCpusKeepingLines } from '../../designs/reclaim/flushOnGmemFree.ts';
import { reclaimDesigns } from '../../designs/reclaim/index.ts';
import { flushSomeEvents, flushWhereZapped, skipPrivateSlots } from '../../designs/reclaim/narrower.ts';
import type { ReclaimDesign } from '../../kvm/reclaim.ts';
import { type AnyValues, defaults } from '../params.ts';
import { flushCostExperiment } from './flushCost.ts';

const values = defaults(flushCostExperiment.params);
const run = (changes: AnyValues = {}) => flushCostExperiment.run({ ...values, ...changes });
const rows = run();

function sum(list: typeof rows, design: ReclaimDesign, key: string, cpus: number, cause?: string): number {
  return list
    .filter(r => r.design === design.title && r.cpus === cpus && (cause === undefined || r.cause === cause))
    .reduce((total, r) => total + (r[key] as number), 0);
}

describe('shared-only/flush-cost', () => {
  it('has discards on conversion bring about nearly all flushes of the traced boot, NUMA balancing almost none', () => {
    const all = sum(rows, flushEveryEvent, 'flushes', 128);
    const numa = sum(rows, flushEveryEvent, 'flushes', 128, 'NUMA balancing');
    const discards = rows
      .filter(
        r => r.design === flushEveryEvent.title && r.cpus === 128 && String(r.cause).startsWith('discard'),
      )
      .reduce((total, r) => total + (r.flushes as number), 0);
    expect(numa).toBe(4);
    expect(discards / all).toBeGreaterThan(0.999);
  });

  it('loses CPU time in proportion to the host where every CPU is flushed, and not where only some are', () => {
    expect(sum(rows, flushEveryEvent, 'cpuSeconds', 256)).toBeCloseTo(
      2 * sum(rows, flushEveryEvent, 'cpuSeconds', 128),
      1,
    );
    expect(sum(rows, flushRanCpus, 'cpuSeconds', 256)).toBe(sum(rows, flushRanCpus, 'cpuSeconds', 128));
    expect(sum(rows, flushRanCpus, 'interrupted', 128) / sum(rows, flushEveryEvent, 'interrupted', 128)).toBe(
      8 / 128,
    );
  });

  it('has a VM that wandered over the host flush nearly all of it', () => {
    const wandered = run({ moves: 1000 });
    const share =
      sum(wandered, flushRanCpus, 'interrupted', 128) / sum(wandered, flushEveryEvent, 'interrupted', 128);
    expect(share).toBeGreaterThan(0.9);
  });

  it('does not flush an SNP guest for a host event since 6.11, and goes on doing so for an SEV guest', () => {
    const loud = { numa: 1000, ksm: 1000, compaction: 1000, balloon: 1000 };
    const snp = run(loud);
    expect(sum(snp, flushOnGmemFree, 'flushes', 128)).toBe(0);
    const sev = run({ ...loud, guest: 'sev' });
    expect(sum(sev, flushOnGmemFree, 'flushes', 128)).toBe(sum(sev, flushEveryEvent, 'flushes', 128));
    expect(sum(sev, flushEveryEvent, 'flushes', 128, 'discard by madvise')).toBe(0);
    // Merging announces each page, then the change; the guest’s next write has the page copied.
    expect(sum(sev, flushEveryEvent, 'flushes', 128, 'KSM')).toBe(4000);
    expect(sum(sev, flushEveryEvent, 'flushes', 128, 'compaction')).toBe(1000);
  });

  it('frees private pages unflushed where only zapped ones count: the conversion has zapped them before', () => {
    expect(sum(rows, flushWhereZapped, 'unflushed', 128)).toBe(values.gmemFrees);
    for (const design of reclaimDesigns) {
      if (design !== flushWhereZapped) expect(sum(rows, design, 'unflushed', 128)).toBe(0);
    }
  });

  it('leaves the guest with pages it should have lost where whole slots are passed over', () => {
    const loud = run({ balloon: 1000, compaction: 1000 });
    for (const design of reclaimDesigns) {
      const stale = sum(loud, design, 'stale', 128);
      if (design === skipPrivateSlots) expect(stale).toBeGreaterThan(0);
      else expect(stale).toBe(0);
    }
    // What made the proposal look good: nothing is left of the trace but slot changes and what guest_memfd frees.
    expect(sum(rows, skipPrivateSlots, 'flushes', 128) - values.gmemFrees).toBe(104);
  });

  it('still flushes for merging and migration where only some types of events count', () => {
    const sev = run({ guest: 'sev', numa: 1000, ksm: 1000, compaction: 1000 });
    expect(sum(sev, flushSomeEvents, 'flushes', 128, 'NUMA balancing')).toBe(0);
    expect(sum(sev, flushSomeEvents, 'flushes', 128, 'KSM')).toBe(4000);
    expect(sum(sev, flushSomeEvents, 'flushes', 128, 'compaction')).toBe(1000);
  });

  it('never flushes for a TDX guest, whose private pages the host frees one by one', () => {
    const tdx = run({ guest: 'tdx' });
    for (const design of reclaimDesigns) expect(sum(tdx, design, 'flushes', 128)).toBe(0);
  });

  it('has a short name of its own for each design', () => {
    const labels = new Map(rows.map(row => [row.design, row.label]));
    expect(labels.size).toBe(reclaimDesigns.length);
    expect(new Set(labels.values()).size).toBe(labels.size);
    for (const label of labels.values()) expect(String(label).length).toBeLessThan(42);
  });

  it('leaves a host no time for anything else, if flushes were what made the boot slow', () => {
    const share = sum(rows, flushEveryEvent, 'hostPercent', 128);
    expect(share).toBeGreaterThan(95);
    expect(share).toBeLessThan(101);
    // With time between the flushes caches fill again, and each flush costs more.
    const slowly = run({ seconds: 100_000 });
    expect(sum(slowly, flushEveryEvent, 'cpuSeconds', 128)).toBeGreaterThan(
      1.2 * sum(rows, flushEveryEvent, 'cpuSeconds', 128),
    );
    expect(sum(slowly, flushKeepingLines, 'cpuSeconds', 128)).toBe(
      sum(rows, flushKeepingLines, 'cpuSeconds', 128),
    );
  });

  it('flushes for an SNP guest no more since 6.17 than since 6.11, and for an SEV guest less', () => {
    expect(sum(rows, flushRanCpusKeepingLines, 'cpuSeconds', 128)).toBe(
      sum(rows, flushOnGmemFree, 'cpuSeconds', 128),
    );
    const sev = run({ guest: 'sev', numa: 1000 });
    expect(sum(sev, flushRanCpusKeepingLines, 'interrupted', 128) * 16).toBe(
      sum(sev, flushEveryEvent, 'interrupted', 128),
    );
  });

  it('saves what fetching lines again takes, and no flush, by keeping them', () => {
    const kept = run({ refillMicros: 0 });
    expect(sum(kept, flushEveryEvent, 'cpuSeconds', 128)).toBe(
      sum(rows, flushKeepingLines, 'cpuSeconds', 128),
    );
    expect(sum(rows, flushKeepingLines, 'flushes', 128)).toBe(sum(rows, flushEveryEvent, 'flushes', 128));
  });

  it('ends with numbers at the ends of its parameters', () => {
    for (const end of ['min', 'max'] as const) {
      const ends: Record<string, number | string | boolean> = {};
      for (const [name, param] of Object.entries(flushCostExperiment.params)) {
        ends[name] = param.kind === 'int' || param.kind === 'number' ? param[end] : param.default;
      }
      for (const row of flushCostExperiment.run(ends)) {
        for (const value of Object.values(row)) {
          if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
        }
      }
    }
  });
});
