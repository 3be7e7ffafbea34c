import { CHRISTOPHERSON_TABLE } from '../../evidence/sources.ts';
import type { ConversionDesign } from '../../kvm/conversion.ts';
import { ALL_GFNS, TableConversion } from './attributesIoctl.ts';

/**
 * The ioctl as first proposed: KVM keeps the shared ranges in an XArray. For a guest that shares little, that is
 * little to keep.
 */
export const sharedRanges: ConversionDesign = {
  name: 'shared-ranges',
  title: 'An ioctl that adds and removes shared ranges (May 2022)',
  mail: CHRISTOPHERSON_TABLE,
  create: vm => {
    const conversion = new TableConversion(vm, 'multi-index', 'shared');
    // Shared is what a gfn is until somebody says otherwise; so the array starts out with one entry for everything.
    conversion.store.set(0, ALL_GFNS, false);
    return conversion;
  },
};
