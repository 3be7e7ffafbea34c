/** Pins taken on a fault and remembered beside the SPTEs, so that they outlive them. */
import { type Actor, POINT } from '../../engine/step.ts';
import { DADHANIA_DEFER, SINGH_OCTOBER } from '../../evidence/sources.ts';
import { ENOMEM } from '../../host/errno.ts';
import { RunSet } from '../../kvm/attributes/runSet.ts';
import { XA_NODE_BYTES, xarrayNodes } from '../../kvm/attributes/xarray.ts';
import type { Memslot } from '../../kvm/memslots.ts';
import type { Pinning, PinningDesign } from '../../kvm/pinning.ts';
import type { Vm } from '../../kvm/vm.ts';

/** Bytes of a frame number. */
const PFN_BYTES = 8;

/** Frames by gfn: what both ways to remember have in common. */
abstract class Beside implements Pinning {
  protected readonly vm: Vm;
  protected readonly pinned = new Map<number, number>();

  constructor(vm: Vm) {
    this.vm = vm;
  }

  beforeInstall(gfn: number, pfn: number): number {
    const before = this.pinned.get(gfn);
    if (before === pfn) return 0;
    const refused = this.remember(gfn);
    if (refused !== 0) return refused;
    this.vm.host.frames.pin(pfn);
    // The host has put another page in its place: nobody will ask for the one before again.
    if (before !== undefined) this.vm.host.frames.unpin(before);
    this.pinned.set(gfn, pfn);
    return 0;
  }

  *vmDestroyed(): Actor {
    if (this.vm.engine.stepwise) yield POINT;
    this.release(() => true);
  }

  abstract metadataBytes(): number;

  /** Makes room for one more. Returns 0 or -ENOMEM. */
  protected abstract remember(gfn: number): number;

  protected release(which: (gfn: number) => boolean): void {
    for (const [gfn, pfn] of this.pinned) {
      if (!which(gfn)) continue;
      this.vm.host.frames.unpin(pfn);
      this.pinned.delete(gfn);
    }
  }
}

/** In an XArray of the VM, until the last reference to it is gone. Its nodes are allocated in the fault. */
class InXarray extends Beside {
  private readonly gfns = new RunSet();
  private readonly limit: number;

  /** @param limit pages that can be remembered before the allocation fails. */
  constructor(vm: Vm, limit: number) {
    super(vm);
    this.limit = limit;
  }

  metadataBytes(): number {
    return xarrayNodes(this.gfns) * XA_NODE_BYTES;
  }

  protected remember(gfn: number): number {
    if (this.pinned.size >= this.limit) return -ENOMEM;
    this.gfns.set(gfn, gfn + 1, true);
    return 0;
  }
}

/** In the memslot, from its creation until it goes. */
class InMemslot extends Beside {
  /** Its array was allocated with the slot, so nothing can fail here. */
  protected remember(): number {
    return 0;
  }

  *slotDeleted(slot: Memslot): Actor {
    if (this.vm.engine.stepwise) yield POINT;
    this.release(gfn => gfn >= slot.baseGfn && gfn < slot.baseGfn + slot.pages);
  }

  /** A frame number for every page of every slot, touched or not. */
  metadataBytes(): number {
    let pages = 0;
    for (const slot of this.vm.memslots.all()) pages += slot.pages;
    return pages * PFN_BYTES;
  }
}

/** @param limit pages after which allocating in the fault fails; never unless given. */
export function pinInXarray(limit = Number.MAX_SAFE_INTEGER): PinningDesign {
  return {
    name: 'xarray',
    title: 'In an XArray until the VM goes (offered in October 2020)',
    mail: SINGH_OCTOBER,
    memory: 'mapped',
    create: vm => new InXarray(vm, limit),
  };
}

export const pinInMemslot: PinningDesign = {
  name: 'memslot',
  title: 'In the memslot (2022)',
  mail: DADHANIA_DEFER,
  memory: 'mapped',
  create: vm => new InMemslot(vm),
};
