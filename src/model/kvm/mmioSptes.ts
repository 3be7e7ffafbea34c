import type { Engine } from '../engine/engine.ts';

/**
 * Gfns of which a fault has found that no slot covers them (make_mmio_spte, arch/x86/kvm/mmu/spte.c): the next access is
 * known for I/O without a look at the slots, as long as the generation of the slots is what it was then. A refused call
 * may leave entries behind, as in the kernel; nobody can tell but by time.
 */
export class MmioSptes {
  /** Accesses that an entry answered. */
  hits = 0;
  private readonly engine: Engine;
  private readonly object: number;
  private generation = 0;
  private updating = false;
  /** Generation of the slots by gfn. */
  private readonly generations = new Map<number, number>();

  constructor(engine: Engine) {
    this.engine = engine;
    this.object = engine.access.reserve(1, 'MMIO SPTEs');
  }

  /** Whether an access to gfn is known for I/O; an entry of an older generation goes (check_mmio_spte). */
  isKnown(gfn: number): boolean {
    if (this.engine.access.on) this.engine.access.read(this.object);
    if (this.generations.size === 0) return false;
    const made = this.generations.get(gfn);
    if (made === undefined || this.updating) return false;
    if (made === this.generation) {
      this.hits++;
      return true;
    }
    this.forget(gfn);
    return false;
  }

  /** Notes that no slot covers gfn. */
  add(gfn: number): void {
    if (this.engine.access.on) this.engine.access.write(this.object);
    this.generations.set(gfn, this.generation);
  }

  /** Other slots are published: until everybody sees them, no entry counts (KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS). */
  beginUpdate(): void {
    this.updating = true;
    this.changed();
  }

  /** Everybody sees the new slots: entries made before count no more. */
  endUpdate(): void {
    this.updating = false;
    this.generation++;
    this.changed();
  }

  private changed(): void {
    if (this.engine.access.on && this.generations.size > 0) this.engine.access.write(this.object);
  }

  private forget(gfn: number): void {
    if (this.engine.access.on) this.engine.access.write(this.object);
    this.generations.delete(gfn);
  }
}
