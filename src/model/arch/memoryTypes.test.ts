import { describe, expect, it } from 'vitest';
import {
  ARM_TYPES,
  amdType,
  armType,
  EPT_TYPES,
  intelType,
  isOldUndefined,
  PAT_TYPES,
} from './memoryTypes.ts';

describe('effective memory types', () => {
  it('has no row on Intel that gives one type for every PAT, so none can be forced without ignore-PAT', () => {
    for (const type of EPT_TYPES) {
      const row = new Set(PAT_TYPES.map(pat => intelType({ type, ignorePat: false }, pat)));
      expect(row.size).toBeGreaterThan(1);
      expect(new Set(PAT_TYPES.map(pat => intelType({ type, ignorePat: true }, pat)))).toEqual(
        new Set([type]),
      );
    }
  });

  it('gives the guest its own choice over EPT write-back, UC- as UC', () => {
    for (const pat of PAT_TYPES) {
      expect(intelType({ type: 'WB', ignorePat: false }, pat)).toBe(pat === 'UC-' ? 'UC' : pat);
    }
  });

  it('lets a guest combine writes over EPT UC, which is how BARs are written fast', () => {
    expect(intelType({ type: 'UC', ignorePat: false }, 'WC')).toBe('WC');
    expect(intelType({ type: 'UC', ignorePat: false }, 'WB')).toBe('UC');
  });

  it('knows the five combinations that old manuals leave open', () => {
    const open = EPT_TYPES.flatMap(type =>
      PAT_TYPES.filter(pat => isOldUndefined({ type, ignorePat: false }, pat)).map(pat => `${type}/${pat}`),
    );
    expect(open).toEqual(['WC/WT', 'WC/WP', 'WT/WP', 'WP/UC-', 'WP/WT']);
    expect(isOldUndefined({ type: 'WC', ignorePat: true }, 'WT')).toBe(false);
  });

  it('snoops for a guest’s WC on AMD', () => {
    expect(PAT_TYPES.map(amdType)).toEqual(['UC', 'UC', 'WC+', 'WT', 'WP', 'WB']);
  });

  it('takes the stronger stage on arm64, and write-back where it is forced', () => {
    for (const stage1 of ARM_TYPES) {
      expect(armType({ type: 'Normal-WB', fwb: false }, stage1)).toBe(stage1);
      expect(armType({ type: 'Normal-WB', fwb: true }, stage1)).toBe('Normal-WB');
    }
    expect(armType({ type: 'Normal-NC', fwb: false }, 'Normal-WB')).toBe('Normal-NC');
    expect(armType({ type: 'Device-nGnRE', fwb: true }, 'Normal-NC')).toBe('Device-nGnRE');
    expect(armType({ type: 'Device-nGnRE', fwb: false }, 'Device-nGnRnE')).toBe('Device-nGnRnE');
  });
});
