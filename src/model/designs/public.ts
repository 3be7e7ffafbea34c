/**
 * Proposals as objects, to run or to begin your own from.
 *
 * @module designs
 */
export { TableConversion } from './conversion/attributesIoctl.ts';
export { conversionDesigns } from './conversion/index.ts';
export { memoryTypeReleases } from './memoryType/releases.ts';
export { giveBack } from './reclaim/flushEveryEvent.ts';
export { reclaimDesigns } from './reclaim/index.ts';
