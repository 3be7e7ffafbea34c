import { describe, expect, it } from 'vitest';
import { type AnyValues, defaults } from '../params.ts';
import { matrixExperiment } from './matrix.ts';

const PAT_TYPES = ['UC', 'UC-', 'WC', 'WT', 'WP', 'WB'];
const values = defaults(matrixExperiment.params);
const run = (changes: AnyValues = {}) => matrixExperiment.run({ ...values, ...changes });
const release = (name: string, changes: AnyValues = {}) =>
  run(changes).find(r => r.part === 'release' && String(r.of).startsWith(name))!;
const types = (row: Readonly<Record<string, unknown>>) => PAT_TYPES.map(pat => row[pat]);
const CHOSEN = ['UC', 'UC', 'WC', 'WT', 'WP', 'WB'];
const FORCED = PAT_TYPES.map(() => 'WB');

describe('memory-type/matrix', () => {
  it('forces write-back for RAM in every release that shipped, unless something speaks against it', () => {
    for (const name of ['2020', '6.7', '6.11:', '6.16']) expect(types(release(name))).toEqual(FORCED);
    expect(types(release('6.11-rc1'))).toEqual(CHOSEN);
    expect(types(release('6.11-rc1', { selfSnoop: false }))).toEqual(FORCED);
  });

  it('lets the guest choose in 6.16 with the quirk off, and only where the CPU has self-snoop', () => {
    expect(types(release('6.16', { patQuirk: false }))).toEqual(CHOSEN);
    expect(types(release('6.16', { patQuirk: false, selfSnoop: false }))).toEqual(FORCED);
  });

  it('honours the guest with non-coherent DMA everywhere, its MTRRs until 6.11 alone', () => {
    for (const name of ['2020', '6.7', '6.11:', '6.16']) {
      expect(types(release(name, { noncoherentDma: true }))).toEqual(CHOSEN);
    }
    const uncached = { noncoherentDma: true, guestMtrr: 'UC' };
    expect(types(release('6.7', uncached))).toEqual(['UC', 'UC', 'WC', 'UC', 'UC', 'UC']);
    expect(types(release('6.11:', uncached))).toEqual(CHOSEN);
  });

  it('keeps the PAT of a guest with CR0.CD set since 6.7, and did not before', () => {
    const disabled = { noncoherentDma: true, cacheDisabled: true };
    expect(types(release('2020', disabled))).toEqual(FORCED);
    expect(types(release('6.7', disabled))).toEqual(CHOSEN);
    expect(types(release('6.7', { ...disabled, cdQuirk: false }))).toEqual(PAT_TYPES.map(() => 'UC'));
  });

  it('never lets MMIO be cached, and lets it be written combined', () => {
    for (const row of run({ isMmio: true, noncoherentDma: true }).filter(r => r.part === 'release')) {
      expect(types(row)).toEqual(['UC', 'UC', 'WC', 'UC', 'UC', 'UC']);
    }
  });

  it('has the guest choose on AMD, and on arm64 without FWB', () => {
    expect(types(run({ vendor: 'amd' })[0])).toEqual(['UC', 'UC', 'WC+', 'WT', 'WP', 'WB']);
    expect(types(run({ vendor: 'amd', isMmio: true })[0])).toEqual(PAT_TYPES.map(() => 'not modelled'));
    const arm = run({ vendor: 'arm64' });
    expect(arm.find(r => r.of === 'RAM' && r.fwb === 'without FWB')!['Normal-NC']).toBe('Normal-NC');
    expect(arm.find(r => r.of === 'RAM' && r.fwb === 'with FWB')!['Normal-NC']).toBe('Normal-WB');
  });

  it('has no row without ignore-PAT that gives one type for every PAT, so none can be forced without it', () => {
    for (const row of run().filter(r => r.part === 'hardware')) {
      expect(new Set(types(row)).size === 1).toBe(row.ignorePat === 'set');
    }
  });

  it('draws tables whose columns its rows have, for every processor', () => {
    for (const vendor of ['intel', 'amd', 'arm64']) {
      const rows = run({ vendor });
      for (const view of matrixExperiment.views(rows, { ...values, vendor })) {
        if (view.kind !== 'table') continue;
        expect(view.rows.length).toBeGreaterThan(0);
        for (const row of view.rows)
          for (const column of view.columns) expect(row).toHaveProperty([column.key]);
      }
    }
  });
});
