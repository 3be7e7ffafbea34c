/** KVM_CHECK_EXTENSION: what the model's KVM can, by number (include/uapi/linux/kvm.h). */
import { atLeast, type Profile, rulesOf } from '../arch/profile.ts';
import { supportedQuirks } from '../kvm/quirks.ts';
import { otherCapability } from './otherCapabilities.ts';

export const KVM_CAP_USER_MEMORY = 3;
export const KVM_CAP_NR_MEMSLOTS = 10;
export const KVM_CAP_SYNC_MMU = 16;
export const KVM_CAP_DESTROY_MEMORY_REGION_WORKS = 21;
export const KVM_CAP_JOIN_MEMORY_REGIONS_WORKS = 30;
export const KVM_CAP_READONLY_MEM = 81;
export const KVM_CAP_MULTI_ADDRESS_SPACE = 118;
export const KVM_CAP_IMMEDIATE_EXIT = 136;
export const KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2 = 168;
export const KVM_CAP_DIRTY_LOG_RING = 192;
export const KVM_CAP_BINARY_STATS_FD = 203;
export const KVM_CAP_DIRTY_LOG_RING_ACQ_REL = 223;
export const KVM_CAP_DISABLE_QUIRKS2 = 213;
export const KVM_CAP_USER_MEMORY2 = 231;
export const KVM_CAP_MEMORY_FAULT_INFO = 232;
export const KVM_CAP_MEMORY_ATTRIBUTES = 233;
export const KVM_CAP_GUEST_MEMFD = 234;
export const KVM_CAP_VM_TYPES = 235;
export const KVM_CAP_PRE_FAULT_MEMORY = 236;
export const KVM_CAP_GUEST_MEMFD_FLAGS = 244;

/** Slots of an address space (KVM_MEM_SLOTS_NUM), and those that KVM keeps for itself on x86. */
const MEM_SLOTS = 32767;
const INTERNAL_SLOTS_X86 = 3;

/** Slots a user may have in an address space (KVM_USER_MEM_SLOTS). */
export function userMemSlots({ arch, caps }: Profile): number {
  return caps.NR_MEMSLOTS ?? MEM_SLOTS - (arch === 'arm64' ? 0 : INTERNAL_SLOTS_X86);
}

/** KVM_MEMORY_ATTRIBUTE_PRIVATE. */
export const ATTRIBUTE_PRIVATE = 1n << 3n;

/** Largest dirty ring in bytes: 65536 entries of 16. */
const DIRTY_RING_BYTES = 65536 * 16;

/** Names of the capabilities that a profile may answer otherwise. */
const NAMES: Readonly<Record<number, string>> = {
  [KVM_CAP_NR_MEMSLOTS]: 'NR_MEMSLOTS',
  [KVM_CAP_SYNC_MMU]: 'SYNC_MMU',
  [KVM_CAP_READONLY_MEM]: 'READONLY_MEM',
  [KVM_CAP_MULTI_ADDRESS_SPACE]: 'MULTI_ADDRESS_SPACE',
  [KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2]: 'MANUAL_DIRTY_LOG_PROTECT2',
  [KVM_CAP_DIRTY_LOG_RING]: 'DIRTY_LOG_RING',
  [KVM_CAP_DISABLE_QUIRKS2]: 'DISABLE_QUIRKS2',
  [KVM_CAP_USER_MEMORY2]: 'USER_MEMORY2',
  [KVM_CAP_MEMORY_FAULT_INFO]: 'MEMORY_FAULT_INFO',
  [KVM_CAP_MEMORY_ATTRIBUTES]: 'MEMORY_ATTRIBUTES',
  [KVM_CAP_GUEST_MEMFD]: 'GUEST_MEMFD',
  [KVM_CAP_VM_TYPES]: 'VM_TYPES',
  [KVM_CAP_PRE_FAULT_MEMORY]: 'PRE_FAULT_MEMORY',
  [KVM_CAP_GUEST_MEMFD_FLAGS]: 'GUEST_MEMFD_FLAGS',
};

/** What KVM_CHECK_EXTENSION answers for a capability; 0 for one that is not there. */
export function capability(profile: Profile, cap: number, stateInFile = false): number {
  const name = NAMES[cap];
  const own = name === undefined ? undefined : profile.caps[name];
  return own ?? standard(profile, cap, stateInFile);
}

function standard(profile: Profile, cap: number, stateInFile: boolean): number {
  const { release, vmType, mmu } = profile;
  const { privateMemory } = rulesOf(vmType);
  const hasGmem = atLeast(release, [6, 18]) || (atLeast(release, [6, 8]) && privateMemory);
  switch (cap) {
    case KVM_CAP_USER_MEMORY:
    case KVM_CAP_SYNC_MMU:
    case KVM_CAP_DESTROY_MEMORY_REGION_WORKS:
    case KVM_CAP_JOIN_MEMORY_REGIONS_WORKS:
    case KVM_CAP_READONLY_MEM:
    case KVM_CAP_IMMEDIATE_EXIT:
      return 1;
    case KVM_CAP_NR_MEMSLOTS:
      return userMemSlots(profile);
    case KVM_CAP_MULTI_ADDRESS_SPACE:
      // A machine with one address space alone does not know the capability.
      if (profile.arch === 'arm64') return 0;
      return privateMemory ? 1 : 2;
    case KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2:
      return 3;
    case KVM_CAP_DIRTY_LOG_RING:
    case KVM_CAP_DIRTY_LOG_RING_ACQ_REL:
      return DIRTY_RING_BYTES;
    case KVM_CAP_BINARY_STATS_FD:
      return atLeast(release, [5, 14]) ? 1 : 0;
    case KVM_CAP_DISABLE_QUIRKS2:
      return atLeast(release, [5, 18]) ? supportedQuirks(profile) : 0;
    case KVM_CAP_USER_MEMORY2:
    case KVM_CAP_MEMORY_FAULT_INFO:
      return atLeast(release, [6, 8]) ? 1 : 0;
    case KVM_CAP_MEMORY_ATTRIBUTES:
      return privateMemory ? Number(ATTRIBUTE_PRIVATE) : 0;
    case KVM_CAP_GUEST_MEMFD:
      return hasGmem ? 1 : 0;
    case KVM_CAP_GUEST_MEMFD_FLAGS:
      return atLeast(release, [6, 18]) ? gmemFlags(profile, stateInFile) : 0;
    case KVM_CAP_PRE_FAULT_MEMORY:
      return atLeast(release, [6, 11]) && mmu === 'tdp' ? 1 : 0;
    default:
      return otherCapability(profile, cap);
  }
}

/**
 * Flags of KVM_CREATE_GUEST_MEMFD that a VM may ask for: MMAP always, INIT_SHARED where nothing is private, or where the
 * file itself keeps what is (kvm_arch_supports_gmem_init_shared, arch/x86/kvm/x86.c).
 *
 * @param stateInFile which pages are private stands in the file, as posted for in-place conversion.
 */
export function gmemFlags(profile: Profile, stateInFile: boolean): number {
  const own = profile.caps.GUEST_MEMFD_FLAGS;
  if (own !== undefined) return own;
  if (!atLeast(profile.release, [6, 18])) return 0;
  return rulesOf(profile.vmType).privateMemory && !stateInFile ? 1 : 3;
}
