/**
 * Capabilities that say nothing about memory, as KVM on x86 answers them whatever the CPU is (kvm_vm_ioctl_check_extension,
 * arch/x86/kvm/x86.c, and its generic counterpart in virt/kvm/kvm_main.c; values as Linux 6.18 gave them when it was
 * asked). Those that hang on the CPU, on how the kernel was built or on the number of processors are left out: 0.
 */
import { atLeast, type Profile, type Release, type VmType } from '../arch/profile.ts';

/** Numbers of capabilities that are simply there. */
const THERE = [
  ...[0, 1, 2, 4, 7, 8, 11, 12, 14, 22, 23, 24, 26, 32, 33, 34, 35, 36, 37, 40, 41, 47, 50, 51, 54, 59, 61],
  ...[72, 76, 77, 82, 89, 95, 97, 98, 100, 105, 116, 121, 122, 153, 159, 162, 164],
];

/** What others count. */
const COUNTS: Readonly<Record<number, number>> = {
  /** KVM_CAP_COALESCED_MMIO: the page of a vCPU's mapping that has the ring. */
  15: 2,
  /** KVM_CAP_IRQ_ROUTING. */
  25: 4096,
  /** KVM_CAP_MCE: banks. */
  31: 32,
  /** KVM_CAP_MAX_VCPU_ID. */
  128: 4096,
};

/** Those that came with a release, in the time that the model's profiles are about. */
const SINCE: Readonly<Record<number, Release>> = {
  /** KVM_CAP_PMU_EVENT_FILTER, KVM_CAP_HALT_POLL, KVM_CAP_ASYNC_PF_INT, KVM_CAP_LAST_CPU. */
  173: [5, 3],
  182: [5, 8],
  183: [5, 8],
  184: [5, 9],
};

/** KVM_X86_*_VM, the type of a VM as KVM_CREATE_VM takes it. */
const TYPES: readonly VmType[] = ['default', 'sw-protected', 'sev', 'sev-es', 'snp', 'tdx'];

const KVM_CAP_VM_TYPES = 235;

const ONES = new Set(THERE);

/** What KVM_CHECK_EXTENSION answers for a capability that is not about memory; 0 for one that is not there. */
export function otherCapability({ arch, release, vmType }: Profile, cap: number): number {
  if (arch === 'arm64') return 0;
  // Default VMs, and those of the profile's own type.
  if (cap === KVM_CAP_VM_TYPES) return atLeast(release, [6, 8]) ? 1 | (1 << TYPES.indexOf(vmType)) : 0;
  if (ONES.has(cap)) return 1;
  const since = SINCE[cap];
  if (since !== undefined) return atLeast(release, since) ? 1 : 0;
  return COUNTS[cap] ?? 0;
}
