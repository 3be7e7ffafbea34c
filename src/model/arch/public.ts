/**
 * What the processors decide: effective memory types.
 *
 * @module arch
 */
export { type EffectiveType, type EptType, effectiveUnderEpt, type MemoryType } from './memoryType.ts';
export type { ProfileOptions } from './profile.ts';
