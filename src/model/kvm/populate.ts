/**
 * Putting the first contents of private memory in place before the guest runs (kvm_gmem_populate in
 * virt/kvm/guest_memfd.c, with the callback of SNP's KVM_SEV_SNP_LAUNCH_UPDATE in arch/x86/kvm/svm/sev.c).
 */
import type { Actor } from '../engine/step.ts';
import { EEXIST, EINVAL, ENOMEM } from '../host/errno.ts';
import { NO_PFN, OWNER_GMEM } from '../host/frames.ts';
import type { Vm } from './vm.ts';

/** The firmware measures a page and encrypts it where it is; from then on it is the guest's. */
export function* encryptInPlace(vm: Vm, gfn: number, pfn: number): Actor {
  if (vm.rmp !== null && !vm.rmp.isPrivate(pfn)) {
    vm.rmp.makePrivate(pfn, gfn);
    yield vm.costs.rmpUpdate;
  }
  vm.host.frames.seals.seal(pfn);
  yield vm.costs.launchUpdate;
}

/**
 * Fills one page of a guest_memfd before launch.
 *
 * @param sourceHva page of the VMM that KVM copies from; null where the contents are in the file's page already, which
 *   conversion in place allows.
 * @returns 0, or a negated errno: -EINVAL where the slot has no file or the gfn is not private, -EEXIST where the page
 *   is in use already.
 */
export function* populate(vm: Vm, gfn: number, sourceHva: number | null): Actor<number> {
  const { host, mm } = vm;
  yield vm.slotsLock.lock();
  const result = yield* fill();
  vm.slotsLock.unlock();
  return result;

  function* fill(): Actor<number> {
    const slot = vm.memslots.set.find(gfn);
    if (!slot?.gmem) return -EINVAL;
    const { gmem } = slot;
    const index = slot.gmemOffset + gfn - slot.baseGfn;
    if (sourceHva !== null && gmem.isResident(index)) return -EEXIST;
    if (!vm.isPrivate(gfn)) return -EINVAL;
    let pfn = gmem.cachedPage(index);
    if (pfn === NO_PFN) {
      if (sourceHva === null) return -EINVAL;
      pfn = host.frames.allocate(OWNER_GMEM);
      if (pfn === NO_PFN) return -ENOMEM;
      gmem.addPage(index, pfn);
    }
    if (sourceHva !== null) {
      const found = mm.walk(sourceHva, false);
      const source = found !== NO_PFN ? found : yield* mm.fault(sourceHva, false);
      host.frames.write(pfn, host.frames.read(source));
      yield vm.costs.copyPage;
    }
    yield* encryptInPlace(vm, gfn, pfn);
    return 0;
  }
}
