import type { Actor } from '../engine/step.ts';
import { EINVAL } from '../host/errno.ts';
import { PAGE_SIZE } from '../host/units.ts';
import { flushPages } from './cacheFlush.ts';
import { handleFault, PF_FIXED, PF_SPURIOUS } from './pageFault.ts';
import { pinUserMemory } from './userPin.ts';
import type { Vm } from './vm.ts';

/**
 * KVM_SEV_LAUNCH_UPDATE_DATA: the firmware encrypts memory where it is, before the guest runs (sev_launch_update_data,
 * arch/x86/kvm/svm/sev.c). It is pinned as long as that takes; whether it stays is the pinning design's to say. Pages
 * that the bytes touch in part are encrypted as a whole. Called with kvm->lock held.
 *
 * @param addr host virtual address, in bytes; slots do not matter.
 * @param size bytes.
 * @param limit pages that may be locked.
 * @param firmware what the firmware answers to the command: 0, or a negated errno, and nothing is encrypted then.
 * @returns 0, or a negated errno: -EINVAL or -ENOMEM where the memory cannot be pinned, or what the firmware says.
 *   Where the design maps what is launched, -EINVAL without a slot, or a vCPU to map with.
 */
export function* launchUpdateData(
  vm: Vm,
  addr: bigint,
  size: bigint,
  limit = Number.POSITIVE_INFINITY,
  firmware: () => number = () => 0,
): Actor<number> {
  const { frames } = vm.host;
  const pinned = yield* pinUserMemory(vm, addr, size, vm.encryptedRegions.pagesLocked, limit);
  return typeof pinned === 'number' ? pinned : yield* encrypt(pinned);

  function* encrypt(pfns: readonly number[]): Actor<number> {
    // What caches hold of it was written without the key.
    yield* flushPages(vm, pfns);
    let failed = firmware();
    if (failed === 0) {
      yield vm.costs.launchUpdate * pfns.length;
      for (const pfn of pfns) frames.seals.seal(pfn);
      if (vm.pinning?.mapsLaunched === true) failed = yield* mapAll(Number(addr / PAGE), pfns.length);
    }
    for (const pfn of pfns) frames.unpin(pfn);
    return failed;
  }

  function* mapAll(first: number, pages: number): Actor<number> {
    for (let hva = first; hva < first + pages; hva++) {
      const slot = vm.memslots.set.slots.find(s => s.hva <= hva && hva < s.hva + s.pages);
      const result = slot === undefined ? -EINVAL : yield* map(vm, slot.baseGfn + hva - slot.hva);
      if (result !== 0) return result;
    }
    return 0;
  }
}

const PAGE = BigInt(PAGE_SIZE);

/** kvm_mmu_map_tdp_page, as posted: maps a page as a fault of the first vCPU would. */
function* map(vm: Vm, gfn: number): Actor<number> {
  const vcpu = vm.vcpus[0];
  if (vcpu === undefined) return -EINVAL;
  for (;;) {
    vm.engine.beginAttempt();
    const reader = vm.srcu.enter();
    const result = yield* handleFault(vcpu, gfn, true, true, true);
    vm.srcu.exit(reader);
    if (result === PF_FIXED || result === PF_SPURIOUS) return 0;
    if (vcpu.errno !== 0) return -vcpu.errno;
    yield vm.engine.retry();
  }
}
