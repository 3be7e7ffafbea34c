/** Which kernel, CPU and VM a machine is: what differs between them is chosen by these and by nothing else. */

/** A kernel release as [major, minor]. */
export type Release = readonly [major: number, minor: number];

/** True when `release` is `since` or newer. */
export function atLeast(release: Release, since: Release): boolean {
  return release[0] > since[0] || (release[0] === since[0] && release[1] >= since[1]);
}

/** KVM's VM types (Documentation/virt/kvm/api.rst, KVM_CREATE_VM). */
export type VmType = 'default' | 'sw-protected' | 'sev' | 'sev-es' | 'snp' | 'tdx';

/** How the second stage is kept. */
export type MmuKind =
  /** Today's: tables linked by compare-and-exchange under mmu_lock held for reading (arch/x86/kvm/mmu/tdp_mmu.c). */
  | 'tdp'
  /** 2020's: reverse maps, a limit on table pages with recycling, mmu_lock held for writing. */
  | 'direct-rmap'
  /** No hardware tables for guests: KVM shadows the guest's own. */
  | 'shadow';

/** What a VM type brings with it. */
export interface VmRules {
  /** The type knows private memory: KVM_MEMORY_ATTRIBUTE_PRIVATE may be set. */
  readonly privateMemory: boolean;
  /** A fault itself says whether the access was private; else the attribute decides. */
  readonly privateFromFault: boolean;
  /** Private pages are entered in AMD's reverse map table. */
  readonly rmp: boolean;
  /** Private mappings live under a root of their own, and a zapped private page loses its contents. */
  readonly mirrorRoot: boolean;
  /** Memory is encrypted with a key of the VM, at the physical address where it lies. */
  readonly encrypted: boolean;
}

const RULES: Readonly<Record<VmType, VmRules>> = {
  default: { privateMemory: false, privateFromFault: false, rmp: false, mirrorRoot: false, encrypted: false },
  'sw-protected': {
    privateMemory: true,
    privateFromFault: false,
    rmp: false,
    mirrorRoot: false,
    encrypted: false,
  },
  sev: { privateMemory: false, privateFromFault: false, rmp: false, mirrorRoot: false, encrypted: true },
  'sev-es': { privateMemory: false, privateFromFault: false, rmp: false, mirrorRoot: false, encrypted: true },
  snp: { privateMemory: true, privateFromFault: true, rmp: true, mirrorRoot: false, encrypted: true },
  tdx: { privateMemory: true, privateFromFault: true, rmp: false, mirrorRoot: true, encrypted: true },
};

/** The rules of a VM type. */
export function rulesOf(type: VmType): VmRules {
  return RULES[type];
}

/** Answers of KVM_CHECK_EXTENSION that differ from the model's own, by name without KVM_CAP_. */
export type Caps = Readonly<Record<string, number>>;

/** Whose virtualization extensions the CPU has. */
export type Arch = 'vmx' | 'svm' | 'arm64';

/** Old behaviour that userspace may turn off (KVM_CAP_DISABLE_QUIRKS2); true where it is in force. */
export interface Quirks {
  /** KVM_X86_QUIRK_SLOT_ZAP_ALL: deleting or moving a slot drops every SPTE. Default VMs alone heed it. */
  readonly slotZapAll: boolean;
  /** KVM_X86_QUIRK_IGNORE_GUEST_PAT: RAM is write-back whatever the guest's PAT says. */
  readonly ignoreGuestPat: boolean;
  /** KVM_X86_QUIRK_CD_NW_CLEARED: a guest that has set CR0.CD has its memory cached all the same. */
  readonly cdNwCleared: boolean;
}

/** A machine's profile. */
export interface Profile {
  readonly release: Release;
  readonly arch: Arch;
  readonly vmType: VmType;
  readonly mmu: MmuKind;
  readonly caps: Caps;
  readonly quirks: Quirks;
  /** The CPU keeps its own caches coherent when one page is used with two memory types (CPUID.SS). */
  readonly selfSnoop: boolean;
  /**
   * guest_memfd has pages of 2 MiB, and private memory is mapped with them: for TDX as posted (v3, January 2026; not
   * merged), for SNP as KVM is ready to do once its files have such pages.
   */
  readonly gmemHugePages: boolean;
  /** Answers that follow from faults of that release, and that a later one mended, are given too. */
  readonly bugCompatible: boolean;
}

/** What may be said of a profile; the rest is as today. */
export type ProfileOptions = Partial<Omit<Profile, 'quirks'>> & { readonly quirks?: Partial<Quirks> };

/** The CPUs that a VM type exists on; Intel's where it exists on several. */
function archOf(type: VmType): Arch {
  return type === 'sev' || type === 'sev-es' || type === 'snp' ? 'svm' : 'vmx';
}

/** A profile with today's kernel where nothing else is said. */
export function profile(options: ProfileOptions = {}): Profile {
  const vmType = options.vmType ?? 'default';
  return {
    release: [6, 18],
    arch: archOf(vmType),
    mmu: 'tdp',
    caps: {},
    selfSnoop: true,
    gmemHugePages: false,
    bugCompatible: false,
    ...options,
    vmType,
    quirks: { slotZapAll: true, ignoreGuestPat: true, cdNwCleared: true, ...options.quirks },
  };
}
