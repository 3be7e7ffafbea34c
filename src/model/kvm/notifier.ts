import type { Actor } from '../engine/step.ts';
import type { HostRange, MmuNotifier } from '../host/notifier.ts';
import type { Vm } from './vm.ts';
import { FILTER_PRIVATE, FILTER_SHARED, zapGfns } from './zap.ts';

/**
 * KVM's side of the host's mmu notifiers (kvm_mmu_notifier_invalidate_range_start and _end, virt/kvm/kvm_main.c):
 * a change of host mappings removes the second-stage mappings that were made from them.
 */
export class KvmNotifier implements MmuNotifier {
  private readonly vm: Vm;

  constructor(vm: Vm) {
    this.vm = vm;
  }

  *invalidateStart(range: HostRange): Actor {
    const { vm } = this;
    // From here until the end no memslots are swapped: start and end must find the same slots.
    // safety: notifier-blocks-slot-swap
    vm.memslots.activeInvalidations++;
    const hits = this.slotRanges(range);
    // An event that hits no slot takes no mmu_lock.
    if (hits.length === 0) return;
    vm.stats.notifierHits++;
    yield vm.mmuLock.write();
    // safety: notifier-begin
    vm.invalidation.begin();
    const filter = vm.reclaim.notifierFilter?.(vm, range) ?? FILTER_SHARED;
    let zapped = 0;
    for (let i = 0; i < hits.length; i += 2) {
      // safety: notifier-adds-range
      vm.invalidation.addRange(hits[i], hits[i + 1]);
      zapped += yield* zapGfns(vm, hits[i], hits[i + 1], filter, 'notifier');
    }
    vm.mmuLock.writeUnlock();
    yield* vm.reclaim.guestMemoryReclaimed(vm, { range, zapped });
  }

  *invalidateEnd(range: HostRange): Actor {
    const { vm } = this;
    const hits = this.slotRanges(range);
    if (hits.length > 0) {
      yield vm.mmuLock.write();
      // safety: notifier-end
      vm.invalidation.finish();
      vm.mmuLock.writeUnlock();
    }
    vm.memslots.activeInvalidations--;
    if (vm.memslots.activeInvalidations === 0) vm.memslots.swapWaiters.wakeAll();
  }

  /** The address space goes: every mapping made from it goes first (kvm_flush_shadow_all). */
  *release(): Actor {
    const { vm } = this;
    yield vm.mmuLock.write();
    yield* zapGfns(vm, 0, Number.MAX_SAFE_INTEGER, FILTER_SHARED | FILTER_PRIVATE, 'end');
    vm.mmuLock.writeUnlock();
    if (vm.pinning?.mmReleased !== undefined) yield* vm.pinning.mmReleased();
  }

  /** The gfn ranges that host pages [start, end) back, as start and end in turn. */
  private slotRanges(range: HostRange): number[] {
    const { vm } = this;
    const out: number[] = [];
    for (const slot of vm.memslots.all()) {
      const from = Math.max(range.start, slot.hva);
      const to = Math.min(range.end, slot.hva + slot.pages);
      if (from >= to || vm.reclaim.ignores?.(vm, slot, range)) continue;
      out.push(slot.baseGfn + from - slot.hva, slot.baseGfn + to - slot.hva);
    }
    return out;
  }
}
