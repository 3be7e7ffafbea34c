/** Old behaviour that userspace may turn off, by bit (KVM_X86_QUIRK_*, arch/x86/include/uapi/asm/kvm.h). */
import { canHonourGuestPat } from '../arch/eptType.ts';
import { atLeast, type Profile, type Quirks, type Release } from '../arch/profile.ts';

/** Those that have to do with memory. */
export const QUIRK_CD_NW_CLEARED = 1 << 1;
export const QUIRK_SLOT_ZAP_ALL = 1 << 7;
export const QUIRK_IGNORE_GUEST_PAT = 1 << 9;

/** Bits 0 to 4 came with the capability; each later one has its release. */
const FIRST_QUIRKS = 0x1f;
const SINCE: readonly (readonly [bit: number, since: Release])[] = [
  [1 << 5, [5, 19]],
  [1 << 6, [6, 0]],
  [QUIRK_SLOT_ZAP_ALL, [6, 12]],
  [1 << 8, [6, 13]],
  [QUIRK_IGNORE_GUEST_PAT, [6, 16]],
];

/**
 * Quirks that userspace may turn off (kvm_caps.supported_quirks): what KVM_CHECK_EXTENSION(DISABLE_QUIRKS2) answers. The
 * guest's PAT stays ignored on an Intel CPU that does not snoop itself; where it never was ignored, turning that off
 * changes nothing.
 */
export function supportedQuirks(profile: Profile): number {
  let bits = FIRST_QUIRKS;
  for (const [bit, since] of SINCE) if (atLeast(profile.release, since)) bits |= bit;
  return canHonourGuestPat(profile) ? bits : bits & ~QUIRK_IGNORE_GUEST_PAT;
}

/** The quirks that are left when those of `bits` are turned off. */
export function quirksWithout(quirks: Quirks, bits: number): Quirks {
  return {
    slotZapAll: quirks.slotZapAll && !(bits & QUIRK_SLOT_ZAP_ALL),
    ignoreGuestPat: quirks.ignoreGuestPat && !(bits & QUIRK_IGNORE_GUEST_PAT),
    cdNwCleared: quirks.cdNwCleared && !(bits & QUIRK_CD_NW_CLEARED),
  };
}
