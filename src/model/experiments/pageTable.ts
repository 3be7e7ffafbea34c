/** Walks of the second stage as entries of a page-table view. */
import { SPTE_MMU_PRESENT, type SpteFormat, sptePfn } from '../kvm/spte.ts';
import { spelledOut } from '../kvm/spteBits.ts';
import type { PageKind, PageTableEntry } from './view.ts';

/** Where a walk ended and what stands there. */
export interface Walked {
  readonly gfn: number;
  /** Level of the table it ended in. */
  readonly level: number;
  /** The entry: bits 31:0 and 63:32; both 0 where it is empty. */
  readonly low: number;
  readonly high: number;
}

/**
 * The end of a walk in words.
 *
 * @param root name of the root the walk began at.
 * @param kind of the memory, should the entry map any.
 */
export function walkedEntry(
  format: SpteFormat,
  { gfn, level, low, high }: Walked,
  root: string,
  kind: PageKind,
): PageTableEntry {
  const isPinned = (high & format.pinnedHigh) !== 0;
  const present = (low & SPTE_MMU_PRESENT) !== 0;
  return {
    root,
    gfn,
    level,
    kind: isPinned ? 'pinned' : present ? kind : 'unmapped',
    pfn: present || isPinned ? sptePfn(low, high) : null,
    bits: spelledOut(format, low, high),
  };
}
