import type { ConversionDesign } from '../../kvm/conversion.ts';
import { attributesIoctl } from './attributesIoctl.ts';
import { bitmap } from './bitmap.ts';
import { explicitSlots } from './explicitSlots.ts';
import { fileAllocation } from './fileAllocation.ts';
import { inPlace } from './inPlace.ts';
import { pendingConversions } from './pendingConversions.ts';
import { rmpInPlace } from './rmpInPlace.ts';
import { sharedRanges } from './sharedRanges.ts';
import { slotTable } from './slotTable.ts';

/** Every proposal for who keeps private and shared, in the order in which they were made. */
export const conversionDesigns: readonly ConversionDesign[] = [
  rmpInPlace,
  explicitSlots,
  fileAllocation,
  slotTable,
  bitmap,
  sharedRanges,
  pendingConversions,
  attributesIoctl,
  inPlace,
];
