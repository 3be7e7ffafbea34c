import type { Actor } from '../engine/step.ts';
import type { Source } from '../evidence/published.ts';
import type { Vm } from './vm.ts';

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
  guestMemoryReclaimed(vm: Vm): Actor;
  /** Before guest_memfd gives frames back to the host (kvm_gmem_free_folio). */
  gmemFreed(vm: Vm, pfns: readonly number[]): Actor;
}
