/** The launch commands of SNP guests, within KVM_MEMORY_ENCRYPT_OP (snp_launch_*, arch/x86/kvm/svm/sev.c). */
import { atLeast } from '../arch/profile.ts';
import type { Actor } from '../engine/step.ts';
import { EFAULT, EINVAL, EIO, ENOTTY } from '../host/errno.ts';
import { PAGE_SIZE } from '../host/units.ts';
import { MEM_GUEST_MEMFD } from '../kvm/memslots.ts';
import { populateRange } from '../kvm/populate.ts';
import {
  placeSnp,
  SNP_PAGE_CPUID,
  SNP_PAGE_NORMAL,
  SNP_PAGE_SECRETS,
  SNP_PAGE_UNMEASURED,
  SNP_PAGE_ZERO,
} from '../kvm/snpLaunch.ts';
import type { Vm } from '../kvm/vm.ts';
import { done, type EncryptCommand, type EncryptDone, type EncryptStruct } from './encryptCommand.ts';
import type { Thread } from './process.ts';
import { issueThrough } from './sevDevice.ts';
import { isPageAligned, pageOf, u64 } from './u64.ts';

/** The firmware has the guest in another state than the command wants (include/uapi/linux/psp-sev.h). */
export const SEV_RET_INVALID_GUEST_STATE = 2;

/** Bits of a guest policy that KVM knows, and the one that must be set. */
const POLICY_BITS = 0x1bffffn;
const POLICY_MUST = 1n << 17n;

const PAGE_TYPES = [SNP_PAGE_NORMAL, SNP_PAGE_ZERO, SNP_PAGE_UNMEASURED, SNP_PAGE_SECRETS, SNP_PAGE_CPUID];

/** Since when no length, and an address within a page, are refused. */
const NO_EMPTY = [6, 18] as const;
const ALIGNED_SOURCE = [7, 0] as const;

const PAGE = BigInt(PAGE_SIZE);

/** KVM_SEV_SNP_LAUNCH_START: the firmware makes a guest. */
export function snpStart(
  { process }: Thread,
  vm: Vm,
  { sevFd = 0 }: EncryptCommand,
  data: EncryptStruct | null,
): EncryptDone {
  const { launch } = vm;
  if (!isSnp(vm)) return done(-ENOTTY);
  if (data === null) return done(-EFAULT);
  const policy = u64(data.policy ?? 0);
  if (launch.stage !== 'none' || (data.flags ?? 0) !== 0) return done(-EINVAL);
  if (policy & ~POLICY_BITS || (policy & POLICY_MUST) === 0n) return done(-EINVAL);
  // The guest's context could not be made, and KVM does not say why.
  if (issueThrough(process, sevFd) !== 0) return done(-ENOTTY);
  launch.stage = 'update';
  launch.deviceFd = sevFd;
  return done(0);
}

/**
 * KVM_SEV_SNP_LAUNCH_UPDATE: contents for private pages. It stops at the end of the slot, or at the first page that
 * cannot be had, and its struct then begins there; where that is the very first page, the answer is -EIO whatever it was.
 */
export function* snpUpdate(
  { process, task }: Thread,
  vm: Vm,
  { sevFd = 0 }: EncryptCommand,
  data: EncryptStruct | null,
): Actor<EncryptDone> {
  const { launch, profile } = vm;
  if (!isSnp(vm) || launch.stage === 'none') return done(-EINVAL);
  if (data === null) return done(-EFAULT);
  const [uaddr, len, gfnStart] = [u64(data.uaddr ?? 0), u64(data.len ?? 0), u64(data.gfnStart ?? 0)];
  const type = data.type ?? 0;
  if (!isPageAligned(len) || (data.flags ?? 0) !== 0 || !PAGE_TYPES.includes(type)) return done(-EINVAL);
  if (len === 0n && atLeast(profile.release, NO_EMPTY)) return done(-EINVAL);
  const hasSource = type !== SNP_PAGE_ZERO && !(vm.conversion.stateInFile && uaddr === 0n);
  if (hasSource && !isPageAligned(uaddr) && atLeast(profile.release, ALIGNED_SOURCE)) return done(-EINVAL);
  yield vm.slotsLock.lock();
  const out = yield* update();
  vm.slotsLock.unlock();
  return out;

  function* update(): Actor<EncryptDone> {
    const gfn = Number(gfnStart);
    const slot = vm.memslots.set.find(gfn);
    if (slot === undefined || (slot.gmem === null && (slot.flags & MEM_GUEST_MEMFD) === 0)) {
      return done(-EINVAL);
    }
    let error = 0;
    const firmware = () => {
      const issued = issueThrough(process, sevFd);
      if (issued !== 0 || launch.stage === 'update') return issued;
      error = SEV_RET_INVALID_GUEST_STATE;
      return -EIO;
    };
    const source = hasSource ? uaddr : null;
    const place = placeSnp(vm, { type, firmware, task });
    const count = yield* populateRange(vm, gfn, source, pageOf(len), place, task);
    if (count < 0) return done(-EIO, error);
    const bytes = BigInt(count) * PAGE;
    const left = { ...data, gfnStart: gfnStart + BigInt(count), len: len - bytes };
    return { result: 0, error: 0, data: source === null ? left : { ...left, uaddr: uaddr + bytes } };
  }
}

/** KVM_SEV_SNP_LAUNCH_FINISH: the vCPUs' registers are measured too, and the guest may run. */
export function* snpFinish(
  { process }: Thread,
  vm: Vm,
  { sevFd = 0 }: EncryptCommand,
  data: EncryptStruct | null,
): Actor<EncryptDone> {
  const { launch, vcpus } = vm;
  if (!isSnp(vm)) return done(-ENOTTY);
  if (launch.stage === 'none') return done(-EINVAL);
  if (data === null) return done(-EFAULT);
  if ((data.flags ?? 0) !== 0) return done(-EINVAL);
  const issued = issueThrough(process, vcpus.length > 0 ? sevFd : launch.deviceFd);
  if (issued !== 0) return done(issued);
  if (launch.stage !== 'update') return done(-EIO, SEV_RET_INVALID_GUEST_STATE);
  for (const vcpu of vcpus) {
    yield vm.costs.rmpUpdate + vm.costs.launchUpdate;
    vcpu.stateEncrypted = true;
  }
  const finished = issueThrough(process, launch.deviceFd);
  if (finished === 0) launch.stage = 'running';
  return done(finished);
}

function isSnp({ launch, profile }: Vm): boolean {
  return launch.initialized && profile.vmType === 'snp';
}
