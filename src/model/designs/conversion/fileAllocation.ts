import type { Actor } from '../../engine/step.ts';
import { PENG_V6 } from '../../evidence/sources.ts';
import type { Conversion, ConversionDesign } from '../../kvm/conversion.ts';
import type { Vm } from '../../kvm/vm.ts';
import { FILTER_SHARED, zapGfns } from '../../kvm/zap.ts';

/**
 * The sixth posting: a frame is private where the private file has a page, and shared where it has a hole.
 * fallocate and hole punching are the conversions; a notifier of the file tells KVM.
 */
class FileAllocation implements Conversion {
  readonly privateInFile = true;
  readonly sharedInFile = false;
  readonly privateDiscard = 'by-converting';
  readonly sharedDiscard = 'separate';
  readonly inKernel = false;
  private readonly vm: Vm;

  constructor(vm: Vm) {
    this.vm = vm;
  }

  isPrivate(gfn: number): boolean {
    const slot = this.vm.memslots.set.find(gfn);
    return slot?.gmem?.has(slot.gmemOffset + gfn - slot.baseGfn) ?? false;
  }

  *convert(start: number, end: number, toPrivate: boolean): Actor<number> {
    for (const slot of this.vm.memslots.set.slots) {
      const from = Math.max(start, slot.baseGfn);
      const to = Math.min(end, slot.baseGfn + slot.pages);
      if (slot.gmem === null || from >= to) continue;
      const index = slot.gmemOffset + from - slot.baseGfn;
      if (toPrivate) {
        yield* slot.gmem.allocate(index, index + to - from);
        yield* this.populated(from, to);
      } else yield* slot.gmem.punchHole(index, index + to - from);
    }
    return 0;
  }

  /** The file's notifier tells of new pages as it tells of holes: what was mapped of them goes. */
  private *populated(start: number, end: number): Actor {
    const { vm } = this;
    yield vm.mmuLock.write();
    vm.invalidation.begin();
    vm.invalidation.addRange(start, end);
    yield* zapGfns(vm, start, end, FILTER_SHARED);
    vm.invalidation.finish();
    vm.mmuLock.writeUnlock();
  }

  /** The file's own page cache is all there is. */
  metadataBytes(): number {
    return 0;
  }
}

export const fileAllocation: ConversionDesign = {
  name: 'file-allocation',
  title: 'Allocation state of the file, with a notifier (v6, May 2022)',
  mail: PENG_V6,
  create: vm => new FileAllocation(vm),
};
