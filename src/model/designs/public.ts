/**
 * Proposals as objects, to run or to begin your own from.
 *
 * @module designs
 */

export { giveBack } from '../kvm/rmpUpdate.ts';
export { TableConversion } from './conversion/attributesIoctl.ts';
export { conversionDesigns } from './conversion/index.ts';
export { memoryTypeReleases } from './memoryType/releases.ts';
export { ArrivingMemory, missedPage, type UffdMode } from './missingPages/arriving.ts';
export { missingPageDesigns } from './missingPages/index.ts';
export { reclaimDesigns } from './reclaim/index.ts';
