/** Where the frame of a faulting page comes from: the slot's file, or the host's page tables (kvm_mmu_faultin_pfn). */
import type { Actor } from '../engine/step.ts';
import { EFAULT, EHWPOISON, ENOMEM } from '../host/errno.ts';
import { faultIn, gupErrno, IN_WOULD_SLEEP } from '../host/faultIn.ts';
import { NO_PFN } from '../host/frames.ts';
import { kernelFault } from '../host/vmFault.ts';
import type { GuestMemfd } from './guestMemfd.ts';
import { MEMSLOT_GMEM_ONLY, type Memslot } from './memslots.ts';
import { remappedPfn } from './remappedPfn.ts';
import type { Vcpu } from './vcpu.ts';
import type { Vm } from './vm.ts';

/** A worker has the fault. */
export const STARTED = -1000;

const GUP_READ = kernelFault(false, null);
const GUP_WRITE = kernelFault(true, null);
const NOWAIT_READ = { ...GUP_READ, nowait: true };
const NOWAIT_WRITE = { ...GUP_WRITE, nowait: true };

/** Whether a shared page of a slot comes from its file: by the conversion design, or as the slot was made. */
export function sharedFromFile(vm: Vm, slot: Memslot): boolean {
  return vm.conversion.sharedInFile || (slot.flags & MEMSLOT_GMEM_ONLY) !== 0;
}

/** The frame of a page of a slot's file, or a negated errno (kvm_gmem_get_pfn). */
export function filePfn(vm: Vm, gmem: GuestMemfd, index: number): number {
  const pfn = gmem.getPfn(index);
  if (pfn === NO_PFN) return -ENOMEM;
  return vm.host.frames.isPoisoned(pfn) ? -EHWPOISON : pfn;
}

/** The frame of a page that the host does not have mapped, a negated errno, or STARTED. */
export function* missingPfn(vcpu: Vcpu, gfn: number, hva: number, write: boolean): Actor<number> {
  const { vm, task } = vcpu;
  if (vcpu.asyncFaults !== null) {
    const pfn = yield* withoutSleeping(vcpu, gfn, hva, write);
    if (pfn !== NO_PFN) return pfn;
  }
  const mode = task === null ? (write ? GUP_WRITE : GUP_READ) : kernelFault(write, task, true);
  const found = yield* faultIn(vm.mm, hva, mode, true);
  const pfn = found > NO_PFN ? found : gupErrno(found);
  return pfn === -EFAULT ? yield* remappedPfn(vm, hva, write) : pfn;
}

/**
 * Asks for a frame without sleeping, and where that cannot be, hands the fault to a worker.
 *
 * @returns the frame, a negated errno, STARTED, or NO_PFN where the vCPU must sleep itself.
 */
function* withoutSleeping(vcpu: Vcpu, gfn: number, hva: number, write: boolean): Actor<number> {
  const pfn = yield* faultIn(vcpu.vm.mm, hva, write ? NOWAIT_WRITE : NOWAIT_READ, true);
  if (pfn > NO_PFN) return pfn;
  if (pfn !== IN_WOULD_SLEEP) return gupErrno(pfn);
  return vcpu.asyncFaults!.start(gfn, hva, write) ? STARTED : NO_PFN;
}
