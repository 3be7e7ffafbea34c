import type { Actor } from '../../engine/step.ts';
import { IN_PLACE_V7 } from '../../evidence/sources.ts';
import { EAGAIN } from '../../host/errno.ts';
import { NO_PFN } from '../../host/frames.ts';
import { AttributeStore } from '../../kvm/attributes/store.ts';
import type { Conversion, ConversionDesign } from '../../kvm/conversion.ts';
import type { Memslot } from '../../kvm/memslots.ts';
import { giveBack } from '../../kvm/rmpUpdate.ts';
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
  readonly stateInFile = true;
  private readonly vm: Vm;
  /** What is to be said of guest frames that no file is bound to. */
  private readonly store: AttributeStore;
  private readonly files = new Set<AttributeStore>();

  constructor(vm: Vm) {
    this.vm = vm;
    // A file starts out private unless it was made with INIT_SHARED, which VMs without private memory use.
    this.store = new AttributeStore('ranges', 'shared', ALL_GFNS, vm.engine.access);
  }

  isPrivate(gfn: number): boolean {
    const slot = this.vm.memslots.set.find(gfn);
    const privacy = slot?.gmem?.privacy;
    return privacy ? privacy.isPrivate(gfn + offsetOf(slot!)) : this.store.isPrivate(gfn);
  }

  *convert(start: number, end: number, toPrivate: boolean): Actor<number> {
    const { vm } = this;
    if (toPrivate && this.hasExtraReferences(start, end)) return -EAGAIN;
    const result = yield* setAttributes(vm, this, start, end, toPrivate, 0);
    const { rmp } = vm;
    if (rmp === null || toPrivate) return result;
    const frames: number[] = [];
    for (let gfn = start; gfn < end; gfn++) {
      const pfn = this.pfnOf(gfn);
      if (pfn !== NO_PFN && rmp.isPrivate(pfn)) frames.push(pfn);
    }
    // To private the RMP changes when the guest's next access faults; to shared it must change before that.
    yield* giveBack(vm, frames);
    return result;
  }

  metadataBytes(): number {
    let bytes = this.store.bytes();
    for (const file of this.files) bytes += file.bytes();
    return bytes;
  }

  /** Whether gfns [start, end) are all private, or all shared, wherever that is kept. */
  isAll(start: number, end: number, isPrivate: boolean): boolean {
    return this.parts(start, end).every(({ keeper, from, to }) => keeper.isAll(from, to, isPrivate));
  }

  /** Makes gfns [start, end) private or shared, wherever that is kept. */
  set(start: number, end: number, isPrivate: boolean): void {
    for (const { keeper, from, to } of this.parts(start, end)) {
      keeper.set(from, to, isPrivate);
      if (keeper !== this.store) this.files.add(keeper);
    }
  }

  /** Who keeps the state of gfns [start, end): for each part its keeper, and the range as that one counts. */
  private parts(start: number, end: number): { keeper: AttributeStore; from: number; to: number }[] {
    const out: { keeper: AttributeStore; from: number; to: number }[] = [];
    let at = start;
    for (const slot of this.vm.memslots.set.slots) {
      const privacy = slot.gmem?.privacy;
      const from = Math.max(at, slot.baseGfn);
      const to = Math.min(end, slot.baseGfn + slot.pages);
      if (!privacy || from >= to) continue;
      if (at < from) out.push({ keeper: this.store, from: at, to: from });
      out.push({ keeper: privacy, from: from + offsetOf(slot), to: to + offsetOf(slot) });
      at = to;
    }
    if (at < end) out.push({ keeper: this.store, from: at, to: end });
    return out;
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

/** What turns a gfn of a slot into a page index of its file. */
function offsetOf(slot: Memslot): number {
  return slot.gmemOffset - slot.baseGfn;
}

export const inPlace: ConversionDesign = {
  name: 'in-place',
  title: 'In-place conversion in guest_memfd (as of v7, May 2026)',
  mail: IN_PLACE_V7,
  create: vm => new InPlace(vm),
};
