import type { Actor } from '../engine/step.ts';
import type { Source } from '../evidence/published.ts';
import type { HostRange } from '../host/notifier.ts';
import type { Memslot } from './memslots.ts';
import type { Vm } from './vm.ts';

/** What took guest memory away. */
export interface ReclaimEvent {
  /** The host's change; null where a memslot was deleted or moved. */
  readonly range: HostRange | null;
  /** SPTEs that it removed. */
  readonly zapped: number;
}

/**
 * The axis of the second debate: what KVM does about caches when host memory that may hold a guest's encrypted
 * data is taken away.
 */
export interface ReclaimDesign {
  readonly name: string;
  readonly title: string;
  /** Where it was proposed. */
  readonly mail: Source;
  /** After a notifier event or a slot update that hit guest memory, outside mmu_lock (the hook of the same name). */
  guestMemoryReclaimed(vm: Vm, event: ReclaimEvent): Actor;
  /**
   * Before guest_memfd gives frames back to the host (kvm_gmem_free_folio).
   *
   * @param zapped SPTEs that the invalidation before it removed.
   */
  gmemFreed(vm: Vm, pfns: readonly number[], zapped: number): Actor;
  /**
   * Whether a notifier event is passed over although it hits a slot: nothing is zapped and nothing flushed. Right only
   * where no SPTE can have come from a host mapping of the slot.
   */
  ignores?(vm: Vm, slot: Memslot, range: HostRange): boolean;
  /** Which mappings a notifier event is about: FILTER_SHARED unless given. */
  notifierFilter?(vm: Vm, range: HostRange): number;
  /**
   * Where a VM has one root for both kinds, whether an event of `filter` leaves this leaf alone, asked under mmu_lock
   * for every leaf it hits; all of them go where it is not given.
   */
  spares?(vm: Vm, gfn: number, pfn: number, filter: number): boolean;
  /** Time in ns to ask `spares` about one leaf. */
  readonly sparesNs?: number;
}
