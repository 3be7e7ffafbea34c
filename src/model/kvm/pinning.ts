/**
 * The axis of the third debate: when a page of an encrypted guest is pinned to its frame, and what lets it go.
 *
 * A pin is the host's (`frames.pin`): a frame that has one is not migrated, merged or collapsed. These hooks say when
 * the MMU and the slots call a design; what it remembers, and where, is its own.
 */
import type { Actor } from '../engine/step.ts';
import type { Source } from '../evidence/published.ts';
import type { Memslot } from './memslots.ts';
import type { Vm } from './vm.ts';
import type { ZapReason } from './zap.ts';

/** What becomes of an SPTE that is to be zapped. */
export type Fate =
  /** It goes, and its PINNED bit with it. */
  | 'drop'
  /** It stops mapping, but stays behind as a non-present entry with its frame and its PINNED bit. */
  | 'keep-pinned'
  /** It stays as it is: the guest goes on using the frame. */
  | 'keep';

export interface PinningDesign {
  readonly name: string;
  readonly title: string;
  /** Where it was proposed. */
  readonly mail: Source;
  /**
   * Where the memory must be that it keeps in place: `mapped` by the VMM, or in a `guest_memfd`. Either will do unless
   * given.
   */
  readonly memory?: 'mapped' | 'guest_memfd';
  /** It does something about encryption, and makes no sense without. */
  readonly forEncrypted?: boolean;
  /** Its state for one VM. */
  create(vm: Vm): Pinning;
}

/** A pinning design at work in one VM. All numbers are 4 KiB frame numbers. */
export interface Pinning {
  /**
   * Host memory becomes guest memory: a slot is about to be published (where a VMM registers its encrypted region).
   *
   * @returns 0, or a negated errno, and then there is no slot.
   */
  slotCreated?(slot: Memslot): Actor<number>;
  /** A slot has been deleted, and nobody reads it any more. */
  slotDeleted?(slot: Memslot): Actor;
  /**
   * A fault has found the frame and holds no lock: memory that the pin needs is allocated here.
   *
   * @returns 0, or a negated errno that ends the fault.
   */
  beforeInstall?(gfn: number, pfn: number): number;
  /**
   * A leaf is about to be installed, under mmu_lock.
   *
   * @param kept frame that a pinned entry of the same size names already, be it present or left behind by `keep-pinned`;
   *   or NO_PFN. What a larger or smaller entry in the way holds is its own.
   * @returns whether the entry gets the PINNED bit.
   */
  installing?(gfn: number, pfn: number, kept: number): boolean;
  /** A present leaf is about to be zapped, under mmu_lock held for writing. */
  zapping?(gfn: number, pfn: number, pinned: boolean, reason: ZapReason): Fate;
  /** An entry left behind by `keep-pinned` is about to go for good, under mmu_lock held for writing. */
  dropping?(gfn: number, pfn: number, reason: ZapReason): Fate;
  /** Pages that the firmware encrypts before the guest runs are mapped, and pinned, as a fault would. */
  readonly mapsLaunched?: boolean;
  /** It is told of pages that the guest gives up, by a zap for that reason. */
  readonly heedsBalloon?: boolean;
  /** Page tables with pinned entries are never taken away for want of table pages. */
  readonly keepsTables?: boolean;
  /**
   * The host has copied a page of the VMM to another frame. Nobody can reach either until it has returned: the page's
   * entries wait for it.
   */
  moved?(from: number, to: number): void;
  /** The address space goes, while somebody may still hold the VM. */
  mmReleased?(): Actor;
  /** The last reference to the VM is gone. */
  vmDestroyed?(): Actor;
  /** Bytes spent on remembering what is pinned, beside the SPTEs. */
  metadataBytes(): number;
}
