import type { Actor } from '../../engine/step.ts';
import { CHRISTOPHERSON_ATTRIBUTES } from '../../evidence/sources.ts';
import { AttributeStore, type Polarity, type Tracking } from '../../kvm/attributes/store.ts';
import type { Conversion, ConversionDesign } from '../../kvm/conversion.ts';
import { setAttributes } from '../../kvm/setAttributes.ts';
import type { Vm } from '../../kvm/vm.ts';

/** Guest frames a store keeps track of: enough for any gfn of a 52-bit physical address. */
export const ALL_GFNS = 2 ** 40;

/** A table in KVM, of any make, that an ioctl changes; memslots and file contents play no part in it. */
export class TableConversion implements Conversion {
  readonly privateInFile = true;
  readonly sharedInFile = false;
  readonly privateDiscard = 'separate';
  readonly sharedDiscard = 'separate';
  readonly inKernel = false;
  readonly store: AttributeStore;
  protected readonly vm: Vm;

  constructor(vm: Vm, tracking: Tracking, polarity: Polarity) {
    this.vm = vm;
    this.store = new AttributeStore(tracking, polarity, ALL_GFNS, vm.engine.access);
  }

  isPrivate(gfn: number): boolean {
    return this.store.isPrivate(gfn);
  }

  isUniform(start: number, end: number): boolean {
    return this.store.isAll(start, end, this.store.isPrivate(start));
  }

  convert(start: number, end: number, toPrivate: boolean): Actor<number> {
    return setAttributes(this.vm, this.store, start, end, toPrivate, this.vm.costs.attributeEntry);
  }

  metadataBytes(): number {
    return this.store.bytes();
  }
}

/**
 * KVM_SET_MEMORY_ATTRIBUTES as merged in Linux 6.8: an XArray in KVM with an entry for every private page. The ioctl
 * changes the table and zaps; what happens to the page left behind is the VMM's choice.
 */
export const attributesIoctl: ConversionDesign = {
  name: 'attributes-ioctl',
  title: 'KVM_SET_MEMORY_ATTRIBUTES, as merged in 6.8',
  mail: CHRISTOPHERSON_ATTRIBUTES,
  create: vm => new TableConversion(vm, 'xarray', 'private'),
};
