/**
 * Devices whose DMA does not snoop caches (kvm_arch_register_noncoherent_dma, arch/x86/kvm/x86.c): with the first and
 * without the last of them, RAM has other memory types, so every SPTE is made anew.
 */
import { dmaChangesTypes } from '../arch/eptType.ts';
import type { Actor } from '../engine/step.ts';
import type { Vm } from './vm.ts';
import { FILTER_PRIVATE, FILTER_SHARED, zapGfns } from './zap.ts';

/** A device is assigned (`by` = 1) or taken away (-1). */
export function* changeNoncoherentDma(vm: Vm, by: 1 | -1): Actor {
  const before = vm.noncoherentDma > 0;
  vm.noncoherentDma += by;
  if (before === vm.noncoherentDma > 0 || !dmaChangesTypes(vm.profile)) return;
  yield vm.mmuLock.write();
  vm.invalidation.begin();
  vm.invalidation.addRange(0, Number.MAX_SAFE_INTEGER);
  yield* zapGfns(vm, 0, Number.MAX_SAFE_INTEGER, FILTER_SHARED | FILTER_PRIVATE, 'memory-type');
  vm.invalidation.finish();
  vm.mmuLock.writeUnlock();
}
