import type { Actor } from '../engine/step.ts';
import type { Vm } from './vm.ts';

/**
 * Gives a reference to a VM back: of its own descriptor, of a vCPU's, or of a guest_memfd. With the last one the VM
 * goes: it listens to the host no more, and its slots let go of their files (kvm_destroy_vm, virt/kvm/kvm_main.c).
 */
export function* putVm(vm: Vm): Actor {
  vm.users--;
  if (vm.users > 0) return;
  vm.mm.unregisterNotifier(vm.notifier);
  yield* vm.notifier.release();
  for (const slot of [...vm.memslots.all()]) {
    if (slot.gmem !== null) yield* slot.gmem.unbind(slot);
  }
  yield* vm.encryptedRegions.destroy();
  if (vm.pinning?.vmDestroyed !== undefined) yield* vm.pinning.vmDestroyed();
}
