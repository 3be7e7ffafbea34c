/**
 * The dirty ring: instead of a bitmap a slot, a ring of written pages a vCPU, which userspace harvests without a system
 * call (virt/kvm/dirty_ring.c).
 */
import type { Actor } from '../engine/step.ts';
import type { DirtySink } from './dirtyLog.ts';
import { writeProtectGfns } from './dirtyWriteProtect.ts';
import type { Memslot } from './memslots.ts';
import type { Vcpu } from './vcpu.ts';
import type { Vm } from './vm.ts';

/** Entries that a vCPU keeps free: what may still be pushed between filling up and leaving (KVM_DIRTY_RING_RSVD_ENTRIES). */
const RESERVED = 64;

/** A written page. */
export interface DirtyEntry {
  readonly slot: Memslot;
  /** Page counted from the slot's first. */
  readonly offset: number;
}

/** The ring of one vCPU. */
export class DirtyRing {
  /** Entries it holds, a power of two. */
  readonly size: number;
  private readonly entries: DirtyEntry[] = [];
  /** How many of them, from the oldest on, userspace has harvested. */
  private harvested = 0;

  constructor(size: number) {
    this.size = size;
  }

  /** Whether the vCPU must leave before it runs on (KVM_EXIT_DIRTY_RING_FULL). */
  get isFull(): boolean {
    return this.entries.length >= this.size - RESERVED;
  }

  /** A page was written. */
  push(entry: DirtyEntry): void {
    if (this.entries.length === this.size) throw new Error('a vCPU ran on although its dirty ring was full');
    this.entries.push(entry);
  }

  /** Userspace takes what it has not seen, and says so in the entries. */
  harvest(): readonly DirtyEntry[] {
    const fresh = this.entries.slice(this.harvested);
    this.harvested = this.entries.length;
    return fresh;
  }

  /** Takes the harvested entries off the ring. */
  takeHarvested(): readonly DirtyEntry[] {
    const taken = this.entries.splice(0, this.harvested);
    this.harvested = 0;
    return taken;
  }
}

/** Logs into the ring of the vCPU that wrote; what nobody's vCPU writes goes unlogged. */
class RingSink implements DirtySink {
  private readonly vm: Vm;

  constructor(vm: Vm) {
    this.vm = vm;
  }

  mark(slot: Memslot, offset: number): void {
    this.vm.running?.dirtyRing?.push({ slot, offset });
  }
}

/**
 * KVM_CAP_DIRTY_LOG_RING: the VM's vCPUs log into rings from now on. Called before there is a vCPU.
 *
 * @param size entries of each ring.
 * @throws RangeError where that is no power of two, or leaves no room beside the reserved entries.
 */
export function enableDirtyRings(vm: Vm, size: number): void {
  if (!Number.isInteger(Math.log2(size)) || size <= RESERVED) {
    throw new RangeError(
      `a dirty ring has a power of two of entries, more than ${RESERVED}; ${size} is none`,
    );
  }
  vm.dirtyRingSize = size;
  vm.dirtySink = new RingSink(vm);
}

/**
 * KVM_RESET_DIRTY_RINGS: protects every page that userspace has harvested, so that its next write is logged again.
 *
 * @returns number of entries that are free again.
 */
export function* resetDirtyRings(vm: Vm): Actor<number> {
  yield vm.slotsLock.lock();
  let count = 0;
  for (const { dirtyRing } of vm.vcpus as readonly Vcpu[]) {
    const taken = dirtyRing?.takeHarvested() ?? [];
    count += taken.length;
    if (taken.length === 0) continue;
    yield vm.mmuLock.write();
    for (const { slot, offset } of taken) {
      const gfn = slot.baseGfn + offset;
      yield* writeProtectGfns(vm, gfn, gfn + 1);
    }
    vm.mmuLock.writeUnlock();
  }
  vm.slotsLock.unlock();
  return count;
}
