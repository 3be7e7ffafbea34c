/**
 * What the bits of an SPTE say, one by one (arch/x86/kvm/mmu/spte.h; the formats of EPT entries in Intel's SDM, vol. 3C,
 * and of long-mode page-table entries in AMD's APM, vol. 2).
 */
import { TYPE_ENCODING } from '../arch/memoryType.ts';
import { SPTE_HUGE, SPTE_MMU_PRESENT, type SpteFormat } from './spte.ts';

/** One bit or field of an entry in words. */
export interface SpteBit {
  readonly name: string;
  /** Where it is in the 64 bits: `bit 11`, `bits 5:3`. */
  readonly where: string;
  /** `yes`, `no`, or what the field says. */
  readonly value: string;
}

/** Bits 5:3 of an EPT leaf. */
const TYPE_LOW = 7 << 3;
/** Bit 6 of an EPT leaf. */
const IGNORE_PAT = 1 << 6;

function flag(name: string, bit: number, low: number, high: number): SpteBit {
  const word = bit < 32 ? low : high;
  return { name, where: `bit ${bit}`, value: (word >>> (bit % 32)) & 1 ? 'yes' : 'no' };
}

/** Number of the one bit that a mask of the low or of the high half has. */
function bitOf(low: number, high: number): number {
  return low !== 0 ? 31 - Math.clz32(low) : 63 - Math.clz32(high);
}

/** The rights of an entry that is present: EPT has a bit for each, ordinary tables forbid execution. */
function rights(format: SpteFormat, low: number, high: number): SpteBit[] {
  const writable = flag('writable', bitOf(format.write, 0), low, high);
  if (format.name === 'EPT') {
    return [flag('readable', 0, low, high), writable, flag('executable', 2, low, high)];
  }
  const forbidden = flag('', 63, low, high).value === 'yes';
  return [
    flag('present (readable)', 0, low, high),
    writable,
    flag('user', 2, low, high),
    { name: 'executable (NX is clear)', where: 'bit 63', value: forbidden ? 'no' : 'yes' },
  ];
}

function memoryType(low: number): SpteBit[] {
  const encoding = (low & TYPE_LOW) >> 3;
  const name = Object.entries(TYPE_ENCODING).find(([, code]) => code === encoding)?.[0];
  return [
    { name: 'memory type', where: 'bits 5:3', value: name ?? `reserved (${encoding})` },
    { name: 'the guest’s PAT is ignored', where: 'bit 6', value: low & IGNORE_PAT ? 'yes' : 'no' },
  ];
}

/**
 * Spells a leaf out. Of one that maps nothing only what KVM itself keeps in it is said.
 *
 * @param low bits 31:0.
 * @param high bits 63:32.
 */
export function spelledOut(format: SpteFormat, low: number, high: number): SpteBit[] {
  const present = flag('present for KVM', bitOf(SPTE_MMU_PRESENT, 0), low, high);
  const pinned = flag('pinned', bitOf(0, format.pinnedHigh), low, high);
  if (present.value === 'no') return pinned.value === 'yes' ? [present, pinned] : [present];
  return [
    present,
    ...rights(format, low, high),
    flag('accessed', bitOf(format.accessed, 0), low, high),
    flag('dirty', bitOf(format.dirty, 0), low, high),
    flag('huge leaf', bitOf(SPTE_HUGE, 0), low, high),
    ...(format.name === 'EPT' ? memoryType(low) : []),
    flag('host-writable', bitOf(format.hostWritableLow, format.hostWritableHigh), low, high),
    flag('MMU-writable', bitOf(format.mmuWritableLow, format.mmuWritableHigh), low, high),
    pinned,
  ];
}
