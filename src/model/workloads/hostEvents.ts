/**
 * What a host does to memory that is a guest's, one event at a time: the VMM discards and deletes slots, and the
 * kernel's daemons look for better places for pages.
 */
import type { Actor } from '../engine/step.ts';
import { changeProtection } from '../host/changeProtection.ts';
import { mergePages } from '../host/ksm.ts';
import { migratePage } from '../host/migrate.ts';
import { VM_MERGEABLE } from '../host/vma.ts';
import { createSlot, deleteSlot } from '../kvm/memslotUpdate.ts';
import type { Vcpu } from '../kvm/vcpu.ts';
import type { Vm } from '../kvm/vm.ts';

/** What the host does. */
export type HostEvent =
  /** The VMM gives a page back (a balloon, or what a conversion has left behind): MADV_DONTNEED. */
  | 'discard'
  /** A slot comes and goes: a BAR, or a device. */
  | 'memslot'
  /** NUMA balancing takes rights away from a stretch of pages, to see who touches them. */
  | 'numa'
  /** KSM merges a page with another of the same contents. */
  | 'ksm'
  /** Compaction moves a page. */
  | 'compaction';

/** Pages that one step of NUMA balancing covers here; the kernel's own limit is 256 MiB of address space. */
export const NUMA_PAGES = 512;

/** Slot id that `memslot` events use. */
const SPARE_SLOT = 31;
const SPARE_GFN = 2 ** 30;

/** Carries out one event on the page that backs `gfn`, which the guest has touched; `partner` is merged into it. */
export function* hostEvent(vm: Vm, event: HostEvent, gfn: number, partner: number): Actor {
  const { mm } = vm;
  const slot = vm.memslots.set.find(gfn)!;
  const page = slot.hva + gfn - slot.baseGfn;
  switch (event) {
    case 'discard':
      yield* mm.dontNeed(page, page + 1);
      return;
    case 'memslot':
      yield* createSlot(vm, {
        id: SPARE_SLOT,
        baseGfn: SPARE_GFN,
        pages: 16,
        flags: 0,
        hva: slot.hva,
        gmem: null,
        gmemOffset: 0,
      });
      yield* deleteSlot(vm, SPARE_SLOT);
      return;
    case 'numa': {
      const vma = mm.vmas.find(page)!;
      const end = Math.min(page + NUMA_PAGES, vma.end);
      yield mm.mmapLock.read();
      yield* changeProtection(mm, vma, page, end, 'numa-hint');
      mm.mmapLock.readUnlock();
      return;
    }
    case 'ksm': {
      const vma = mm.vmas.find(page)!;
      if (!(vma.flags & VM_MERGEABLE)) vma.flags |= VM_MERGEABLE;
      yield* mergePages({ mm, page }, { mm, page: slot.hva + partner - slot.baseGfn });
      return;
    }
    case 'compaction':
      yield* migratePage(mm, page);
      return;
  }
}

/**
 * Brings a page into the state that an event of the host needs: present in the host, with contents of its own or, for
 * merging, with the same as its partner.
 */
export function* prepareFor(vcpu: Vcpu, event: HostEvent, gfn: number, partner: number): Actor {
  const { frames } = vcpu.vm.host;
  const token = frames.newToken();
  yield* vcpu.write(gfn, token, false);
  if (event === 'ksm') yield* vcpu.write(partner, token, false);
}
