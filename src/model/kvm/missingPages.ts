/**
 * The axis of the fifth debate: in post-copy, who learns that a guest page has not arrived, and what lets the access go
 * on. A design lays out the guest's memory, traps what it can, and answers for what it has trapped.
 */
import type { Actor } from '../engine/step.ts';
import type { Source } from '../evidence/published.ts';
import type { Exit } from './exits.ts';
import type { Vm } from './vm.ts';

/** What a guest's memory is made of at the destination. */
export type GuestMemory =
  /** An ordinary guest: a shared memory file that the VMM maps. */
  | 'mapped'
  /** An ordinary guest: a guest_memfd that the VMM maps, and whose pages KVM takes from the file. */
  | 'gmem'
  /** A confidential guest: private pages in a guest_memfd that nobody maps, shared ones in a file that the VMM maps. */
  | 'private';

/** Who tells userspace that a page is missing. */
export type Teller = 'exit' | 'userfaultfd' | 'async fault';

/** The destination of a migration: a VM without memory, and the wire that its pages come by. */
export interface Destination {
  readonly vm: Vm;
  readonly memory: GuestMemory;
  /** Guest pages, from gfn 0 on. */
  readonly pages: number;
  /** Whether the guest had the page private at the source; never where its memory is not `private`. */
  wasPrivate(gfn: number): boolean;
  /** Brings the contents of a page: its token. A page that the source has not is 0. */
  fetch(gfn: number, isPrivate: boolean): Actor<number>;
  /** Userspace has learned of a missing page. */
  learned(by: Teller): void;
}

export interface MissingPageDesign {
  readonly name: string;
  readonly title: string;
  /** Where it was proposed. */
  readonly mail: Source;
  /** Its state for one VM. */
  create(destination: Destination): MissingPages;
}

/** A design at work in one VM. */
export interface MissingPages {
  /** Host virtual page of gfn 0; only valid once `begin` has returned 0. */
  readonly hva: number;
  /**
   * Makes the guest's memory and traps what has not arrived. Nobody has touched anything yet.
   *
   * @returns 0, or the negated errno of what the kernel refused.
   */
  begin(): Actor<number>;
  /**
   * A vCPU has left KVM_RUN with KVM_EXIT_MEMORY_FAULT.
   *
   * @returns whether it may run again; false where the design knows nothing of such an exit.
   */
  resolve(exit: Exit): Actor<boolean>;
  /** Bytes that remembering what is missing takes in the kernel or in the VMM. */
  metadataBytes(): number;
}
