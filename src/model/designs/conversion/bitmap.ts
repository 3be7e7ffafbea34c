import { LUTOMIRSKI_TABLE } from '../../evidence/sources.ts';
import type { ConversionDesign } from '../../kvm/conversion.ts';
import { TableConversion } from './attributesIoctl.ts';

/** A bitmap of the guest's memory, one bit a page: the simpler table that was offered beside the XArray. */
export const bitmap: ConversionDesign = {
  name: 'bitmap',
  title: 'A bitmap in KVM (May 2022)',
  mail: LUTOMIRSKI_TABLE,
  create: vm => new TableConversion(vm, 'bitmap', 'private'),
};
