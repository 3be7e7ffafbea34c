import type { Actor } from '../engine/step.ts';
import { EINVAL } from '../host/errno.ts';
import { flushPages } from './cacheFlush.ts';
import { handleFault, PF_FIXED, PF_SPURIOUS } from './pageFault.ts';
import type { Vm } from './vm.ts';

/**
 * KVM_SEV_LAUNCH_UPDATE_DATA: the firmware encrypts pages where they are, before the guest runs (sev_launch_update_data,
 * arch/x86/kvm/svm/sev.c). They are pinned as long as that takes; whether they stay is the pinning design's to say.
 *
 * @param start first gfn; all lie in slots.
 * @returns 0, or a negated errno: -EINVAL where there is no slot, or no vCPU yet to map with.
 */
export function* launchUpdateData(vm: Vm, start: number, end: number): Actor<number> {
  const { mm, host } = vm;
  for (let gfn = start; gfn < end; gfn++) {
    const slot = vm.memslots.set.find(gfn);
    if (slot === undefined) return -EINVAL;
    const pfn = yield* mm.fault(slot.hva + gfn - slot.baseGfn, true);
    if (pfn < 0) return pfn;
    host.frames.pin(pfn);
    yield* flushPages(vm, [pfn]);
    host.frames.seals.seal(pfn);
    const mapped = vm.pinning?.mapsLaunched === true ? yield* map(vm, gfn) : 0;
    host.frames.unpin(pfn);
    if (mapped !== 0) return mapped;
  }
  return 0;
}

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
