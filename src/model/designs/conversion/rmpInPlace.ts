import type { Actor } from '../../engine/step.ts';
import { ROTH_BOOT } from '../../evidence/sources.ts';
import { NO_PFN } from '../../host/frames.ts';
import { RunSet } from '../../kvm/attributes/runSet.ts';
import type { Conversion, ConversionDesign } from '../../kvm/conversion.ts';
import type { Vm } from '../../kvm/vm.ts';
import { FILTER_PRIVATE, FILTER_SHARED, zapGfns } from '../../kvm/zap.ts';

/**
 * SNP before fd-based memory: private and shared are two states of one frame, which KVM changes in the RMP when the
 * guest asks for it. Nothing is allocated, discarded or copied, and the VMM is not asked.
 */
class RmpInPlace implements Conversion {
  readonly privateInFile = false;
  readonly sharedInFile = false;
  readonly privateDiscard = 'none';
  readonly sharedDiscard = 'none';
  readonly inKernel = true;
  private readonly vm: Vm;
  private readonly privateGfns = new RunSet();

  constructor(vm: Vm) {
    this.vm = vm;
  }

  isPrivate(gfn: number): boolean {
    return this.privateGfns.has(gfn);
  }

  *convert(start: number, end: number, toPrivate: boolean): Actor<number> {
    const { vm } = this;
    yield vm.mmuLock.write();
    vm.invalidation.begin();
    vm.invalidation.addRange(start, end);
    yield* zapGfns(vm, start, end, FILTER_SHARED | FILTER_PRIVATE);
    this.privateGfns.set(start, end, toPrivate);
    for (let gfn = start; gfn < end; gfn++) {
      const slot = vm.memslots.set.find(gfn);
      const pfn = slot === undefined ? NO_PFN : vm.mm.lookup(slot.hva + gfn - slot.baseGfn, false);
      if (pfn === NO_PFN || vm.rmp === null) continue;
      if (toPrivate) vm.rmp.makePrivate(pfn, gfn);
      else vm.rmp.makeShared(pfn);
      yield vm.costs.rmpUpdate;
    }
    vm.invalidation.finish();
    vm.mmuLock.writeUnlock();
    return 0;
  }

  /** The RMP is the processor's, and there with or without a guest. */
  metadataBytes(): number {
    return 0;
  }
}

export const rmpInPlace: ConversionDesign = {
  name: 'rmp-in-place',
  title: 'SNP without fd-based memory',
  mail: ROTH_BOOT,
  create: vm => new RmpInPlace(vm),
};
