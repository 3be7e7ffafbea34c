import type { Actor } from '../../engine/step.ts';
import { CHRISTOPHERSON_TABLE } from '../../evidence/sources.ts';
import { RunSet } from '../../kvm/attributes/runSet.ts';
import type { ConversionDesign } from '../../kvm/conversion.ts';
import type { Vm } from '../../kvm/vm.ts';
import { FILTER_PRIVATE, FILTER_SHARED, zapGfns } from '../../kvm/zap.ts';
import { TableConversion } from './attributesIoctl.ts';

/**
 * For VMs that only software protects: the guest's hypercall marks the range as pending in KVM's table, where no
 * access gets through, and the VMM's ioctl confirms it. Between the two neither side can use the old state.
 */
export class PendingConversion extends TableConversion {
  private readonly pending = new RunSet();

  constructor(vm: Vm) {
    super(vm, 'xarray', 'private');
  }

  /** Marks gfns [start, end) as pending; called for the guest's hypercall, inside KVM. */
  *request(start: number, end: number): Actor {
    const { vm } = this;
    yield vm.mmuLock.write();
    vm.invalidation.begin();
    vm.invalidation.addRange(start, end);
    yield* zapGfns(vm, start, end, FILTER_SHARED | FILTER_PRIVATE);
    this.pending.set(start, end, true);
    yield vm.costs.attributeEntry * (end - start);
    vm.invalidation.finish();
    vm.mmuLock.writeUnlock();
  }

  /** True while a conversion of the frame waits for the VMM. */
  isPending(gfn: number): boolean {
    return this.pending.has(gfn);
  }

  override *convert(start: number, end: number, toPrivate: boolean): Actor<number> {
    yield* this.request(start, end);
    const result = yield* super.convert(start, end, toPrivate);
    this.pending.set(start, end, false);
    return result;
  }
}

export const pendingConversions: ConversionDesign = {
  name: 'pending',
  title: 'Pending conversions that the VMM confirms (May 2022)',
  mail: CHRISTOPHERSON_TABLE,
  create: vm => new PendingConversion(vm),
};
