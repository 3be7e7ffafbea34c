/**
 * What KVM counts, by the names under which it tells userspace (kvm_vm_stats_desc and kvm_vcpu_stats_desc,
 * arch/x86/kvm/x86.c; KVM_GET_STATS_FD). A vCPU's counts are added up over all of them.
 */
import type { Vm } from './vm.ts';

/** One number of KVM's. */
export interface Statistic {
  readonly name: string;
  readonly value: number;
  /** What it counts. */
  readonly what: string;
}

/** KVM's counts of a VM so far; those that the model has no event for are left out. */
export function statisticsOf(vm: Vm): readonly Statistic[] {
  const { stats, mmu, rmapMmu } = vm;
  const [, small, large, huge] = mmu.leaves;
  const counts: Statistic[] = [
    { name: 'pf_taken', value: stats.faults, what: 'faults taken' },
    { name: 'pf_fixed', value: stats.fixed + stats.fast, what: 'faults that made an access possible' },
    { name: 'pf_fast', value: stats.fast, what: 'of these, without mmu_lock' },
    { name: 'pf_spurious', value: stats.spurious, what: 'faults on an access that was possible by then' },
    { name: 'pf_emulate', value: stats.emulated, what: 'faults that ended in emulation' },
    { name: 'pf_mmio_spte_created', value: vm.mmio.created, what: 'entries made for gfns without a slot' },
    { name: 'pages_4k', value: small, what: 'leaves of 4 KiB that are there' },
    { name: 'pages_2m', value: large, what: 'leaves of 2 MiB' },
    { name: 'pages_1g', value: huge, what: 'leaves of 1 GiB' },
    {
      name: 'remote_tlb_flush',
      value: stats.tlbFlushes,
      what: 'flushes of the guest’s translations on all CPUs',
    },
  ];
  if (rmapMmu !== null) {
    counts.push(
      { name: 'mmu_recycled', value: rmapMmu.recycled, what: 'table pages that gave way to newer ones' },
      { name: 'mmu_cache_miss', value: rmapMmu.made, what: 'table pages made' },
    );
  }
  return counts;
}
