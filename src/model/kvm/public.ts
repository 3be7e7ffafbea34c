/**
 * KVM: slots, guest_memfd, the interfaces on which designs differ.
 *
 * @module kvm
 */

export type { AttributeStore, Polarity, Tracking } from './attributes/store.ts';
export type { FlushKind } from './cacheFlush.ts';
export { flushCaches, flushPages } from './cacheFlush.ts';
export type { Conversion, ConversionDesign } from './conversion.ts';
export { GuestMemfd } from './guestMemfd.ts';
export type { MemoryTypeDesign, MemoryTypeQuestion } from './memoryType.ts';
export type { Memslot } from './memslots.ts';
export { MEM_USERFAULT } from './memslots.ts';
export { createSlot, deleteSlot } from './memslotUpdate.ts';
export type {
  Destination,
  GuestMemory,
  MissingPageDesign,
  MissingPages,
  Teller,
} from './missingPages.ts';
export type { Fate, Pinning, PinningDesign } from './pinning.ts';
export type { ReclaimDesign, ReclaimEvent } from './reclaim.ts';
export { UserfaultBitmap, type Userfaults } from './userfault.ts';
export type { Vm, VmDesigns } from './vm.ts';
export type { ZapReason } from './zap.ts';
