/**
 * KVM_MEMORY_ENCRYPT_OP on Intel: launching TDX guests, by calls on the VM and on a vCPU (arch/x86/kvm/vmx/tdx.c, read in
 * 6.16). What KVM asks of interrupt controllers and of CPUID, but for the width of addresses, is left out.
 */
import { atLeast } from '../arch/profile.ts';
import type { Actor } from '../engine/step.ts';
import { EFAULT, EINVAL } from '../host/errno.ts';
import { PAGE_SIZE } from '../host/units.ts';
import { addRegion } from '../kvm/tdxLaunch.ts';
import type { Vcpu } from '../kvm/vcpu.ts';
import type { Vm } from '../kvm/vm.ts';
import { done, type EncryptCommand, type EncryptDone, type EncryptStruct } from './encryptCommand.ts';
import type { Thread } from './process.ts';
import { isPageAligned, pageOf, u64 } from './u64.ts';

export const KVM_TDX_INIT_VM = 1;
export const KVM_TDX_INIT_VCPU = 2;
export const KVM_TDX_INIT_MEM_REGION = 3;
export const KVM_TDX_FINALIZE_VM = 4;
/** Flag of INIT_MEM_REGION: what is added is measured as well. */
export const KVM_TDX_MEASURE_MEMORY_REGION = 1;

const PAGE = BigInt(PAGE_SIZE);

/** One command on a VM (tdx_vm_ioctl). */
export function* tdxVmCommand(vm: Vm, command: EncryptCommand | null): Actor<EncryptDone> {
  const wrong = checkCommand(command);
  if (wrong !== 0) return done(wrong);
  yield vm.lock.lock();
  const { id, flags = 0, data = null } = command!;
  let result = -EINVAL;
  if (id === KVM_TDX_INIT_VM) result = initVm(vm, flags, data);
  if (id === KVM_TDX_FINALIZE_VM) result = yield* finalizeVm(vm);
  vm.lock.unlock();
  return done(result);
}

/**
 * One command on a vCPU, while the guest is being put together: tdx_vcpu_ioctl, which looks at the guest's state before
 * it reads the command, and since 6.19 tdx_vcpu_unlocked_ioctl, which reads the command first.
 */
export function* tdxVcpuCommand(
  thread: Thread,
  vcpu: Vcpu,
  command: EncryptCommand | null,
): Actor<EncryptDone> {
  const { launch, profile } = vcpu.vm;
  const closed = !launch.initialized || launch.stage === 'running' ? -EINVAL : 0;
  const wrong = checkCommand(command);
  const refused = atLeast(profile.release, [6, 19]) ? wrong || closed : closed || wrong;
  if (refused !== 0) return done(refused);
  const { id, flags = 0, data = null } = command!;
  if (id === KVM_TDX_INIT_MEM_REGION) return yield* initMemRegion(thread, vcpu, flags, data);
  if (id !== KVM_TDX_INIT_VCPU || flags !== 0 || vcpu.stateEncrypted) return done(-EINVAL);
  vcpu.stateEncrypted = true;
  return done(0);
}

function checkCommand(command: EncryptCommand | null): number {
  if (command === null) return -EFAULT;
  return u64(command.hwError ?? 0) === 0n ? 0 : -EINVAL;
}

/** Guest physical addresses of 52 bits, the highest of which says that a page is shared. */
const DEFAULT_PHYS_BITS = 52;

function initVm({ launch }: Vm, flags: number, data: EncryptStruct | null): number {
  if (launch.initialized || flags !== 0) return -EINVAL;
  if (data === null) return -EFAULT;
  const bits = data.guestPhysBits ?? DEFAULT_PHYS_BITS;
  if (bits !== 48 && bits !== 52) return -EINVAL;
  launch.sharedBit = bits - 1;
  launch.initialized = true;
  launch.stage = 'update';
  return 0;
}

function* finalizeVm({ launch, slotsLock }: Vm): Actor<number> {
  yield slotsLock.lock();
  const result = !launch.initialized || launch.stage === 'running' ? -EINVAL : 0;
  if (result === 0) launch.stage = 'running';
  slotsLock.unlock();
  return result;
}

function* initMemRegion(
  { task }: Thread,
  { vm, stateEncrypted }: Vcpu,
  flags: number,
  data: EncryptStruct | null,
): Actor<EncryptDone> {
  if (!stateEncrypted) return done(-EINVAL);
  yield vm.slotsLock.lock();
  const out = yield* region();
  vm.slotsLock.unlock();
  return out;

  function* region(): Actor<EncryptDone> {
    // It may have been completed meanwhile.
    if (vm.launch.stage === 'running' || flags & ~KVM_TDX_MEASURE_MEMORY_REGION) return done(-EINVAL);
    if (data === null) return done(-EFAULT);
    const [source, gpa] = [u64(data.sourceAddr ?? 0), u64(data.gpa ?? 0)];
    const pages = u64(data.nrPages ?? 0);
    const end = BigInt.asUintN(64, gpa + pages * PAGE);
    if (!isPageAligned(source) || !isPageAligned(gpa) || pages === 0n || end <= gpa) return done(-EINVAL);
    const shared = 1n << BigInt(vm.launch.sharedBit);
    if (gpa & shared || (end - 1n) & shared) return done(-EINVAL);
    const { result, pages: added } = yield* addRegion(vm, pageOf(gpa), source, Number(pages), task);
    const bytes = BigInt(added) * PAGE;
    const left = { sourceAddr: source + bytes, gpa: gpa + bytes, nrPages: pages - BigInt(added) };
    return { result, error: 0, data: { ...data, ...left } };
  }
}
