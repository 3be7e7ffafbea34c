/**
 * Second-stage page-table entries: their bits, in two 32-bit halves (arch/x86/kvm/mmu/spte.h).
 *
 * Software bits sit where hardware ignores them, which differs between EPT and NPT.
 */
import { type EptType, TYPE_ENCODING } from '../arch/memoryType.ts';

/** Bits of the low half that both formats share. */
export const SPTE_MMU_PRESENT = 1 << 11;
export const SPTE_HUGE = 1 << 7;

/** Names of the bits of one format, as masks of the low or the high half. */
export interface SpteFormat {
  readonly name: 'EPT' | 'NPT';
  /** Low half: what makes a leaf readable. */
  readonly read: number;
  readonly write: number;
  readonly accessed: number;
  readonly dirty: number;
  /** Low half: memory type and ignore-PAT of a write-back leaf. */
  readonly writeBack: number;
  /** High half: a software bit that says the frame is pinned, also in an entry that maps nothing. */
  readonly pinnedHigh: number;
  /** Where the host-writable and MMU-writable software bits are: masks of the low half. */
  readonly hostWritableLow: number;
  readonly mmuWritableLow: number;
  /** The same, in the high half. */
  readonly hostWritableHigh: number;
  readonly mmuWritableHigh: number;
}

/** Intel's format: R, W, X in bits 0 to 2, memory type in 5:3, ignore-PAT in 6; software bits 57 and 58. */
export const EPT: SpteFormat = {
  name: 'EPT',
  read: 0b101,
  write: 1 << 1,
  accessed: 1 << 8,
  dirty: 1 << 9,
  writeBack: (6 << 3) | (1 << 6),
  hostWritableLow: 0,
  mmuWritableLow: 0,
  pinnedHigh: 1 << (59 - 32),
  hostWritableHigh: 1 << (57 - 32),
  mmuWritableHigh: 1 << (58 - 32),
};

/** AMD's format is that of ordinary page tables: present, write, user, A in 5, D in 6; software bits 9 and 10. */
export const NPT: SpteFormat = {
  name: 'NPT',
  read: 0b101,
  write: 1 << 1,
  accessed: 1 << 5,
  dirty: 1 << 6,
  writeBack: 0,
  hostWritableLow: 1 << 9,
  mmuWritableLow: 1 << 10,
  pinnedHigh: 1 << (59 - 32),
  hostWritableHigh: 0,
  mmuWritableHigh: 0,
};

/** What a leaf is to allow and say. */
export interface SpteBits {
  readonly writable: boolean;
  readonly pinned: boolean;
  readonly accessed: boolean;
  /** It maps more than 4 KiB. */
  readonly huge: boolean;
}

/**
 * Writes a leaf into a table's words (make_spte, arch/x86/kvm/mmu/spte.c).
 *
 * @param at index of the low half.
 * @param pfn first frame it maps.
 * @param type memory-type bits of the low half.
 */
export function makeSpte(
  format: SpteFormat,
  words: Int32Array,
  at: number,
  pfn: number,
  type: number,
  bits: SpteBits,
): void {
  let low = ((pfn & 0xfffff) << 12) | SPTE_MMU_PRESENT | format.read | type;
  let high = pfn >>> 20;
  if (bits.accessed) low |= format.accessed;
  if (bits.huge) low |= SPTE_HUGE;
  if (bits.writable) {
    low |= format.write | format.dirty | format.hostWritableLow | format.mmuWritableLow;
    high |= format.hostWritableHigh | format.mmuWritableHigh;
  }
  if (bits.pinned) high |= format.pinnedHigh;
  words[at] = low;
  words[at + 1] = high;
}

/** The memory-type bits of an EPT leaf: the type in 5:3, ignore-PAT in 6. */
export function eptTypeBits({ type, ignorePat }: EptType): number {
  return (TYPE_ENCODING[type] << 3) | (ignorePat ? 1 << 6 : 0);
}

/** The bits of an entry that hold the frame number. */
export const PFN_LOW = ~0xfff;
export const PFN_HIGH = 0xfffff;

/** The frame number in an entry. */
export function sptePfn(low: number, high: number): number {
  return (low >>> 12) | ((high & 0xfffff) << 20);
}
