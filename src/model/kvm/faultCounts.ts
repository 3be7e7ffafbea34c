/** What became of faults, as KVM counts it (kvm_mmu_do_page_fault, arch/x86/kvm/mmu/mmu_internal.h). */
export interface FaultCounts {
  /** Faults taken on behalf of the guest (pf_taken); mapping ahead of it is none. */
  faults: number;
  /** Faults that the lockless path fixed (pf_fast). */
  fast: number;
  /** Faults that installed an SPTE; with the lockless ones they are pf_fixed. */
  fixed: number;
  /** Faults that found nothing to do (pf_spurious). */
  spurious: number;
  /** Faults that ended in emulation (pf_emulate). */
  emulated: number;
  /** Entries made for gfns without a slot (pf_mmio_spte_created). */
  mmioSptes: number;
}

/** None of them yet. */
export function noFaults(): FaultCounts {
  return { faults: 0, fast: 0, fixed: 0, spurious: 0, emulated: 0, mmioSptes: 0 };
}

/** What counts for itself, and for the VM that it is part of. */
interface Counting {
  readonly stats: FaultCounts;
  readonly vm: { readonly stats: FaultCounts };
}

/** Counts an event of a vCPU, on it and on its VM. */
export function count({ stats: own, vm }: Counting, event: keyof FaultCounts): void {
  const all = vm.stats;
  // Fields by name: looking them up by a name that varies costs as much as the rest of a short fault.
  switch (event) {
    case 'faults':
      own.faults++;
      all.faults++;
      return;
    case 'fast':
      own.fast++;
      all.fast++;
      return;
    case 'fixed':
      own.fixed++;
      all.fixed++;
      return;
    case 'spurious':
      own.spurious++;
      all.spurious++;
      return;
    case 'emulated':
      own.emulated++;
      all.emulated++;
      return;
    case 'mmioSptes':
      own.mmioSptes++;
      all.mmioSptes++;
      return;
  }
}
