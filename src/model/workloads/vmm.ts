/**
 * The VMM's part in conversions: it carries them out for the guest and decides what becomes of the page that the
 * guest has left behind.
 */
import type { Actor } from '../engine/step.ts';
import { NO_PFN } from '../host/frames.ts';
import type { MemFile } from '../host/memFile.ts';
import { RunSet } from '../kvm/attributes/runSet.ts';
import type { Vm } from '../kvm/vm.ts';

/** When the page left behind by a conversion is given back to the host. */
export type Discard =
  /** Before the guest goes on. */
  | 'eager'
  /** By another thread, some time later, if it has not been converted back. */
  | 'lazy'
  /** By the converting thread, once enough pages have come together. */
  | 'batched'
  /** Not at all: both copies stay. */
  | 'never';

export interface VmmOptions {
  /** What becomes of a shared page whose frame has turned private. */
  readonly discardShared: Discard;
  /** What becomes of a private page whose frame has turned shared. */
  readonly discardPrivate: Discard;
  /** Pages that a batch collects before it is discarded. */
  readonly batchPages?: number;
  /** Every discard of shared memory takes so many times as long as the cost table says; at least 1. */
  readonly sharedDiscardFactor?: number;
}

export class Vmm {
  readonly vm: Vm;
  /** Conversions carried out. */
  conversions = 0;
  /** System calls that gave memory back. */
  discards = 0;
  private readonly options: VmmOptions;
  private readonly sharedFile: MemFile | null;
  private readonly leftShared = new RunSet();
  private readonly leftPrivate = new RunSet();

  /** @param sharedFile the memfd behind shared memory, or null where that is anonymous. */
  constructor(vm: Vm, options: VmmOptions, sharedFile: MemFile | null = null) {
    this.vm = vm;
    this.options = options;
    this.sharedFile = sharedFile;
  }

  /** Converts gfns [start, end) at the guest's request, in the thread of the vCPU that asked. */
  *convert(start: number, end: number, toPrivate: boolean): Actor<number> {
    const { conversion } = this.vm;
    this.conversions++;
    const result = yield* conversion.convert(start, end, toPrivate);
    if (result !== 0) return result;
    const policy = toPrivate ? this.options.discardShared : this.options.discardPrivate;
    const possible = toPrivate ? conversion.sharedDiscard : conversion.privateDiscard;
    // What is in use again is not left behind any more.
    (toPrivate ? this.leftPrivate : this.leftShared).set(start, end, false);
    if (possible !== 'separate' || policy === 'never') return 0;
    if (policy === 'eager') {
      yield* this.discard(start, end, toPrivate);
      return 0;
    }
    const left = toPrivate ? this.leftShared : this.leftPrivate;
    left.set(start, end, true);
    if (policy === 'batched' && left.size >= (this.options.batchPages ?? 512)) yield* this.sweep();
    return 0;
  }

  /** Gives back everything that was left behind and has not been converted back. */
  *sweep(): Actor {
    for (const left of [this.leftShared, this.leftPrivate]) {
      for (const [start, end] of [...left]) {
        // Somebody may have converted it back while an earlier run was being discarded.
        if (!left.has(start) || !left.isUniform(start, end)) continue;
        left.set(start, end, false);
        yield* this.discard(start, end, left === this.leftShared);
      }
    }
  }

  /** A thread that sweeps every `everyNs` until `stop` says so: what makes discarding lazy. */
  *sweeper(everyNs: number, stop: () => boolean): Actor {
    while (!stop()) {
      yield everyNs;
      yield* this.sweep();
    }
  }

  /** A device's access to shared memory, through the VMM's own mapping. Returns the frame, or a negated errno. */
  *deviceAccess(gfn: number, write: boolean): Actor<number> {
    const { vm } = this;
    const slot = vm.memslots.set.find(gfn)!;
    if (vm.conversion.sharedInFile) return slot.gmem!.getPfn(slot.gmemOffset + gfn - slot.baseGfn);
    const hva = slot.hva + gfn - slot.baseGfn;
    const pfn = vm.mm.walk(hva, write);
    return pfn !== NO_PFN ? pfn : yield* vm.mm.fault(hva, write);
  }

  private *discard(start: number, end: number, shared: boolean): Actor {
    const { vm } = this;
    for (const slot of vm.memslots.set.slots) {
      const from = Math.max(start, slot.baseGfn);
      const to = Math.min(end, slot.baseGfn + slot.pages);
      if (from >= to) continue;
      this.discards++;
      const began = vm.engine.now;
      if (!shared) {
        const index = slot.gmemOffset + from - slot.baseGfn;
        yield* slot.gmem!.punchHole(index, index + to - from);
        continue;
      }
      const hva = slot.hva + from - slot.baseGfn;
      if (this.sharedFile === null) yield* vm.mm.dontNeed(hva, hva + to - from);
      else yield* this.sharedFile.punchHole(from - slot.baseGfn, to - slot.baseGfn);
      const extra = (this.options.sharedDiscardFactor ?? 1) - 1;
      if (extra > 0) yield Math.round((vm.engine.now - began) * extra);
    }
  }
}
