import { type Actor, POINT } from '../../engine/step.ts';
import { DADHANIA_DEFER } from '../../evidence/sources.ts';
import type { Memslot } from '../../kvm/memslots.ts';
import type { Pinning, PinningDesign } from '../../kvm/pinning.ts';
import type { Vm } from '../../kvm/vm.ts';

/**
 * KVM_MEMORY_ENCRYPT_REG_REGION as it is to this day: the VMM registers its memory before the guest starts, and KVM
 * brings in and pins every page of it (sev_mem_enc_register_region, arch/x86/kvm/svm/sev.c).
 */
class AtRegistration implements Pinning {
  private readonly vm: Vm;
  private readonly pins = new Map<number, number[]>();

  constructor(vm: Vm) {
    this.vm = vm;
  }

  *slotCreated(slot: Memslot): Actor<number> {
    const pinned: number[] = [];
    this.pins.set(slot.id, pinned);
    for (let page = slot.hva; page < slot.hva + slot.pages; page++) {
      const pfn = yield* this.vm.mm.fault(page, true);
      if (pfn < 0) {
        this.release(slot.id);
        return pfn;
      }
      this.vm.host.frames.pin(pfn);
      pinned.push(pfn);
    }
    return 0;
  }

  *slotDeleted(slot: Memslot): Actor {
    if (this.vm.engine.stepwise) yield POINT;
    this.release(slot.id);
  }

  *vmDestroyed(): Actor {
    if (this.vm.engine.stepwise) yield POINT;
    for (const id of [...this.pins.keys()]) this.release(id);
  }

  /** An array of pointers to struct page, for each region (struct enc_region). */
  metadataBytes(): number {
    let pages = 0;
    for (const pinned of this.pins.values()) pages += pinned.length;
    return pages * POINTER_BYTES;
  }

  private release(id: number): void {
    for (const pfn of this.pins.get(id) ?? []) this.vm.host.frames.unpin(pfn);
    this.pins.delete(id);
  }
}

/** Bytes of a pointer. */
const POINTER_BYTES = 8;

export const pinAtRegistration: PinningDesign = {
  name: 'at-registration',
  title: 'Pin everything when the region is registered (merged for SEV)',
  mail: DADHANIA_DEFER,
  memory: 'mapped',
  create: vm => new AtRegistration(vm),
};
