import type { Actor } from '../../engine/step.ts';
import { CHRISTOPHERSON_RFC } from '../../evidence/sources.ts';
import { RunSet } from '../../kvm/attributes/runSet.ts';
import type { Conversion, ConversionDesign } from '../../kvm/conversion.ts';
import type { Memslot } from '../../kvm/memslots.ts';
import { createSlot, deleteSlot } from '../../kvm/memslotUpdate.ts';
import type { Vm } from '../../kvm/vm.ts';

/**
 * Shared and private memory in slots of their own: a conversion takes the slots that overlap it apart and puts new
 * ones in their place. Each step is a memslot update, with its grace periods and its zapping.
 */
class ExplicitSlots implements Conversion {
  readonly privateInFile = true;
  readonly sharedInFile = false;
  readonly privateDiscard = 'separate';
  readonly sharedDiscard = 'separate';
  readonly inKernel = false;
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
    if (this.privateGfns.has(start) === toPrivate && this.privateGfns.isUniform(start, end)) return 0;
    const touched = vm.memslots.set.slots.filter(
      slot => slot.baseGfn <= end && slot.baseGfn + slot.pages >= start,
    );
    if (touched.length === 0) return 0;
    const first = Math.min(...touched.map(slot => slot.baseGfn));
    const last = Math.max(...touched.map(slot => slot.baseGfn + slot.pages));
    const model = touched[0];
    for (const slot of touched) yield* deleteSlot(vm, slot.id);
    this.privateGfns.set(start, end, toPrivate);
    let gfn = first;
    while (gfn < last) {
      const pages = this.uniformPages(gfn, last);
      yield* createSlot(vm, this.piece(model, gfn, pages));
      gfn += pages;
    }
    return 0;
  }

  metadataBytes(): number {
    return this.vm.memslots.set.slots.length * MEMSLOT_BYTES;
  }

  private uniformPages(gfn: number, limit: number): number {
    let low = 1;
    let high = limit - gfn;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.privateGfns.isUniform(gfn, gfn + middle)) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private piece(model: Memslot, gfn: number, pages: number): Memslot {
    const ids = new Set(this.vm.memslots.set.slots.map(slot => slot.id));
    let id = 0;
    while (ids.has(id)) id++;
    return {
      ...model,
      id,
      baseGfn: gfn,
      pages,
      hva: model.hva + gfn - model.baseGfn,
      gmemOffset: model.gmemOffset + gfn - model.baseGfn,
    };
  }
}

/** Bytes of struct kvm_memory_slot, rounded: two tree nodes a set, and its fields (include/linux/kvm_host.h). */
const MEMSLOT_BYTES = 256;

export const explicitSlots: ConversionDesign = {
  name: 'explicit-slots',
  title: 'Shared and private memslots, taken apart on conversion (August 2021)',
  mail: CHRISTOPHERSON_RFC,
  create: vm => new ExplicitSlots(vm),
};
