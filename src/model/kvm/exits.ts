/** Why a vCPU comes back to userspace. */

/** KVM_EXIT_MMIO, KVM_EXIT_DIRTY_RING_FULL and KVM_EXIT_MEMORY_FAULT (include/uapi/linux/kvm.h). */
export const EXIT_MMIO = 6;
export const EXIT_DIRTY_RING_FULL = 31;
export const EXIT_MEMORY_FAULT = 39;

/** Why a vCPU left KVM_RUN. */
export type Exit =
  | { readonly reason: typeof EXIT_DIRTY_RING_FULL }
  | { readonly reason: typeof EXIT_MMIO; readonly gfn: number; readonly write: boolean }
  | {
      readonly reason: typeof EXIT_MEMORY_FAULT;
      readonly gfn: number;
      readonly isPrivate: boolean;
      /** The page has to come from userspace first (KVM_MEMORY_EXIT_FLAG_USERFAULT). */
      readonly userfault?: boolean;
    };
