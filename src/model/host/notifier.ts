import type { Actor } from '../engine/step.ts';

/**
 * Why the host changes its page tables, as include/linux/mmu_notifier.h names it. NUMA balancing is a change of
 * protection there; page migration and KSM report CLEAR, which is why filtering by event cannot tell them apart
 * (Kalra, 22 Aug 2023).
 */
export type NotifierEvent =
  | 'unmap'
  | 'clear'
  | 'protection-vma'
  | 'protection-page'
  | 'soft-dirty'
  | 'release'
  | 'migrate'
  | 'exclusive';

/** A change of host mappings that is about to happen: host virtual pages [start, end). */
export interface HostRange {
  readonly start: number;
  readonly end: number;
  readonly event: NotifierEvent;
  /** False where the caller must not sleep (the OOM reaper). */
  readonly mayBlock: boolean;
}

/** Somebody with mappings of his own derived from the host's: KVM's second stage (mm/mmu_notifier.c). */
export interface MmuNotifier {
  /** Called before host mappings change; when it returns, nothing derived from them may be used any more. */
  invalidateStart(range: HostRange): Actor;
  /** Called after host mappings have changed. */
  invalidateEnd(range: HostRange): Actor;
  /** Called when the address space goes: everything derived from it goes too. */
  release(): Actor;
}
