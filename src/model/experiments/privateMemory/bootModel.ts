/**
 * The boot of a guest whose firmware converts memory around every DMA transaction, for one set of designs.
 *
 * Every transaction of a boot does the same, so a run simulates the first ones and continues at the pace of the
 * second half of them; a test compares that with a run of all of them.
 */
import type { VmType } from '../../arch/profile.ts';
import type { Costs } from '../../costs/table.ts';
import { attributesIoctl } from '../../designs/conversion/attributesIoctl.ts';
import { explicitSlots } from '../../designs/conversion/explicitSlots.ts';
import { fileAllocation } from '../../designs/conversion/fileAllocation.ts';
import { inPlace } from '../../designs/conversion/inPlace.ts';
import { pendingConversions } from '../../designs/conversion/pendingConversions.ts';
import { rmpInPlace } from '../../designs/conversion/rmpInPlace.ts';
import { flushEveryEvent } from '../../designs/reclaim/flushEveryEvent.ts';
import { flushOnGmemFree } from '../../designs/reclaim/flushOnGmemFree.ts';
import type { Actor } from '../../engine/step.ts';
import { GuestMemfd } from '../../kvm/guestMemfd.ts';
import { createSlot } from '../../kvm/memslotUpdate.ts';
import type { VmDesigns } from '../../kvm/vm.ts';
import { buildMachine } from '../../machine.ts';
import { type FirmwareResult, firmwareBoot } from '../../workloads/firmwareBoot.ts';
import { type Discard, Vmm } from '../../workloads/vmm.ts';

/** One way to boot: designs, and what the VMM discards. */
export interface BootVariant {
  readonly name: string;
  readonly designs: VmDesigns;
  /** SNP where left out. */
  readonly vmType?: VmType;
  readonly discardShared: Discard;
  readonly discardPrivate: Discard;
}

/** The three boots that were measured, and what came later. */
export const BOOT_VARIANTS = {
  snp: {
    name: 'SNP without fd-based memory',
    designs: { conversion: rmpInPlace, reclaim: flushEveryEvent },
    discardShared: 'never',
    discardPrivate: 'never',
  },
  upm: {
    name: 'v6, both sides discarded',
    designs: { conversion: fileAllocation, reclaim: flushEveryEvent },
    discardShared: 'eager',
    discardPrivate: 'eager',
  },
  upmKeepShared: {
    name: 'v6, shared side kept',
    designs: { conversion: fileAllocation, reclaim: flushEveryEvent },
    discardShared: 'never',
    discardPrivate: 'eager',
  },
  slots: {
    name: 'explicit slots, flushing as in 2022',
    designs: { conversion: explicitSlots, reclaim: flushEveryEvent },
    discardShared: 'never',
    discardPrivate: 'never',
  },
  ioctlFlush: {
    name: 'attributes ioctl, both discarded, flushing as in 2022',
    designs: { conversion: attributesIoctl, reclaim: flushEveryEvent },
    discardShared: 'eager',
    discardPrivate: 'eager',
  },
  ioctl: {
    name: 'attributes ioctl, both discarded, as in 6.11',
    designs: { conversion: attributesIoctl, reclaim: flushOnGmemFree },
    discardShared: 'eager',
    discardPrivate: 'eager',
  },
  ioctlKeep: {
    name: 'attributes ioctl, nothing discarded',
    designs: { conversion: attributesIoctl, reclaim: flushOnGmemFree },
    discardShared: 'never',
    discardPrivate: 'never',
  },
  pending: {
    name: 'pending conversions, VM that software protects',
    designs: { conversion: pendingConversions, reclaim: flushOnGmemFree },
    vmType: 'sw-protected',
    discardShared: 'eager',
    discardPrivate: 'eager',
  },
  inPlace: {
    name: 'in-place conversion',
    designs: { conversion: inPlace, reclaim: flushOnGmemFree },
    discardShared: 'never',
    discardPrivate: 'never',
  },
} satisfies Record<string, BootVariant>;

export interface BootOptions {
  readonly transactions: number;
  readonly pages: number;
  readonly workingSet: number;
  readonly sharedDiscardFactor: number;
  readonly costs: Partial<Costs>;
  /** Transactions simulated one by one before the pace is taken from them. */
  readonly simulate?: number;
}

export interface BootResult {
  /** Time of all transactions, in ns, without the rest of the boot. */
  readonly convertingNs: number;
  /** Flushes of every CPU's cache. */
  readonly flushes: number;
  /** Faults taken. */
  readonly faults: number;
  /** Reads that returned something else than was last written. */
  readonly wrongReads: number;
}

/** 1 GiB of guest memory, and where the firmware's buffers and its working set lie in it. */
const GUEST_PAGES = 2 ** 18;
const BUFFER_GFN = 2 ** 17;
const WORKING_GFN = 2 ** 12;

/** Transactions worth simulating one by one: fewer where each of them touches many pages. */
function simulatedFor(touched: number): number {
  return Math.max(16, Math.min(512, Math.floor((512 * 64) / Math.max(touched, 1))));
}

/** Runs the transactions of one boot. */
export function boot(variant: BootVariant, options: BootOptions): BootResult {
  const { transactions, pages, workingSet } = options;
  const simulated = Math.min(transactions, options.simulate ?? simulatedFor(workingSet + pages));
  const machine = buildMachine({
    profile: { vmType: variant.vmType ?? 'snp', release: [5, 19] },
    designs: variant.designs,
    costs: options.costs,
  });
  const { engine, vm, mm } = machine;
  const half = Math.floor(simulated / 2);
  const at = { half: 0, end: 0, flushesHalf: 0, faultsHalf: 0 };
  const result: FirmwareResult = { wrongReads: 0 };
  const vmm = new Vmm(vm, { ...variant, sharedDiscardFactor: options.sharedDiscardFactor });
  const vcpu = vm.createVcpu();

  function* run(): Actor {
    const hva = mm.map(GUEST_PAGES);
    const gmem = new GuestMemfd(vm, GUEST_PAGES);
    yield* createSlot(vm, { id: 0, baseGfn: 0, pages: GUEST_PAGES, flags: 0, hva, gmem, gmemOffset: 0 });
    for (const [gfn, count] of [
      [WORKING_GFN, workingSet],
      [BUFFER_GFN, pages],
    ]) {
      yield* prepare(gfn, count);
    }
    const began = engine.now;
    vm.stats.faults = 0;
    vm.stats.cacheFlushes = 0;
    yield* firmwareBoot(
      vcpu,
      vmm,
      {
        transactions: simulated,
        pages,
        buffers: 1,
        bufferGfn: BUFFER_GFN,
        workingSet,
        workingGfn: WORKING_GFN,
        workNs: 0,
        after: t => {
          if (t + 1 !== half) return;
          at.half = engine.now - began;
          at.flushesHalf = vm.stats.cacheFlushes;
          at.faultsHalf = vm.stats.faults;
        },
      },
      result,
    );
    at.end = engine.now - began;
  }

  /** The firmware's pages before the first transaction: private, allocated and mapped. */
  function* prepare(start: number, count: number): Actor {
    if (count === 0) return;
    if (!vm.conversion.privateInFile) {
      for (let gfn = start; gfn < start + count; gfn++) {
        const slot = vm.memslots.set.find(gfn)!;
        yield* mm.fault(slot.hva + gfn - slot.baseGfn, true);
      }
    }
    yield* vmm.convert(start, start + count, true);
    for (let gfn = start; gfn < start + count; gfn++) yield* vcpu.write(gfn, vm.host.frames.newToken(), true);
  }

  engine.spawn('vCPU 0', run());
  engine.run();
  const rest = transactions - simulated;
  const pace = simulated - half;
  const extend = (total: number, atHalf: number) => total + (rest > 0 ? (rest * (total - atHalf)) / pace : 0);
  return {
    convertingNs: extend(at.end, at.half),
    flushes: Math.round(extend(vm.stats.cacheFlushes, at.flushesHalf)),
    faults: Math.round(extend(vm.stats.faults, at.faultsHalf)),
    wrongReads: result.wrongReads,
  };
}
