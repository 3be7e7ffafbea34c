/**
 * What KVM counts, by the names under which it tells userspace and in that order (kvm_vm_stats_desc and
 * kvm_vcpu_stats_desc, arch/x86/kvm/x86.c; KVM_GET_STATS_FD). What the model has no event for is left out.
 */
import type { FaultCounts } from './faultCounts.ts';
import type { Vcpu } from './vcpu.ts';
import type { Vm } from './vm.ts';

/** How a number behaves: it grows for ever, or says what is now (KVM_STATS_TYPE_*). */
export type StatisticKind = 'cumulative' | 'instant';

/** One number of KVM's. */
export interface Statistic {
  readonly name: string;
  readonly kind: StatisticKind;
  readonly value: number;
  /** What it counts. */
  readonly what: string;
}

/** KVM's counts of a VM so far. */
export function vmStatistics(vm: Vm): readonly Statistic[] {
  const { stats, mmu, rmapMmu } = vm;
  const [, small, large, huge] = mmu.leaves;
  const out: Statistic[] = [
    cumulative('remote_tlb_flush', stats.tlbFlushes, 'flushes of the guest’s translations on all CPUs'),
  ];
  if (rmapMmu !== null) {
    out.push(
      cumulative('mmu_recycled', rmapMmu.recycled, 'table pages that gave way to newer ones'),
      cumulative('mmu_cache_miss', rmapMmu.made, 'table pages made'),
    );
  }
  out.push(
    instant('pages_4k', small, 'leaves of 4 KiB that are there'),
    instant('pages_2m', large, 'leaves of 2 MiB'),
    instant('pages_1g', huge, 'leaves of 1 GiB'),
  );
  return out;
}

/** KVM's counts of a vCPU so far. */
export function vcpuStatistics({ stats }: Vcpu): readonly Statistic[] {
  return faultStatistics(stats);
}

/** All of a VM's counts, with those of its vCPUs added up. */
export function statisticsOf(vm: Vm): readonly Statistic[] {
  return [...faultStatistics(vm.stats), ...vmStatistics(vm)];
}

function faultStatistics(counts: FaultCounts): Statistic[] {
  const { faults, fixed, fast, emulated, spurious, mmioSptes } = counts;
  return [
    cumulative('pf_taken', faults, 'faults taken'),
    cumulative('pf_fixed', fixed + fast, 'faults that made an access possible'),
    cumulative('pf_emulate', emulated, 'faults that ended in emulation'),
    cumulative('pf_spurious', spurious, 'faults on an access that was possible by then'),
    cumulative('pf_fast', fast, 'faults fixed without mmu_lock'),
    cumulative('pf_mmio_spte_created', mmioSptes, 'entries made for gfns without a slot'),
  ];
}

function cumulative(name: string, value: number, what: string): Statistic {
  return { name, kind: 'cumulative', value, what };
}

function instant(name: string, value: number, what: string): Statistic {
  return { name, kind: 'instant', value, what };
}
