/**
 * A VM's memslots: which guest frames are backed, and by which host addresses or file.
 *
 * Each address space has two sets. Readers see the active one; an update changes the other, swaps the two, waits until
 * nobody reads the old one, and brings that up to date too (virt/kvm/kvm_main.c).
 */
import type { Engine } from '../engine/engine.ts';
import type { Hashable, StateHash } from '../engine/hash.ts';
import { WaitQueue } from '../engine/waitQueue.ts';
import type { DirtyBitmap } from './dirtyBitmap.ts';
import type { GuestMemfd } from './guestMemfd.ts';
import type { Userfaults } from './userfault.ts';

/** KVM_MEM_LOG_DIRTY_PAGES, KVM_MEM_READONLY, KVM_MEM_GUEST_MEMFD. */
export const MEM_LOG_DIRTY_PAGES = 1 << 0;
export const MEM_READONLY = 1 << 1;
export const MEM_GUEST_MEMFD = 1 << 2;
/** KVM_MEM_USERFAULT, as posted and not merged: pages whose bit is set in the slot's bitmap go to userspace. */
export const MEM_USERFAULT = 1 << 3;
/** Internal: the slot is being deleted or moved, and faults on it must retry. */
export const MEMSLOT_INVALID = 1 << 16;
/** Internal: KVM takes shared pages from the slot's guest_memfd too, and never through the host's page tables. */
export const MEMSLOT_GMEM_ONLY = 1 << 17;
/**
 * A page that the host does not have mapped makes the vCPU leave instead of being faulted in: KVM_MEM_EXIT_ON_MISSING
 * as posted until February 2024 and not merged. Kept here, for no number was ever agreed on.
 */
export const MEMSLOT_EXIT_ON_MISSING = 1 << 18;

export interface Memslot {
  /** Slot id, without the address space. */
  readonly id: number;
  /** Address space; 0 unless given. */
  readonly asId?: number;
  /** First guest frame number. */
  readonly baseGfn: number;
  /** Length in 4 KiB pages. */
  readonly pages: number;
  readonly flags: number;
  /** Host virtual page of the first guest page. */
  readonly hva: number;
  /** The guest_memfd behind it, or null; it goes when the file does. */
  gmem: GuestMemfd | null;
  /** Page index in that file of the first guest page. */
  readonly gmemOffset: number;
  /** Pages written since somebody last looked, where that is logged in a bitmap. */
  dirty?: DirtyBitmap | null;
  /** What says which pages userspace must bring first, where the slot has MEM_USERFAULT. */
  readonly userfault?: Userfaults | null;
}

/** The slots of one address space, ordered by gfn and found by id. */
export class MemslotSet {
  private readonly ordered: Memslot[] = [];
  private readonly ids = new Map<number, Memslot>();

  /** The slots in the order of their gfns. */
  get slots(): readonly Memslot[] {
    return this.ordered;
  }

  /** The slot that covers `gfn`, or undefined. */
  find(gfn: number): Memslot | undefined {
    const slot = this.ordered[this.positionFrom(gfn)];
    return slot !== undefined && slot.baseGfn <= gfn ? slot : undefined;
  }

  /** The slot with an id, or undefined. */
  byId(id: number): Memslot | undefined {
    return this.ids.get(id);
  }

  /** Whether a slot other than `id` overlaps guest frames [start, end). */
  overlaps(start: number, end: number, id: number): boolean {
    for (let at = this.positionFrom(start); at < this.ordered.length; at++) {
      const slot = this.ordered[at];
      if (slot.baseGfn >= end) return false;
      if (slot.id !== id) return true;
    }
    return false;
  }

  /** Puts `after` in the place of `before`; either may be missing. */
  replace(before: Memslot | undefined, after: Memslot | undefined): void {
    const old = before === undefined ? undefined : this.ids.get(before.id);
    if (old !== undefined) {
      this.ordered.splice(this.positionFrom(old.baseGfn), 1);
      this.ids.delete(old.id);
    }
    if (after === undefined) return;
    this.ordered.splice(this.positionFrom(after.baseGfn), 0, after);
    this.ids.set(after.id, after);
  }

  /** The position of the first slot that ends after `gfn`. */
  private positionFrom(gfn: number): number {
    const slots = this.ordered;
    let low = 0;
    let high = slots.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (slots[middle].baseGfn + slots[middle].pages <= gfn) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The published sets, and what guards their swaps. */
export class Memslots implements Hashable {
  /** Number of updates so far; cached MMIO entries carry it. */
  generation = 0;
  /** What KVM_ENABLE_CAP(MANUAL_DIRTY_LOG_PROTECT2) chose: 0, 1 (manual), 3 (manual, initially all set). */
  manualProtect = 0;
  private invalidations = 0;
  /** Whoever waits for that to be none. */
  readonly swapWaiters: WaitQueue;
  private readonly engine: Engine;
  private readonly object: number;
  private readonly invalidationsObject: number;
  private readonly spaces: [active: MemslotSet, inactive: MemslotSet][] = [];

  /** @param addressSpaces number of address spaces: 2 where the guest has a system management mode. */
  constructor(engine: Engine, addressSpaces = 2) {
    this.engine = engine;
    this.object = engine.access.reserve(1, 'memslots');
    this.invalidationsObject = engine.access.reserve(1, 'mn_active_invalidate_count');
    this.swapWaiters = new WaitQueue(engine, 'mn_memslots_update_rcuwait');
    for (let id = 0; id < addressSpaces; id++) this.spaces.push([new MemslotSet(), new MemslotSet()]);
  }

  /** Announcements of host changes that have begun and not ended: no swap happens meanwhile. */
  get activeInvalidations(): number {
    this.engine.access.read(this.invalidationsObject);
    return this.invalidations;
  }

  set activeInvalidations(count: number) {
    this.engine.access.write(this.invalidationsObject);
    this.invalidations = count;
  }

  /** Number of address spaces. */
  get addressSpaces(): number {
    return this.spaces.length;
  }

  /** The set of address space 0 as it is published now. */
  get set(): MemslotSet {
    return this.active(0);
  }

  /** The published set of an address space. */
  active(asId: number): MemslotSet {
    this.engine.access.read(this.object);
    return this.spaces[asId][0];
  }

  /** The set of an address space that nobody reads. Called with slots_lock held. */
  inactive(asId: number): MemslotSet {
    return this.spaces[asId][1];
  }

  /** Publishes the inactive set of an address space. Called with slots_lock held. */
  swap(asId: number): void {
    this.engine.access.write(this.object);
    const space = this.spaces[asId];
    this.spaces[asId] = [space[1], space[0]];
  }

  /** Every slot of every address space, as published. */
  *all(): Iterable<Memslot> {
    this.engine.access.read(this.object);
    for (const [active] of this.spaces) yield* active.slots;
  }

  hashInto(hash: StateHash): void {
    hash.add(this.manualProtect);
    for (const [active] of this.spaces) {
      hash.add(active.slots.length);
      for (const slot of active.slots) {
        hash
          .add(slot.id)
          .add(slot.baseGfn)
          .add(slot.pages)
          .add(slot.flags)
          .add(slot.hva)
          .add(slot.gmemOffset);
        hash.add(slot.gmem === null ? 0 : 1);
        slot.dirty?.hashInto(hash);
      }
    }
  }
}
