/**
 * What KVM_SET_USER_MEMORY_REGION asks for, given the slots that there are, and what is wrong about it
 * (kvm_set_memory_region, virt/kvm/kvm_main.c; kvm_arch_prepare_memory_region).
 */
import { EFAULT, EINVAL } from '../host/errno.ts';
import { DirtyBitmap } from './dirtyBitmap.ts';
import type { GuestMemfd } from './guestMemfd.ts';
import {
  MEM_GUEST_MEMFD,
  MEM_LOG_DIRTY_PAGES,
  MEM_READONLY,
  MEM_USERFAULT,
  MEMSLOT_EXIT_ON_MISSING,
  MEMSLOT_GMEM_ONLY,
  type Memslot,
} from './memslots.ts';
import type { Userfaults } from './userfault.ts';
import type { Vm } from './vm.ts';

/** A slot as it is to be. Numbers are in pages. */
export interface RegionRequest {
  readonly asId: number;
  readonly id: number;
  readonly flags: number;
  readonly baseGfn: number;
  /** Length; 0 deletes the slot. */
  readonly pages: number;
  readonly hva: number;
  /** What the guest_memfd descriptor stands for; asked only when everything before it is in order. */
  readonly gmem: () => GuestMemfd | 'closed' | 'other';
  readonly gmemOffset: number;
  /** What tells which pages userspace brings, where the flags have MEM_USERFAULT. */
  readonly userfault?: Userfaults | null;
}

/** What a request comes to (enum kvm_mr_change). */
export type SlotChange = 'create' | 'delete' | 'move' | 'flags';

/** Bits of a guest's address on arm64, where userspace has asked for no other number. */
const ARM_IPA_BITS = 40;

/** Guest frames that KVM's tables reach: 52 bits of address where it keeps them itself, those of the host elsewhere. */
export function maxGfn(vm: Vm): number {
  if (vm.profile.arch === 'arm64') return 2 ** (ARM_IPA_BITS - 12) - 1;
  return 2 ** ((vm.profile.mmu === 'shadow' ? 52 : 48) - 12) - 1;
}

/**
 * What the architecture has against a new slot: 0 or a negated errno (kvm_arch_prepare_memory_region). On arm64 a
 * guest_memfd must be one that can be mapped, for no VM there has memory that is only private.
 */
export function prepareRegion(vm: Vm, slot: Memslot): number {
  const isArm = vm.profile.arch === 'arm64';
  if (slot.baseGfn + slot.pages - 1 > maxGfn(vm)) return isArm ? -EFAULT : -EINVAL;
  if (isArm && slot.gmem !== null && !(slot.flags & MEMSLOT_GMEM_ONLY)) return -EINVAL;
  return 0;
}

/** What the request asks for, given the slot that has the id now; 0 where nothing is to be done, or -EINVAL. */
export function classify(
  old: Memslot | undefined,
  request: RegionRequest,
): SlotChange | 0 | typeof NOT_VALID {
  const { flags, baseGfn, pages, hva } = request;
  if (pages === 0) return old === undefined ? NOT_VALID : 'delete';
  if (old === undefined) return 'create';
  const before = old.flags & ~(MEMSLOT_GMEM_ONLY | MEMSLOT_EXIT_ON_MISSING);
  // A slot with a file can only be deleted, and given or relieved of the userfault flag.
  if (flags & MEM_GUEST_MEMFD && (baseGfn !== old.baseGfn || (flags ^ before) !== MEM_USERFAULT))
    return NOT_VALID;
  if (hva !== old.hva || pages !== old.pages) return NOT_VALID;
  if ((flags ^ before) & (MEM_READONLY | MEM_GUEST_MEMFD)) return NOT_VALID;
  if (baseGfn !== old.baseGfn) return 'move';
  return flags !== before ? 'flags' : 0;
}

const NOT_VALID = -EINVAL;

export function newSlot(vm: Vm, old: Memslot | undefined, request: RegionRequest): Memslot {
  const { asId, id, flags, baseGfn, pages, hva } = request;
  let dirty: DirtyBitmap | null = null;
  if (flags & MEM_LOG_DIRTY_PAGES) {
    dirty = old?.dirty ?? new DirtyBitmap(pages, vm.memslots.manualProtect === 3, vm.engine.access);
  }
  const userfault = flags & MEM_USERFAULT ? (request.userfault ?? null) : null;
  return {
    asId,
    id,
    flags,
    baseGfn,
    pages,
    hva,
    gmem: null,
    gmemOffset: request.gmemOffset,
    dirty,
    userfault,
  };
}

/** Largest page of a file: offsets are signed 64-bit numbers of bytes. */
const LAST_PAGE = 2 ** 51;

/**
 * Whether the slot reaches beyond the end of its file. The kernel adds offset and length as signed numbers: an offset
 * that is negative as one is refused, and in releases that do not look for it, a sum that overflows passes.
 */
export function gmemEnds(vm: Vm, gmem: GuestMemfd, slot: Memslot): boolean {
  if (slot.gmemOffset >= LAST_PAGE) return true;
  const end = slot.gmemOffset + slot.pages;
  if (vm.profile.bugCompatible && end >= LAST_PAGE) return false;
  return end > gmem.pages;
}
