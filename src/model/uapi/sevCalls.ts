/**
 * KVM_MEMORY_ENCRYPT_OP on AMD: launching SEV, SEV-ES and SNP guests (sev_mem_enc_ioctl, arch/x86/kvm/svm/sev.c, read in
 * 6.16 and 7.0). Attestation, debugging and migration are not there, and refused as commands that KVM does not know.
 */
import { atLeast } from '../arch/profile.ts';
import type { Actor } from '../engine/step.ts';
import { EFAULT, EINVAL, EIO, ENOTTY, EPERM } from '../host/errno.ts';
import { SEV_INIT2_SINCE } from '../kvm/launch.ts';
import { launchUpdateData } from '../kvm/launchUpdate.ts';
import type { Vm } from '../kvm/vm.ts';
import { done, type EncryptCommand, type EncryptDone, type EncryptStruct } from './encryptCommand.ts';
import type { Thread } from './process.ts';
import { issueThrough } from './sevDevice.ts';
import { SEV_RET_INVALID_GUEST_STATE, snpFinish, snpStart, snpUpdate } from './snpCalls.ts';
import { u32, u64 } from './u64.ts';

export const KVM_SEV_INIT = 0;
export const KVM_SEV_ES_INIT = 1;
export const KVM_SEV_LAUNCH_START = 2;
export const KVM_SEV_LAUNCH_UPDATE_DATA = 3;
export const KVM_SEV_LAUNCH_UPDATE_VMSA = 4;
export const KVM_SEV_LAUNCH_MEASURE = 6;
export const KVM_SEV_LAUNCH_FINISH = 7;
export const KVM_SEV_INIT2 = 22;
export const KVM_SEV_SNP_LAUNCH_START = 100;
export const KVM_SEV_SNP_LAUNCH_UPDATE = 101;
export const KVM_SEV_SNP_LAUNCH_FINISH = 102;

/** Errors of the firmware (include/uapi/linux/psp-sev.h), beside the one of SNP’s commands. */
const SEV_RET_INVALID_LEN = 4;
const SEV_RET_ASID_OWNED = 12;

/** Newest version of the GHCB protocol that KVM speaks. */
const GHCB_VERSION_MAX = 2;
/** Of the features of a VMSA, only swapping debug registers can be asked for. */
const DEBUG_SWAP = 1n << 5n;
/** A measurement and the nonce behind it (SEV API, LAUNCH_MEASURE). */
const MEASUREMENT_BYTES = 48;

/** One command on a VM. */
export function* sevCommand(thread: Thread, vm: Vm, command: EncryptCommand | null): Actor<EncryptDone> {
  if (command === null) return done(-EFAULT);
  yield vm.lock.lock();
  const isSnp = vm.launch.initialized && vm.profile.vmType === 'snp';
  const out =
    isSnp && command.id < KVM_SEV_SNP_LAUNCH_START ? done(-EPERM) : yield* perform(thread, vm, command);
  vm.lock.unlock();
  return out;
}

function* perform(thread: Thread, vm: Vm, command: EncryptCommand): Actor<EncryptDone> {
  const data = command.data ?? null;
  switch (command.id) {
    case KVM_SEV_INIT:
    case KVM_SEV_ES_INIT:
      return done(init(vm, command.id));
    case KVM_SEV_INIT2:
      return done(init2(vm, data));
    case KVM_SEV_LAUNCH_START:
      return launchStart(thread, vm, command, data);
    case KVM_SEV_LAUNCH_UPDATE_DATA:
      return yield* updateData(thread, vm, data);
    case KVM_SEV_LAUNCH_UPDATE_VMSA:
      return yield* updateVmsa(thread, vm);
    case KVM_SEV_LAUNCH_MEASURE:
      return measure(thread, vm, data);
    case KVM_SEV_LAUNCH_FINISH:
      return finish(thread, vm);
    case KVM_SEV_SNP_LAUNCH_START:
      return snpStart(thread, vm, command, data);
    case KVM_SEV_SNP_LAUNCH_UPDATE:
      return yield* snpUpdate(thread, vm, command, data);
    case KVM_SEV_SNP_LAUNCH_FINISH:
      return yield* snpFinish(thread, vm, command, data);
    default:
      return done(-EINVAL);
  }
}

/** KVM_SEV_INIT and KVM_SEV_ES_INIT: until VMs had types, these made one encrypted; the type must agree here. */
function init(vm: Vm, id: number): number {
  if (atLeast(vm.profile.release, SEV_INIT2_SINCE)) return -EINVAL;
  if (vm.profile.vmType !== (id === KVM_SEV_INIT ? 'sev' : 'sev-es')) return -EINVAL;
  return initialize(vm);
}

function init2(vm: Vm, data: EncryptStruct | null): number {
  const { launch, profile } = vm;
  if (launch.initialized || !atLeast(profile.release, SEV_INIT2_SINCE)) return -EINVAL;
  if (data === null) return -EFAULT;
  const isEs = profile.vmType !== 'sev';
  if (vm.vcpuIds.size > 0 || (data.flags ?? 0) !== 0) return -EINVAL;
  if (u64(data.vmsaFeatures ?? 0) & ~(isEs ? DEBUG_SWAP : 0n)) return -EINVAL;
  const version = data.ghcbVersion ?? 0;
  if (version > GHCB_VERSION_MAX || (!isEs && version > 0)) return -EINVAL;
  return initialize(vm);
}

function initialize(vm: Vm): number {
  if (vm.vcpuIds.size > 0 || vm.launch.initialized) return -EINVAL;
  vm.launch.initialized = true;
  return 0;
}

function launchStart(
  { process }: Thread,
  { launch }: Vm,
  { sevFd = 0 }: EncryptCommand,
  data: EncryptStruct | null,
): EncryptDone {
  if (!launch.initialized) return done(-ENOTTY);
  if (data === null) return done(-EFAULT);
  const issued = issueThrough(process, sevFd);
  if (issued !== 0) return done(issued);
  // A second guest of the firmware's cannot have the first one's key slot.
  if (launch.stage !== 'none') return done(-EIO, SEV_RET_ASID_OWNED);
  launch.stage = 'update';
  launch.deviceFd = sevFd;
  return done(0);
}

function* updateData({ process }: Thread, vm: Vm, data: EncryptStruct | null): Actor<EncryptDone> {
  if (!vm.launch.initialized) return done(-ENOTTY);
  if (data === null) return done(-EFAULT);
  let error = 0;
  const firmware = () => {
    const answer = atStage(process, vm, 'update');
    error = answer.error;
    return answer.result;
  };
  const [addr, size] = [u64(data.uaddr ?? 0), BigInt(u32(data.len ?? 0))];
  return done(yield* launchUpdateData(vm, addr, size, process.lockLimit, firmware), error);
}

function* updateVmsa({ process }: Thread, vm: Vm): Actor<EncryptDone> {
  if (!vm.launch.initialized || vm.profile.vmType !== 'sev-es') return done(-ENOTTY);
  for (const vcpu of vm.vcpus) {
    const answer = atStage(process, vm, 'update');
    if (answer.result !== 0) return answer;
    yield vm.costs.launchUpdate;
    vcpu.stateEncrypted = true;
  }
  return done(0);
}

/** The firmware tells what it has measured, and takes no more contents from then on. */
function measure({ process }: Thread, vm: Vm, data: EncryptStruct | null): EncryptDone {
  if (!vm.launch.initialized) return done(-ENOTTY);
  if (data === null) return done(-EFAULT);
  const answer = atStage(process, vm, 'update');
  if (answer.result !== 0) return answer;
  if (u32(data.len ?? 0) < MEASUREMENT_BYTES) {
    return { result: -EIO, error: SEV_RET_INVALID_LEN, data: { ...data, len: MEASUREMENT_BYTES } };
  }
  vm.launch.stage = 'secret';
  return done(0);
}

function finish({ process }: Thread, vm: Vm): EncryptDone {
  if (!vm.launch.initialized) return done(-ENOTTY);
  const answer = atStage(process, vm, 'secret');
  if (answer.result === 0) vm.launch.stage = 'running';
  return answer;
}

/** A command through the descriptor that the launch was started with, which the firmware takes at one stage alone. */
function atStage(process: Thread['process'], { launch }: Vm, stage: 'update' | 'secret'): EncryptDone {
  const issued = issueThrough(process, launch.deviceFd);
  if (issued !== 0) return done(issued);
  return launch.stage === stage ? done(0) : done(-EIO, SEV_RET_INVALID_GUEST_STATE);
}
