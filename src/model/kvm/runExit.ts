/** Why KVM_RUN returned: what struct kvm_run holds then (include/uapi/linux/kvm.h). Addresses and lengths in bytes. */
export type RunExit =
  /** Nothing was set. */
  | { readonly reason: 'UNKNOWN' }
  /** A signal waits for the thread. */
  | { readonly reason: 'INTR' }
  | {
      readonly reason: 'MMIO';
      readonly addr: number;
      readonly len: number;
      readonly isWrite: boolean;
      /** What is written; null for a read. */
      readonly data: Uint8Array | null;
    }
  | { readonly reason: 'MEMORY_FAULT'; readonly flags: number; readonly gpa: number; readonly size: number }
  | { readonly reason: 'INTERNAL_ERROR' }
  /** The vCPU's dirty ring has no room for what it may still write. */
  | { readonly reason: 'DIRTY_RING_FULL' }
  /** Hardware would not enter the guest. */
  | { readonly reason: 'FAIL_ENTRY' }
  | { readonly reason: 'SHUTDOWN' };

/** KVM_MEMORY_EXIT_FLAG_PRIVATE. */
export const MEMORY_EXIT_PRIVATE = 1 << 3;
/** KVM_MEMORY_EXIT_FLAG_USERFAULT, as posted and not merged. */
export const MEMORY_EXIT_USERFAULT = 1 << 4;

/** What one KVM_RUN came to. */
export interface RunResult {
  /** 0, or a negated errno. */
  readonly errno: number;
  /** Set unless the guest's access was done and the guest reported so. */
  readonly exit: RunExit | null;
  /** Host virtual page whose broken memory the thread was told of by SIGBUS, or -1. */
  readonly poisonedPage: number;
}

/** The access was done. */
export const RUN_DONE: RunResult = { errno: 0, exit: null, poisonedPage: -1 };
