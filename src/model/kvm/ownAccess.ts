/**
 * Accesses to guest memory that no guest instruction makes: by KVM itself (steal time, the emulator, kvmclock), and by
 * vhost. Both go through the slot's host address, so userfaultfd catches them and the second stage does not: a gfn that
 * is private is not refused, the access silently reaches the shared page behind the same gfn
 * (kvm_write_guest and kvm_read_guest, virt/kvm/kvm_main.c; drivers/vhost/vhost.c).
 */
import type { Actor } from '../engine/step.ts';
import { EFAULT } from '../host/errno.ts';
import { touch } from '../host/hostAccess.ts';
import { kernelFault } from '../host/vmFault.ts';
import { markPageDirty } from './dirtyLog.ts';
import { MEM_READONLY, MEMSLOT_INVALID } from './memslots.ts';
import type { Vm } from './vm.ts';

/**
 * KVM's own access to a guest page.
 *
 * @returns the frame that it reached, or -EFAULT where no slot or no host mapping lets it.
 */
export function* ownAccess(vm: Vm, gfn: number, write: boolean): Actor<number> {
  const reader = vm.srcu.enter();
  const slot = vm.memslots.set.find(gfn);
  const allowed =
    slot !== undefined && (slot.flags & MEMSLOT_INVALID) === 0 && !(write && slot.flags & MEM_READONLY);
  let pfn = -EFAULT;
  if (allowed) {
    if (slot.userfault?.awaitOwnAccess !== undefined)
      yield* slot.userfault.awaitOwnAccess(gfn - slot.baseGfn);
    const reached = yield* touch(vm.mm, slot.hva + gfn - slot.baseGfn, kernelFault(write, null));
    if (reached > 0) {
      pfn = reached;
      if (write) markPageDirty(vm, slot, gfn);
    }
  }
  vm.srcu.exit(reader);
  return pfn;
}

/**
 * vhost's access to a page of the VMM: its worker knows host addresses alone, takes no slot and logs nothing here.
 *
 * @param page host virtual page.
 * @returns the frame that it reached, or -EFAULT.
 */
export function* vhostAccess(vm: Vm, page: number, write: boolean): Actor<number> {
  const pfn = yield* touch(vm.mm, page, kernelFault(write, null));
  if (pfn < 0) return -EFAULT;
  return pfn;
}
