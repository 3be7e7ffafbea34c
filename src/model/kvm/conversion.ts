import type { Actor } from '../engine/step.ts';
import type { Source } from '../evidence/published.ts';
import type { Memslot } from './memslots.ts';
import type { Vm } from './vm.ts';

/**
 * The axis of the first debate: who records that a guest frame is private, and what the VMM calls to change it.
 */
export interface ConversionDesign {
  readonly name: string;
  readonly title: string;
  /** Where it was proposed. */
  readonly mail: Source;
  /** Its state for one VM. */
  create(vm: Vm): Conversion;
}

/** A conversion design at work in one VM. */
export interface Conversion {
  /** Private pages live in a guest_memfd of their own; else private and shared are states of one frame. */
  readonly privateInFile: boolean;
  /** Shared pages live in the guest_memfd too, at the same offset: converting changes a page's state in place. */
  readonly sharedInFile: boolean;
  /** The VMM may throw away the private page after a conversion to shared; else converting does it, or cannot. */
  readonly privateDiscard: 'separate' | 'by-converting' | 'none';
  /** The VMM may throw away the shared page after a conversion to private. */
  readonly sharedDiscard: 'separate' | 'none';
  /** True where the guest's request is carried out inside KVM, without the VMM. */
  readonly inKernel: boolean;
  /** The file itself keeps which of its pages are private, and an ioctl on the file changes that. */
  readonly stateInFile?: boolean;
  /** Whether a gfn is private now: what the fault path asks. */
  isPrivate(gfn: number): boolean;
  /** Whether gfns [start, end) are all private or all shared; asked one by one where it is not given. */
  isUniform?(start: number, end: number): boolean;
  /**
   * Carries out a conversion of gfns [start, end), called by the VMM (or by KVM, where `inKernel`).
   *
   * @returns 0, or a negated errno with nothing changed.
   */
  convert(start: number, end: number, toPrivate: boolean): Actor<number>;
  /** Bytes the kernel spends on remembering which frames are private. */
  metadataBytes(): number;
  /** A slot came or went. */
  slotChanged?(before: Memslot | undefined, after: Memslot | undefined): void;
}
