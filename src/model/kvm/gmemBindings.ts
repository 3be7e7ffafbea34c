import type { Actor } from '../engine/step.ts';
import type { Memslot } from './memslots.ts';
import type { Vm } from './vm.ts';
import { zapGfns } from './zap.ts';

/**
 * The slots that take their pages from a guest_memfd, and what becomes of the guest's mappings when pages of the file
 * change (kvm_gmem_invalidate_begin and kvm_gmem_invalidate_end, virt/kvm/guest_memfd.c).
 */
export class GmemBindings {
  /** The slots bound to parts of the file. */
  readonly slots: Memslot[] = [];
  private readonly vm: Vm;

  constructor(vm: Vm) {
    this.vm = vm;
  }

  /** Whether some slot has one of pages [start, end). */
  hasAny(start: number, end: number): boolean {
    return this.slots.some(s => s.gmemOffset < end && start < s.gmemOffset + s.pages);
  }

  /** Takes a slot out, if it is there. */
  remove(slot: Memslot): void {
    const at = this.slots.indexOf(slot);
    if (at >= 0) this.slots.splice(at, 1);
  }

  /** Puts a slot in another's place. */
  replace(before: Memslot, after: Memslot): void {
    const at = this.slots.indexOf(before);
    if (at >= 0) this.slots[at] = after;
  }

  /**
   * Opens an invalidation of the gfns that pages [start, end) are bound to, and zaps them.
   *
   * @param filter kinds of mappings meant.
   * @returns how many went, or -1 where no gfn is bound: then there is nothing to end either.
   */
  *invalidateBegin(start: number, end: number, filter: number): Actor<number> {
    const { vm } = this;
    const bound = this.gfns(start, end);
    if (bound.length === 0) return -1;
    yield vm.mmuLock.write();
    let zapped = 0;
    // safety: gmem-begin
    vm.invalidation.begin();
    for (let i = 0; i < bound.length; i += 2) {
      vm.invalidation.addRange(bound[i], bound[i + 1]);
      zapped += yield* zapGfns(vm, bound[i], bound[i + 1], filter, 'gmem');
    }
    vm.mmuLock.writeUnlock();
    return zapped;
  }

  /** @param begun what `invalidateBegin` returned. */
  *invalidateEnd(begun: number): Actor {
    const { vm } = this;
    if (begun < 0) return;
    yield vm.mmuLock.write();
    // safety: gmem-end
    vm.invalidation.finish();
    vm.mmuLock.writeUnlock();
  }

  /** The gfns that pages [start, end) are bound to, as start and end in turn. */
  gfns(start: number, end: number): number[] {
    const out: number[] = [];
    for (const slot of this.slots) {
      const from = Math.max(start, slot.gmemOffset);
      const to = Math.min(end, slot.gmemOffset + slot.pages);
      if (from >= to) continue;
      const gfn = slot.baseGfn + from - slot.gmemOffset;
      out.push(gfn, gfn + to - from);
    }
    return out;
  }
}
