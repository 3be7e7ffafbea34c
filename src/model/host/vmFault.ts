import type { Task } from './task.ts';

/** What became of a fault (vm_fault_t, include/linux/mm_types.h). */
export const FAULT_DONE = 0;
/** Start over; the fault slept, and mmap_lock is not held any more. */
export const FAULT_RETRY = 1;
export const FAULT_SIGBUS = 2;
export const FAULT_HWPOISON = 3;
export const FAULT_OOM = 4;
/** Start over at once; mmap_lock is still held. */
export const FAULT_AGAIN = 5;

export type FaultResult =
  | typeof FAULT_DONE
  | typeof FAULT_RETRY
  | typeof FAULT_SIGBUS
  | typeof FAULT_HWPOISON
  | typeof FAULT_OOM
  | typeof FAULT_AGAIN;

/** How a page is asked for (FAULT_FLAG_*). */
export interface FaultMode {
  readonly write: boolean;
  /** The access is one of user mode. */
  readonly user: boolean;
  /** Do not sleep: RETRY instead, with mmap_lock held. */
  readonly nowait: boolean;
  /** A handled signal ends the sleep, and the caller looks for one. */
  readonly interruptible: boolean;
  /**
   * A handled signal ends the sleep but not the access, which starts over at once: the kernel's own copy to or from
   * user memory, which has no way to tell of a signal.
   */
  readonly restarts?: boolean;
  /** Byte in the page that is accessed. */
  readonly offset: number;
  /** Whose fault it is, or null for a workload's thread that gets no signals. */
  readonly task: Task | null;
}

/** A mode as the kernel's own accesses and get_user_pages use it. */
export function kernelFault(write: boolean, task: Task | null, interruptible = false): FaultMode {
  return { write, user: false, nowait: false, interruptible, offset: 0, task };
}

/** A mode for the kernel's copies to and from user memory. */
export function copyFault(write: boolean, task: Task | null, offset: number): FaultMode {
  return { write, user: false, nowait: false, interruptible: false, restarts: true, offset, task };
}

/** A mode for an access of user mode. */
export function userFault(write: boolean, task: Task | null, offset = 0): FaultMode {
  return { write, user: true, nowait: false, interruptible: true, offset, task };
}
