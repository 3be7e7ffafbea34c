/**
 * What KVM writes into the memory-type field of an EPT leaf, by release (vmx_get_mt_mask, arch/x86/kvm/vmx/vmx.c).
 */
import type { EptType, MemoryType } from './memoryType.ts';
import { atLeast, type Profile, type Release } from './profile.ts';

/** What the choice depends on beside the release. */
export interface EptTypeInputs {
  /** The frame is MMIO of the host, or memory that the host itself maps uncached or write-combining. */
  readonly isMmio: boolean;
  /** A device is assigned whose DMA does not snoop caches. */
  readonly noncoherentDma: boolean;
  /** The guest has set CR0.CD. */
  readonly cacheDisabled: boolean;
  /** The guest's MTRR type of the page; asked until 6.11 removed their virtualization. */
  readonly mtrr: Exclude<MemoryType, 'UC-'>;
}

const UC: EptType = { type: 'UC', ignorePat: false };
const WB_FORCED: EptType = { type: 'WB', ignorePat: true };
const WB_GUEST: EptType = { type: 'WB', ignorePat: false };

/** Releases in which the rules changed. */
const CD_HONOURS_PAT: Release = [6, 7];
const NO_MTRR: Release = [6, 11];
const QUIRK: Release = [6, 16];

/** The EPT type and ignore-PAT bit of a leaf. */
export function eptTypeOf(profile: Profile, inputs: EptTypeInputs): EptType {
  const { release } = profile;
  if (inputs.isMmio) return UC;
  if (!inputs.noncoherentDma) return honoursGuestPat(profile) ? WB_GUEST : WB_FORCED;
  if (atLeast(release, NO_MTRR)) return WB_GUEST;
  if (!inputs.cacheDisabled) return { type: inputs.mtrr, ignorePat: false };
  if (!profile.quirks.cdNwCleared) return { type: 'UC', ignorePat: true };
  return atLeast(release, CD_HONOURS_PAT) ? WB_GUEST : WB_FORCED;
}

/**
 * Whether the guest's PAT counts for RAM while every device snoops: on Intel since 6.16, where userspace has turned
 * KVM_X86_QUIRK_IGNORE_GUEST_PAT off, which only a CPU with self-snoop allows; in a TDX guest always.
 */
function honoursGuestPat(profile: Profile): boolean {
  if (profile.vmType === 'tdx') return true;
  return atLeast(profile.release, QUIRK) && !profile.quirks.ignoreGuestPat && profile.selfSnoop;
}

/**
 * Whether userspace may turn KVM_X86_QUIRK_IGNORE_GUEST_PAT off. On AMD and for TDX there is no such quirk: the guest's
 * PAT always counts.
 */
export function canHonourGuestPat(profile: Profile): boolean {
  if (profile.arch !== 'vmx' || profile.vmType === 'tdx') return true;
  return atLeast(profile.release, QUIRK) && profile.selfSnoop && profile.mmu !== 'shadow';
}

/** Whether the first and the last device with non-coherent DMA make KVM drop every SPTE, for their types change. */
export function dmaChangesTypes(profile: Profile): boolean {
  return profile.arch === 'vmx' && profile.vmType !== 'tdx' && !honoursGuestPat(profile);
}
