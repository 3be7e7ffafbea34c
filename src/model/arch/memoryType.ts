/**
 * Memory types on x86, and which one an access has when guest and host each name one.
 *
 * Intel: "Memory Type Used for Translated Guest-Physical Addresses" and the table of MTRR and PAT types, Software
 * Developer's Manual vol. 3. AMD: nested paging in the Programmer's Manual vol. 2, 15.25.8 (table 15-19), of
 * which only the row that KVM uses is here: write-back in the nested entry.
 */

/** A memory type as PAT, MTRR and EPT name them; UC- is PAT's alone. */
export type MemoryType = 'UC' | 'UC-' | 'WC' | 'WT' | 'WB' | 'WP';

/** The type an access has in the end. WC+ combines writes and still looks into every cache; only AMD has it. */
export type EffectiveType = Exclude<MemoryType, 'UC-'> | 'WC+';

/** PAT after a reset, by index. */
export const PAT_RESET: readonly MemoryType[] = ['WB', 'WT', 'UC-', 'UC', 'WB', 'WT', 'UC-', 'UC'];

/** The PAT entry that a page-table entry selects by its bits PAT, PCD and PWT. */
export function patIndex(pat: boolean, pcd: boolean, pwt: boolean): number {
  return (pat ? 4 : 0) + (pcd ? 2 : 0) + (pwt ? 1 : 0);
}

/** Encoding of a type in MTRRs, PAT and bits 5:3 of an EPT leaf; UC- is PAT's alone. */
export const TYPE_ENCODING: Readonly<Record<MemoryType, number>> = {
  UC: 0,
  WC: 1,
  WT: 4,
  WP: 5,
  WB: 6,
  'UC-': 7,
};

const PAT_ORDER: readonly MemoryType[] = ['UC', 'UC-', 'WC', 'WT', 'WB', 'WP'];

/** By MTRR or EPT type, the result for each PAT type in the order above. */
const COMBINED: Readonly<Record<Exclude<MemoryType, 'UC-'>, readonly Exclude<MemoryType, 'UC-'>[]>> = {
  UC: ['UC', 'UC', 'WC', 'UC', 'UC', 'UC'],
  WC: ['UC', 'WC', 'WC', 'UC', 'WC', 'UC'],
  WT: ['UC', 'UC', 'WC', 'WT', 'WT', 'WP'],
  WB: ['UC', 'UC', 'WC', 'WT', 'WB', 'WP'],
  WP: ['UC', 'WC', 'WC', 'WT', 'WP', 'WP'],
};

/** What an MTRR or EPT type and a PAT type come to. */
export function combineTypes(outer: Exclude<MemoryType, 'UC-'>, pat: MemoryType): Exclude<MemoryType, 'UC-'> {
  return COMBINED[outer][PAT_ORDER.indexOf(pat)];
}

/** The memory type of an EPT leaf, and whether it overrules the guest's PAT. */
export interface EptType {
  readonly type: Exclude<MemoryType, 'UC-'>;
  readonly ignorePat: boolean;
}

/**
 * The type of a guest's access under EPT. MTRRs, the guest's and the host's, have no part in it.
 *
 * @param cacheDisabled the guest has set CR0.CD.
 */
export function effectiveUnderEpt(ept: EptType, pat: MemoryType, cacheDisabled: boolean): EffectiveType {
  if (cacheDisabled) return 'UC';
  return ept.ignorePat ? ept.type : combineTypes(ept.type, pat);
}

/**
 * The type of a guest's access under AMD's nested paging, by the guest's PAT. KVM leaves the nested entry write-back, so
 * the guest decides; its WC becomes WC+, which still snoops (Christopherson, 30 August 2024).
 */
export function effectiveUnderNpt(pat: MemoryType): EffectiveType {
  if (pat === 'WC') return 'WC+';
  return pat === 'UC-' ? 'UC' : pat;
}

/** Whether an access of that type may be answered from, and leave lines in, a cache. */
export function isCached(type: EffectiveType): boolean {
  return type === 'WB' || type === 'WT' || type === 'WP';
}
