import type { Actor } from '../../engine/step.ts';
import { LUTOMIRSKI_TABLE } from '../../evidence/sources.ts';
import { RunSet } from '../../kvm/attributes/runSet.ts';
import type { Conversion, ConversionDesign } from '../../kvm/conversion.ts';
import type { Memslot } from '../../kvm/memslots.ts';
import { setAttributes } from '../../kvm/setAttributes.ts';
import type { Vm } from '../../kvm/vm.ts';

/**
 * A bitmap that belongs to the memslot. It is gone when the slot goes: whoever deletes and re-creates a slot, or
 * moves it, finds all of it shared again.
 */
class SlotTable implements Conversion {
  readonly privateInFile = true;
  readonly sharedInFile = false;
  readonly privateDiscard = 'separate';
  readonly sharedDiscard = 'separate';
  readonly inKernel = false;
  private readonly vm: Vm;
  private readonly tables = new Map<number, RunSet>();

  constructor(vm: Vm) {
    this.vm = vm;
  }

  isPrivate(gfn: number): boolean {
    const slot = this.vm.memslots.set.find(gfn);
    return slot !== undefined && (this.tables.get(slot.id)?.has(gfn) ?? false);
  }

  isAll(start: number, end: number, isPrivate: boolean): boolean {
    return this.parts(start, end).every(
      ([table, from, to]) => table.has(from) === isPrivate && table.isUniform(from, to),
    );
  }

  set(start: number, end: number, isPrivate: boolean): void {
    for (const [table, from, to] of this.parts(start, end)) table.set(from, to, isPrivate);
  }

  convert(start: number, end: number, toPrivate: boolean): Actor<number> {
    return setAttributes(this.vm, this, start, end, toPrivate, 0);
  }

  metadataBytes(): number {
    let bytes = 0;
    for (const slot of this.vm.memslots.set.slots) bytes += Math.ceil(slot.pages / 64) * 8;
    return bytes;
  }

  slotChanged(before: Memslot | undefined, after: Memslot | undefined): void {
    if (before !== undefined) this.tables.delete(before.id);
    if (after !== undefined) this.tables.set(after.id, new RunSet());
  }

  private parts(start: number, end: number): [RunSet, number, number][] {
    const out: [RunSet, number, number][] = [];
    for (const slot of this.vm.memslots.set.slots) {
      const table = this.tables.get(slot.id);
      const from = Math.max(start, slot.baseGfn);
      const to = Math.min(end, slot.baseGfn + slot.pages);
      if (table !== undefined && from < to) out.push([table, from, to]);
    }
    return out;
  }
}

export const slotTable: ConversionDesign = {
  name: 'slot-table',
  title: 'A table in the memslot (May 2022)',
  mail: LUTOMIRSKI_TABLE,
  create: vm => new SlotTable(vm),
};
