/**
 * vCPUs leave KVM_RUN for pages that have not come. What is no vCPU is left to userfaultfd; where the kernel does not
 * let that be on the mapping, the VMM goes on without.
 */
import type { Engine } from '../../engine/engine.ts';
import type { Actor } from '../../engine/step.ts';
import { WaitQueue } from '../../engine/waitQueue.ts';
import { HOUGHTON_ATTRIBUTE, HOUGHTON_SLOT_FLAG, MOORTHY_EXIT_ON_MISSING } from '../../evidence/sources.ts';
import { RunSet } from '../../kvm/attributes/runSet.ts';
import { XA_NODE_BYTES, xarrayNodes } from '../../kvm/attributes/xarray.ts';
import type { Exit } from '../../kvm/exits.ts';
import { MEM_USERFAULT, MEMSLOT_EXIT_ON_MISSING } from '../../kvm/memslots.ts';
import type { Destination, MissingPageDesign } from '../../kvm/missingPages.ts';
import { UserfaultBitmap, type Userfaults } from '../../kvm/userfault.ts';
import type { Vm } from '../../kvm/vm.ts';
import { ArrivingMemory, missedPage } from './arriving.ts';

/** A slot flag: leave where the host has no page mapped. It knows nothing of pages that come from a file. */
class ExitOnMissing extends ArrivingMemory {
  override *begin(): Actor<number> {
    yield* this.layOut(MEMSLOT_EXIT_ON_MISSING, null);
    yield* this.trapMapping('missing');
    return yield* this.recallPrivate();
  }

  override *resolve(exit: Exit): Actor<boolean> {
    const missed = missedPage(exit);
    if (missed?.userfault !== true) return false;
    yield* this.bring(missed.gfn, missed.isPrivate);
    // The exit comes back until the page is mapped.
    yield* this.vm.mm.fault(this.hva + missed.gfn, true);
    yield* this.wake(missed.gfn);
    return true;
  }
}

/** A slot flag and a bitmap in the VMM's memory, with userfaultfd for the rest where the kernel lets it be there. */
class SlotBitmap extends ArrivingMemory {
  private readonly bitmap: UserfaultBitmap;

  constructor(to: Destination) {
    super(to);
    this.bitmap = new UserfaultBitmap(to.vm.engine, to.pages, true);
  }

  override *begin(): Actor<number> {
    yield* this.layOut(MEM_USERFAULT, this.bitmap);
    yield* this.trapMapping('missing');
    return yield* this.recallPrivate();
  }

  override *resolve(exit: Exit): Actor<boolean> {
    const missed = missedPage(exit);
    if (missed?.userfault !== true) return false;
    yield* this.bring(missed.gfn, missed.isPrivate);
    this.bitmap.clear(missed.gfn);
    yield* this.wake(missed.gfn);
    return true;
  }

  override metadataBytes(): number {
    return this.bitmap.bytes;
  }
}

/** ns between two looks of an access that spins. */
const SPIN = 500;

/** The userfault attribute: a table in KVM, an ioctl that changes it, and KVM's own accesses that report and spin. */
class AttributeTable implements Userfaults {
  readonly missing = new RunSet();
  /** Guest pages that KVM itself waits for, oldest first: what KVM_READ_USERFAULT hands out. */
  readonly asked: number[] = [];
  readonly eventfd: WaitQueue;
  private readonly engine: Engine;

  constructor(engine: Engine, pages: number) {
    this.engine = engine;
    this.eventfd = new WaitQueue(engine, 'eventfd of asynchronous userfaults');
    this.missing.set(0, pages, true);
  }

  isMissing(_slot: unknown, index: number): boolean {
    return this.missing.has(index);
  }

  *awaitOwnAccess(index: number): Actor {
    if (!this.missing.has(index)) return;
    this.asked.push(index);
    this.eventfd.wakeOne();
    for (;;) {
      this.engine.beginAttempt();
      if (!this.missing.has(index)) return;
      yield this.engine.stepwise ? this.engine.retry() : SPIN;
    }
  }
}

class Attribute extends ArrivingMemory {
  private readonly table: AttributeTable;

  constructor(to: Destination) {
    super(to);
    this.table = new AttributeTable(to.vm.engine, to.pages);
  }

  override *begin(): Actor<number> {
    yield* this.layOut(MEM_USERFAULT, this.table);
    this.vm.engine.spawn('reader of asynchronous userfaults', this.readAsked(), { daemon: true });
    yield* this.trapMapping('missing');
    return yield* this.recallPrivate();
  }

  override *resolve(exit: Exit): Actor<boolean> {
    const missed = missedPage(exit);
    if (missed?.userfault !== true) return false;
    yield* this.bring(missed.gfn, missed.isPrivate);
    yield* clearAttribute(this.vm, this.table.missing, missed.gfn);
    yield* this.wake(missed.gfn);
    return true;
  }

  override metadataBytes(): number {
    return xarrayNodes(this.table.missing) * XA_NODE_BYTES;
  }

  private *readAsked(): Actor {
    for (;;) {
      const gfn = this.table.asked.shift();
      if (gfn === undefined) {
        yield this.table.eventfd.wait();
        continue;
      }
      yield this.vm.costs.systemCall;
      this.to.learned('async fault');
      yield* this.bring(gfn, false);
      yield* clearAttribute(this.vm, this.table.missing, gfn);
    }
  }
}

/** KVM_SET_MEMORY_ATTRIBUTES on one page: slots_lock around it, mmu_lock for writing at both ends. */
function* clearAttribute(vm: Vm, missing: RunSet, gfn: number): Actor {
  yield vm.slotsLock.lock();
  yield vm.mmuLock.write();
  vm.invalidation.begin();
  vm.invalidation.addRange(gfn, gfn + 1);
  vm.mmuLock.writeUnlock();
  missing.set(gfn, gfn + 1, false);
  yield vm.costs.setAttributes + vm.costs.attributeEntry;
  yield vm.mmuLock.write();
  vm.invalidation.finish();
  vm.mmuLock.writeUnlock();
  vm.slotsLock.unlock();
}

export const exitOnMissing: MissingPageDesign = {
  name: 'exit-on-missing',
  title: 'Exit on missing (2023)',
  mail: MOORTHY_EXIT_ON_MISSING,
  create: to => new ExitOnMissing(to),
};

export const userfaultAttribute: MissingPageDesign = {
  name: 'userfault-attribute',
  title: 'Userfault attribute (July 2024)',
  mail: HOUGHTON_ATTRIBUTE,
  create: to => new Attribute(to),
};

export const userfaultBitmap: MissingPageDesign = {
  name: 'userfault-bitmap',
  title: 'Userfault bitmap (since December 2024)',
  mail: HOUGHTON_SLOT_FLAG,
  create: to => new SlotBitmap(to),
};
