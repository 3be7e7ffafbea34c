import type { EptType, MemoryType } from '../arch/memoryType.ts';
import type { Source } from '../evidence/published.ts';

/** What KVM knows when it builds an EPT leaf (vmx_get_mt_mask, arch/x86/kvm/vmx/vmx.c). */
export interface MemoryTypeQuestion {
  /** The frame is no RAM of the host, or RAM that the host's own PAT has uncached (kvm_is_mmio_pfn). */
  readonly isMmio: boolean;
  /** A device with DMA that does not snoop is assigned to the VM. */
  readonly noncoherentDma: boolean;
  /** CR0.CD as the guest has set it; hardware never sees it set. */
  readonly cacheDisabled: boolean;
  /** KVM_X86_QUIRK_CD_NW_CLEARED is on: CR0.CD is not obeyed. */
  readonly cdQuirk: boolean;
  /** What the guest's MTRRs say of the page. */
  readonly guestMtrr: EptType['type'];
  /** The CPU keeps its caches coherent under mixed types. */
  readonly selfSnoop: boolean;
  /** KVM_X86_QUIRK_IGNORE_GUEST_PAT is on, where KVM has it. */
  readonly patQuirk: boolean;
  /** The VMM has marked the page's slot, by whatever mark the design knows. */
  readonly slotMarked: boolean;
  /** Dirty logging is on in the slot. */
  readonly dirtyLogging: boolean;
  /** The type of the VMM's own mapping of the page. */
  readonly hostMapping: MemoryType;
}

/** The axis of the fourth debate: who chooses the memory type of a guest's RAM on Intel. */
export interface MemoryTypeDesign {
  readonly name: string;
  readonly title: string;
  /** Where it was proposed. */
  readonly mail: Source;
  /** The leaf for a page. */
  leaf(question: MemoryTypeQuestion): EptType;
  /** Work at each fault beyond a look at the slot: a walk of the host's page table. */
  readonly walksHost?: boolean;
  /** The guest is told to map write-back and to flush by hand, whatever the leaf. */
  readonly guestFlushes?: boolean;
}
