import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canHonourGuestPat, dmaChangesTypes, eptTypeOf } from './eptType.ts';
import {
  combineTypes,
  effectiveUnderEpt,
  effectiveUnderNpt,
  isCached,
  type MemoryType,
  PAT_RESET,
  patIndex,
  TYPE_ENCODING,
} from './memoryType.ts';
import { atLeast, type MmuKind, profile, type Release, type VmType } from './profile.ts';
import { ARM_TYPES, allowsExecution, effectiveOnArm } from './stage2Arm.ts';

const PAT: readonly MemoryType[] = ['UC', 'UC-', 'WC', 'WT', 'WB', 'WP'];
const OUTER = ['UC', 'WC', 'WT', 'WB', 'WP'] as const;
const RAM = { isMmio: false, noncoherentDma: false, cacheDisabled: false, mtrr: 'WB' } as const;

describe('two types on one access', () => {
  it('a write-back EPT leaf leaves the guest its own type, but for UC-', () => {
    for (const pat of PAT) expect(combineTypes('WB', pat)).toBe(pat === 'UC-' ? 'UC' : pat);
  });

  it('no EPT type without ignore-PAT forces one type on the guest', () => {
    for (const outer of OUTER)
      expect(new Set(PAT.map(pat => combineTypes(outer, pat))).size).toBeGreaterThan(1);
  });

  it('an uncached EPT leaf still lets the guest combine writes', () => {
    expect(effectiveUnderEpt({ type: 'UC', ignorePat: false }, 'WC', false)).toBe('WC');
  });

  it('CR0.CD makes everything uncached', () => {
    expect(effectiveUnderEpt({ type: 'WB', ignorePat: true }, 'WB', true)).toBe('UC');
  });

  it('AMD leaves the guest its type, and its WC snoops', () => {
    expect(PAT.map(effectiveUnderNpt)).toEqual(['UC', 'UC', 'WC+', 'WT', 'WB', 'WP']);
    expect(isCached('WC+')).toBe(false);
  });

  it('a page-table entry selects among eight types, which begin as after a reset', () => {
    expect(PAT_RESET[patIndex(false, false, false)]).toBe('WB');
    expect(PAT_RESET[patIndex(false, true, true)]).toBe('UC');
    expect(PAT_RESET[patIndex(true, true, false)]).toBe('UC-');
    expect(new Set(Object.values(TYPE_ENCODING)).size).toBe(6);
  });
});

describe('what KVM writes into an EPT leaf', () => {
  const at = (release: Release, inputs: Partial<Parameters<typeof eptTypeOf>[1]>, off: object = {}) =>
    eptTypeOf(profile({ release, quirks: off }), { ...RAM, ...inputs });

  it('V08: with the quirk on and no non-coherent DMA, RAM is write-back whatever the guest says', () => {
    const machine = fc.record({
      release: fc.constantFrom<Release>([5, 6], [6, 7], [6, 8], [6, 11], [6, 12], [6, 16], [6, 18]),
      vmType: fc.constantFrom<VmType>('default', 'sw-protected', 'tdx'),
      mmu: fc.constantFrom<MmuKind>('tdp', 'direct-rmap'),
      selfSnoop: fc.boolean(),
      quirks: fc.record({
        slotZapAll: fc.boolean(),
        ignoreGuestPat: fc.boolean(),
        cdNwCleared: fc.boolean(),
      }),
    });
    const inputs = fc.record({
      isMmio: fc.boolean(),
      noncoherentDma: fc.boolean(),
      cacheDisabled: fc.boolean(),
      mtrr: fc.constantFrom('UC', 'WC', 'WT', 'WB', 'WP'),
    });
    const told = { forced: 0, honoured: 0 };
    fc.assert(
      fc.property(machine, inputs, fc.constantFrom(...PAT), (machine, asked, pat) => {
        const leaf = eptTypeOf(profile(machine), asked);
        const type = effectiveUnderEpt(leaf, pat, false);
        const plain = pat === 'UC-' ? 'UC' : pat;
        // Memory of a device is uncached, and the guest may still combine writes there.
        if (asked.isMmio) expect(type).toBe(pat === 'WC' ? 'WC' : 'UC');
        else if (asked.noncoherentDma && atLeast(machine.release, [6, 11])) expect(type).toBe(plain);
        else if (!asked.noncoherentDma) {
          const off =
            atLeast(machine.release, [6, 16]) && machine.selfSnoop && !machine.quirks.ignoreGuestPat;
          const honours = machine.vmType === 'tdx' || off;
          expect(type).toBe(honours ? plain : 'WB');
          told[honours ? 'honoured' : 'forced']++;
        }
      }),
      { numRuns: 2000 },
    );
    expect(Math.min(told.forced, told.honoured)).toBeGreaterThan(50);
  });

  it('the quirk off honours the guest from 6.16 on, and only with self-snoop', () => {
    const off = { ignoreGuestPat: false };
    expect(at([6, 16], {}, off)).toEqual({ type: 'WB', ignorePat: false });
    expect(at([6, 12], {}, off).ignorePat).toBe(true);
    const without = profile({ release: [6, 16], selfSnoop: false, quirks: off });
    expect(eptTypeOf(without, RAM).ignorePat).toBe(true);
    expect(canHonourGuestPat(without)).toBe(false);
    expect(canHonourGuestPat(profile({ release: [6, 16] }))).toBe(true);
    expect(canHonourGuestPat(profile({ vmType: 'snp', selfSnoop: false }))).toBe(true);
    expect(canHonourGuestPat(profile({ release: [6, 12] }))).toBe(false);
  });

  it('MMIO is uncached, with the guest free to combine writes', () => {
    for (const release of [
      [5, 6],
      [6, 18],
    ] as const)
      expect(at(release, { isMmio: true })).toEqual({ type: 'UC', ignorePat: false });
  });

  it('with non-coherent DMA the guest decides: by MTRR before 6.11, by PAT after', () => {
    const dma = { noncoherentDma: true, mtrr: 'WC' } as const;
    expect(at([5, 6], dma)).toEqual({ type: 'WC', ignorePat: false });
    expect(at([6, 11], dma)).toEqual({ type: 'WB', ignorePat: false });
    const disabled = { ...dma, cacheDisabled: true };
    expect(at([5, 6], disabled)).toEqual({ type: 'WB', ignorePat: true });
    expect(at([5, 6], disabled, { cdNwCleared: false })).toEqual({ type: 'UC', ignorePat: true });
    expect(at([6, 7], disabled)).toEqual({ type: 'WB', ignorePat: false });
  });

  it('the first device with non-coherent DMA changes types unless the guest decides anyway', () => {
    expect(dmaChangesTypes(profile())).toBe(true);
    expect(dmaChangesTypes(profile({ quirks: { ignoreGuestPat: false } }))).toBe(false);
    expect(dmaChangesTypes(profile({ vmType: 'snp' }))).toBe(false);
  });
});

describe('arm64', () => {
  it('takes the stricter of two stages, and forces write-back on RAM with FWB', () => {
    expect(effectiveOnArm(false, 'ram', 'Normal-NC')).toBe('Normal-NC');
    expect(effectiveOnArm(true, 'ram', 'Normal-NC')).toBe('Normal-WB');
    expect(effectiveOnArm(false, 'device', 'Normal-WB')).toBe('Device-nGnRE');
    expect(effectiveOnArm(true, 'any-uncached', 'Normal-WB')).toBe('Normal-NC');
    expect(effectiveOnArm(false, 'any-uncached', 'Device-nGnRnE')).toBe('Device-nGnRnE');
  });

  it('combines two stages as the manual’s two tables say', () => {
    // D8-97: what a Device type rules out, by which stricter ones are told from laxer ones.
    const rank = (type: (typeof ARM_TYPES)[number]) => {
      const [, gathering, reordering, early] = /^Device-(n?)G(?:(n?)R)?(?:(n?)E)?/.exec(type) ?? [];
      if (gathering === undefined)
        return { 'Normal-WB': 0, 'Normal-WT': 1, 'Normal-NC': 2 }[type as 'Normal-WB'];
      return 3 + (gathering ? 1 : 0) + (reordering ? 1 : 0) + (early ? 1 : 0);
    };
    expect(ARM_TYPES.map(rank)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const stage2 = { ram: 'Normal-WB', device: 'Device-nGnRE', 'any-uncached': 'Normal-NC' } as const;
    for (const backing of ['ram', 'device', 'any-uncached'] as const) {
      for (const stage1 of ARM_TYPES) {
        const stricter = rank(stage1) > rank(stage2[backing]) ? stage1 : stage2[backing];
        expect(effectiveOnArm(false, backing, stage1)).toBe(stricter);
        // D8-101: 0b110 is write-back for every type of stage 1; 0b101 leaves Device types, and so does Device itself.
        expect(effectiveOnArm(true, backing, stage1)).toBe(backing === 'ram' ? 'Normal-WB' : stricter);
      }
    }
  });

  it('executes from RAM only', () => {
    expect([allowsExecution('ram'), allowsExecution('device'), allowsExecution('any-uncached')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
