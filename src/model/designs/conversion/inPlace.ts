import type { Actor } from '../../engine/step.ts';
import { IN_PLACE_V7 } from '../../evidence/sources.ts';
import { EAGAIN } from '../../host/errno.ts';
import { NO_PFN } from '../../host/frames.ts';
import { AttributeStore } from '../../kvm/attributes/store.ts';
import type { Conversion, ConversionDesign } from '../../kvm/conversion.ts';
import { setAttributes } from '../../kvm/setAttributes.ts';
import type { Vm } from '../../kvm/vm.ts';
import { ALL_GFNS } from './attributesIoctl.ts';

/**
 * In-place conversion in guest_memfd, as of the seventh posting (22 May 2026): the file itself keeps which of its
 * pages are private; shared ones can be mapped by the host, and a page changes sides without changing frames.
 */
class InPlace implements Conversion {
  readonly privateInFile = true;
  readonly sharedInFile = true;
  readonly privateDiscard = 'none';
  readonly sharedDiscard = 'none';
  readonly inKernel = false;
  private readonly vm: Vm;
  private readonly store: AttributeStore;

  constructor(vm: Vm) {
    this.vm = vm;
    // A file starts out private unless it was made with INIT_SHARED, which VMs without private memory use.
    this.store = new AttributeStore('ranges', 'shared', ALL_GFNS, vm.engine.access);
  }

  isPrivate(gfn: number): boolean {
    return this.store.isPrivate(gfn);
  }

  *convert(start: number, end: number, toPrivate: boolean): Actor<number> {
    const { vm } = this;
    if (toPrivate && this.hasExtraReferences(start, end)) return -EAGAIN;
    const result = yield* setAttributes(vm, this.store, start, end, toPrivate, 0);
    for (let gfn = start; gfn < end; gfn++) {
      const pfn = this.pfnOf(gfn);
      if (pfn === NO_PFN || vm.rmp === null || toPrivate || !vm.rmp.isPrivate(pfn)) continue;
      // To private the RMP changes when the guest's next access faults; to shared it must change before that.
      vm.rmp.makeShared(pfn);
      yield vm.costs.rmpUpdate;
    }
    return result;
  }

  metadataBytes(): number {
    return this.store.bytes();
  }

  /** Somebody beside the page cache holds a page of the range: a pin, or the host's page tables. */
  private hasExtraReferences(start: number, end: number): boolean {
    for (let gfn = start; gfn < end; gfn++) {
      const pfn = this.pfnOf(gfn);
      if (pfn !== NO_PFN && this.vm.host.frames.references(pfn) > 1) return true;
    }
    return false;
  }

  private pfnOf(gfn: number): number {
    const slot = this.vm.memslots.set.find(gfn);
    const index = slot === undefined ? 0 : slot.gmemOffset + gfn - slot.baseGfn;
    return slot?.gmem?.cache.get(index) ?? NO_PFN;
  }
}

export const inPlace: ConversionDesign = {
  name: 'in-place',
  title: 'In-place conversion in guest_memfd (as of v7, May 2026)',
  mail: IN_PLACE_V7,
  create: vm => new InPlace(vm),
};
