/**
 * How far the launch of an encrypted VM has come: KVM's part (struct kvm_sev_info, arch/x86/kvm/svm/svm.h; struct
 * kvm_tdx, arch/x86/kvm/vmx/tdx.h), and the state in which the firmware or the TDX module holds the guest.
 */
import { atLeast, type Profile, rulesOf } from '../arch/profile.ts';
import type { Hashable, StateHash } from '../engine/hash.ts';
import { EINVAL } from '../host/errno.ts';
import type { Vcpu } from './vcpu.ts';
import type { Vm } from './vm.ts';

/** State of the guest (AMD's SEV API, chapter 4: LUPDATE, LSECRET, RUNNING; TDX knows the first and the last). */
const STAGES = ['none', 'update', 'secret', 'running'] as const;
export type LaunchStage = (typeof STAGES)[number];

export class Launch implements Hashable {
  /** The VM has a key of its own: after KVM_SEV_INIT2 or KVM_TDX_INIT_VM. */
  initialized = false;
  stage: LaunchStage = 'none';
  /** TDX: the bit of a guest physical address that says shared. */
  sharedBit = 51;
  /** Descriptor of /dev/sev that the launch was started with; commands that name none go through it. */
  deviceFd = 0;

  hashInto(hash: StateHash): void {
    hash
      .add(this.initialized ? 1 : 0)
      .add(STAGES.indexOf(this.stage))
      .add(this.deviceFd)
      .add(this.sharedBit);
  }
}

/** Since when KVM_SEV_INIT2 has taken the place of KVM_SEV_INIT, and a VM cannot run without it. */
export const SEV_INIT2_SINCE = [6, 10] as const;

/** Whether the VM's pages may be mapped before the guest asks: private ones only once nothing more is launched. */
export function mayPreFault({ profile, launch }: Vm): boolean {
  return !hasLaunch(profile) || !rulesOf(profile.vmType).privateMemory || launch.stage === 'running';
}

/** Why KVM_RUN does not even try, as a negated errno; 0 where it does (svm_vcpu_pre_run, tdx_vcpu_pre_run). */
export function runRefused({ vm, stateEncrypted }: Vcpu): number {
  const { profile, launch } = vm;
  if (!hasLaunch(profile)) return 0;
  if (profile.vmType === 'tdx') return stateEncrypted && launch.stage === 'running' ? 0 : -EINVAL;
  return launch.initialized || !atLeast(profile.release, SEV_INIT2_SINCE) ? 0 : -EINVAL;
}

/** Whether hardware refuses to enter the guest, for it finds no registers under the guest's key. */
export function entryFails({ vm, stateEncrypted }: Vcpu): boolean {
  const { vmType } = vm.profile;
  return (vmType === 'sev-es' || vmType === 'snp') && !stateEncrypted;
}

function hasLaunch({ vmType }: Profile): boolean {
  return rulesOf(vmType).encrypted;
}
