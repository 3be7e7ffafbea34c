/** Why a vCPU comes back to userspace. */

/** KVM_EXIT_MMIO, _INTR, _DIRTY_RING_FULL and _MEMORY_FAULT (include/uapi/linux/kvm.h). */
export const EXIT_MMIO = 6;
export const EXIT_INTR = 10;
export const EXIT_DIRTY_RING_FULL = 31;
export const EXIT_MEMORY_FAULT = 39;

/** Why a vCPU left KVM_RUN. */
export type Exit =
  | { readonly reason: typeof EXIT_DIRTY_RING_FULL }
  | {
      readonly reason: typeof EXIT_INTR;
      /** Host virtual page whose broken memory the thread is told of by SIGBUS, or -1 where another signal came. */
      readonly poisonedPage: number;
    }
  | { readonly reason: typeof EXIT_MMIO; readonly gfn: number; readonly write: boolean }
  | {
      readonly reason: typeof EXIT_MEMORY_FAULT;
      readonly gfn: number;
      readonly isPrivate: boolean;
      /** The page has to come from userspace first (KVM_MEMORY_EXIT_FLAG_USERFAULT). */
      readonly userfault?: boolean;
    };

/** A signal came. */
export const INTERRUPTED: Exit = { reason: EXIT_INTR, poisonedPage: -1 };
