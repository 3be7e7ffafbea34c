/** Dirty rings from userspace's side (virt/kvm/dirty_ring.c, virt/kvm/kvm_main.c). */
import type { Actor } from '../engine/step.ts';
import { EBADF, EINVAL } from '../host/errno.ts';
import { resetDirtyRings } from '../kvm/dirtyRing.ts';
import { vmOf } from './kvmCalls.ts';
import type { Thread } from './process.ts';
import { VcpuFile } from './vmFile.ts';

/** KVM_RESET_DIRTY_RINGS: number of entries that are free again, or a negated errno. */
export function* kvmResetDirtyRings(thread: Thread, fd: number): Actor<number> {
  const vm = vmOf(thread, fd);
  if (typeof vm === 'number') return vm;
  yield vm.costs.systemCall;
  return vm.dirtyRingSize === 0 ? -EINVAL : yield* resetDirtyRings(vm);
}

/** An entry of a dirty ring, as it stands in the memory that userspace maps of a vCPU. */
export interface RingEntry {
  /** Slot id, with the address space from bit 16 on. */
  readonly slot: number;
  /** Page counted from the slot's first. */
  readonly offset: number;
}

/**
 * What userspace finds in the mapped ring of a vCPU, and marks as harvested (KVM_DIRTY_GFN_F_RESET). It is no system
 * call; -EBADF or -EINVAL where there is no such ring.
 */
export function harvestDirtyRing(thread: Thread, fd: number): readonly RingEntry[] | number {
  const file = thread.process.file(fd);
  if (file === undefined) return -EBADF;
  if (!(file instanceof VcpuFile) || file.vcpu.dirtyRing === null) return -EINVAL;
  return file.vcpu.dirtyRing.harvest().map(({ slot: { asId = 0, id }, offset }) => ({
    slot: (asId << 16) | id,
    offset,
  }));
}
