/** KVM_RUN (kvm_arch_vcpu_ioctl_run): as far as one access or one instruction of the guest goes. */
import type { Actor } from '../engine/step.ts';
import { EBADF, EIO } from '../host/errno.ts';
import { type ArmInstruction, type ArmRun, armInstruction } from '../kvm/armInstruction.ts';
import { type GuestAccess, type GuestMode, guestAccess } from '../kvm/guestAccess.ts';
import { entryFails, runRefused } from '../kvm/launch.ts';
import type { RunResult } from '../kvm/runExit.ts';
import type { Vcpu } from '../kvm/vcpu.ts';
import type { Thread } from './process.ts';
import { VcpuFile } from './vmFile.ts';

const NO_ENTRY: RunResult = { errno: 0, exit: { reason: 'FAIL_ENTRY' }, poisonedPage: -1 };

/**
 * KVM_RUN for one access: the guest makes it, and reports back.
 *
 * @returns what the run came to; an errno alone where there is no such vCPU, or it is another process'.
 */
export function* kvmRun(
  thread: Thread,
  fd: number,
  access: GuestAccess,
  mode: GuestMode,
): Actor<RunResult | number> {
  return yield* enter(thread, fd, NO_ENTRY, vcpu => guestAccess(vcpu, access, mode, thread.task));
}

/**
 * KVM_RUN for one instruction of an arm64 guest.
 *
 * @throws RangeError where the vCPU is none of arm64's.
 */
export function* kvmRunInstruction(
  thread: Thread,
  fd: number,
  instruction: ArmInstruction,
): Actor<ArmRun | number> {
  const noEntry: ArmRun = { run: NO_ENTRY, value: null, aborted: false };
  return yield* enter(thread, fd, noEntry, vcpu => {
    const { arch } = vcpu.vm.profile;
    if (arch !== 'arm64') throw new RangeError(`a vCPU of ${arch} has no instructions of arm64`);
    return armInstruction(vcpu, instruction, thread.task);
  });
}

/** Runs a vCPU, unless it cannot be run, or hardware does not enter it. */
function* enter<T>(
  thread: Thread,
  fd: number,
  noEntry: T,
  runs: (vcpu: Vcpu) => Actor<T>,
): Actor<T | number> {
  const file = thread.process.file(fd);
  if (file === undefined) return -EBADF;
  if (!(file instanceof VcpuFile)) return file.unknownIoctl(thread.process.mm);
  const { vcpu } = file;
  if (vcpu.vm.mm !== thread.process.mm) return -EIO;
  const refused = runRefused(vcpu);
  if (refused !== 0) return refused;
  if (entryFails(vcpu)) return noEntry;
  file.running = thread.task;
  vcpu.task = thread.task;
  const result = yield* runs(vcpu);
  file.running = null;
  vcpu.task = null;
  // Back in user mode the handler of a signal runs.
  thread.task.signalPending = false;
  return result;
}
