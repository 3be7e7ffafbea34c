/**
 * KVM_PRE_FAULT_MEMORY: maps pages into the second stage before the guest asks for them (kvm_vcpu_pre_fault_memory,
 * virt/kvm/kvm_main.c; kvm_arch_vcpu_pre_fault_memory, arch/x86/kvm/mmu/mmu.c).
 */
import { atLeast } from '../arch/profile.ts';
import type { Actor } from '../engine/step.ts';
import { EAGAIN, EINTR, ENOENT } from '../host/errno.ts';
import { spanOf } from '../host/radixTable.ts';
import type { Task } from '../host/task.ts';
import { MEMSLOT_INVALID } from './memslots.ts';
import { handleFault, PF_ASYNC, PF_EMULATE, PF_EXIT, PF_RETRY } from './pageFault.ts';
import type { Vcpu } from './vcpu.ts';

/** What a call came to. */
export interface Prefaulted {
  /** 0 where anything was done; else a negated errno. */
  readonly result: number;
  /** Pages done, from the first on: the call's range begins behind them now. */
  readonly pages: number;
}

/** Since when a slot on its way out ends the call instead of making it wait. */
const GIVES_UP = [6, 18] as const;

/**
 * Maps gfns [start, start + pages) as a read of each would, with the accessed bit left clear. It ends at the first page
 * that cannot be mapped: -ENOENT where no slot has it, -EINTR where a signal has come.
 *
 * @param task whose call it is, or null for a workload's, which gets no signals.
 */
export function* prefaultMemory(
  vcpu: Vcpu,
  start: number,
  pages: number,
  task: Task | null = null,
): Actor<Prefaulted> {
  const { vm } = vcpu;
  const end = start + pages;
  let gfn = start;
  let result = 0;
  vcpu.task = task;
  while (gfn < end) {
    if (task?.signalPending) {
      result = -EINTR;
      break;
    }
    const isPrivate = vm.isPrivate(gfn);
    const inMirror = isPrivate && vm.mmu.mirror !== null;
    result = yield* prefaultPage(vcpu, gfn, isPrivate);
    if (result !== 0) break;
    const level = vm.mmu.entry(gfn, inMirror)?.level ?? 1;
    const span = spanOf(level);
    gfn += span - (gfn % span);
  }
  vcpu.task = null;
  const done = Math.min(gfn, end) - start;
  return { result: done > 0 ? 0 : result, pages: done };
}

function* prefaultPage(vcpu: Vcpu, gfn: number, isPrivate: boolean): Actor<number> {
  const { vm } = vcpu;
  for (;;) {
    vm.engine.beginAttempt();
    const reader = vm.srcu.enter();
    const slot = vm.memslots.set.find(gfn);
    const goes = slot !== undefined && (slot.flags & MEMSLOT_INVALID) !== 0;
    const result =
      goes && atLeast(vm.profile.release, GIVES_UP)
        ? -EAGAIN
        : yield* handleFault(vcpu, gfn, false, isPrivate, true);
    vm.srcu.exit(reader);
    switch (result) {
      case PF_EMULATE:
        vcpu.exit = null;
        return -ENOENT;
      case PF_EXIT: {
        const { errno } = vcpu;
        vcpu.exit = null;
        vcpu.errno = 0;
        return -errno;
      }
      case PF_RETRY:
      case PF_ASYNC:
        if (vcpu.task?.signalPending) return -EINTR;
        yield vm.engine.retry();
        break;
      default:
        return result < 0 ? result : 0;
    }
  }
}
