/**
 * Effective memory types: what an access does to the caches when the tables of guest and host each say something.
 * Rules of the processors alone; what KVM writes into its tables is a design's affair.
 */

/** Types of the PAT, as a guest's page tables select them. */
export const PAT_TYPES = ['UC', 'UC-', 'WC', 'WT', 'WP', 'WB'] as const;
export type PatType = (typeof PAT_TYPES)[number];

/** Types of an EPT leaf, bits 5:3: anything else is a misconfiguration (Intel SDM vol. 3, on the memory type of translated guest-physical addresses). */
export const EPT_TYPES = ['UC', 'WC', 'WT', 'WP', 'WB'] as const;
export type EptType = (typeof EPT_TYPES)[number];

/** What an access comes to. `WC+` combines writes and snoops all caches: AMD's, where the host has write-back. */
export type EffectiveType = 'UC' | 'WC' | 'WC+' | 'WT' | 'WP' | 'WB';

/** Memory type and ignore-PAT bit of an EPT leaf. */
export interface EptLeaf {
  readonly type: EptType;
  /** Bit 6: the leaf's type holds whatever the guest's PAT says. */
  readonly ignorePat: boolean;
}

/**
 * Intel SDM vol. 3, table 11-7, with the EPT type in the place of the MTRR's. Older editions call some of these
 * undefined (`isOldUndefined`); every processor with both does what stands here.
 */
const INTEL: Readonly<Record<EptType, Readonly<Record<PatType, EffectiveType>>>> = {
  UC: { UC: 'UC', 'UC-': 'UC', WC: 'WC', WT: 'UC', WB: 'UC', WP: 'UC' },
  WC: { UC: 'UC', 'UC-': 'WC', WC: 'WC', WT: 'UC', WB: 'WC', WP: 'UC' },
  WT: { UC: 'UC', 'UC-': 'UC', WC: 'WC', WT: 'WT', WB: 'WT', WP: 'WP' },
  WB: { UC: 'UC', 'UC-': 'UC', WC: 'WC', WT: 'WT', WB: 'WB', WP: 'WP' },
  WP: { UC: 'UC', 'UC-': 'WC', WC: 'WC', WT: 'WT', WB: 'WP', WP: 'WP' },
};

const OLD_UNDEFINED = new Set(['WC/WT', 'WC/WP', 'WT/WP', 'WP/UC-', 'WP/WT']);

/** The type of a guest's access on Intel, through an EPT leaf; MTRRs, host's or guest's, have no say in it. */
export function intelType(leaf: EptLeaf, pat: PatType): EffectiveType {
  return leaf.ignorePat ? leaf.type : INTEL[leaf.type][pat];
}

/** Whether old editions of the manual leave the combination open. */
export function isOldUndefined(leaf: EptLeaf, pat: PatType): boolean {
  return !leaf.ignorePat && OLD_UNDEFINED.has(`${leaf.type}/${pat}`);
}

/**
 * The type of a guest's access on AMD where the host has the memory write-back, which is all that KVM ever says in its
 * nested tables: the guest's choice, except that WC snoops (Christopherson, 30 August 2024). The rest of AMD's table
 * (APM vol. 2, 15.25.8) is not in the model.
 */
export function amdType(pat: PatType): EffectiveType {
  if (pat === 'WC') return 'WC+';
  return pat === 'UC-' ? 'UC' : pat;
}

/** Memory types of arm64, from the strongest, which forbids most, to the weakest. */
export const ARM_TYPES = ['Device-nGnRnE', 'Device-nGnRE', 'Normal-NC', 'Normal-WB'] as const;
export type ArmType = (typeof ARM_TYPES)[number];

/** What KVM says in a stage 2 entry. */
export interface ArmStage2 {
  readonly type: ArmType;
  /** FEAT_S2FWB is in use: `Normal-WB` then holds whatever stage 1 says. */
  readonly fwb: boolean;
}

/** The type of a guest's access on arm64: the stronger of both stages, unless stage 2 forces write-back. */
export function armType(stage2: ArmStage2, stage1: ArmType): ArmType {
  if (stage2.fwb && stage2.type === 'Normal-WB') return 'Normal-WB';
  return ARM_TYPES[Math.min(ARM_TYPES.indexOf(stage2.type), ARM_TYPES.indexOf(stage1))];
}
