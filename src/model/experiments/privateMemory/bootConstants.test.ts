import { describe, expect, it } from 'vitest';
import { COST_TABLE, type CostName } from '../../costs/table.ts';
import { BOOT_UPM_KEEP_SHARED } from '../../evidence/boot.ts';
import { defaults } from '../params.ts';
import { BOOT_CONSTANTS, bootConstantsExperiment } from './bootConstants.ts';
import { fitBoot } from './bootFit.ts';

const rows = bootConstantsExperiment.run(defaults(bootConstantsExperiment.params));

describe('private-memory/boot-constants', () => {
  it('leaves out no constant that the three boots read', () => {
    const base = fitBoot();
    for (const name of Object.keys(COST_TABLE) as CostName[]) {
      if (COST_TABLE[name].origin.kind === 'fitted') continue;
      const moved = fitBoot({ [name]: COST_TABLE[name].value * 2 });
      const reads = moved.restOfBootNs !== base.restOfBootNs || moved.flushAllCpusNs !== base.flushAllCpusNs;
      expect([name, reads]).toEqual([name, (BOOT_CONSTANTS as readonly string[]).includes(name)]);
    }
  });

  it('keeps the prediction within 5 % of what was measured over every single range', () => {
    for (const row of rows) {
      for (const seconds of [row.predictedLow as number, row.predictedHigh as number]) {
        expect(Math.abs(seconds - BOOT_UPM_KEEP_SHARED.value) / BOOT_UPM_KEEP_SHARED.value).toBeLessThan(
          0.05,
        );
      }
    }
  });

  it('moves something: a check that cannot fail would move nothing', () => {
    expect(Math.max(...rows.map(r => r.moves as number))).toBeGreaterThan(0.1);
  });
});
