/**
 * The start of an SEV guest: memory registered and pinned, or pinned when the guest touches it.
 *
 * Every page costs the same, so a run brings in a few and multiplies.
 */
import { COST_TABLE, type Costs } from '../../costs/table.ts';
import type { Actor } from '../../engine/step.ts';
import { DADHANIA_FITTED, VAN_TASSELL_FITTED } from '../../evidence/pinning.ts';
import { GuestMemfd } from '../../kvm/guestMemfd.ts';
import { createSlot } from '../../kvm/memslotUpdate.ts';
import type { PinningDesign } from '../../kvm/pinning.ts';
import { buildMachine } from '../../machine.ts';

const PAGES_PER_GIB = 2 ** 18;

/** Pages brought in one by one. */
const SAMPLE = 256;

/** What a page takes, in ns. */
interface PagePace {
  /** While the slot is made: every page of the guest. */
  readonly registerNs: number;
  /** At the guest's first touch: every page it touches. */
  readonly touchNs: number;
}

/** Pace of one design on a machine with these costs. */
function pace(pinning: PinningDesign, costs: Partial<Costs>): PagePace {
  const inFile = pinning.memory === 'guest_memfd';
  const { engine, vm, mm } = buildMachine({
    profile: { vmType: inFile ? 'snp' : 'sev', arch: 'svm', release: inFile ? [6, 11] : [5, 17] },
    designs: { pinning },
    costs: { ...costs, memslotCreate: 0, srcuGrace: 0 },
  });
  const vcpu = vm.createVcpu();
  let registerNs = 0;
  let touchNs = 0;
  engine.spawn(
    'vCPU 0',
    (function* (): Actor {
      const hva = mm.map(SAMPLE);
      const gmem = inFile ? new GuestMemfd(vm, SAMPLE) : null;
      yield* createSlot(vm, { id: 0, baseGfn: 0, pages: SAMPLE, flags: 0, hva, gmem, gmemOffset: 0 });
      registerNs = engine.now / SAMPLE;
      if (inFile) yield* vm.conversion.convert(0, SAMPLE, true);
      const began = engine.now;
      for (let gfn = 0; gfn < SAMPLE; gfn++) yield* vcpu.write(gfn, vm.host.frames.newToken(), inFile);
      touchNs = (engine.now - began) / SAMPLE;
    })(),
  );
  engine.run();
  return { registerNs, touchNs };
}

/** A machine on which starts were measured. */
export interface StartMachine {
  /** Everything in a start that does not grow with memory, in ns. */
  readonly restNs: number;
  /** The host's share of bringing in a page and pinning it, in ns. */
  readonly pageNs: number;
  /** KVM's share of a fault, without the exit, in ns. */
  readonly stage2Ns: number;
  /** All of the above but the rest takes so many times as long. */
  readonly slowness: number;
}

/**
 * Time of starts in seconds under a design, one for each size in GiB. `touched` is the share of memory that the guest touches while it
 * boots.
 */
export function startSeconds(
  machine: StartMachine,
  pinning: PinningDesign,
  sizes: readonly number[],
  touched: number,
): number[] {
  const { slowness } = machine;
  const { registerNs, touchNs } = pace(pinning, {
    vmExit: Math.round(COST_TABLE.vmExit.value * slowness),
    stage2Fault: Math.round(machine.stage2Ns * slowness),
    hostFault: 0,
    pageAllocate: Math.round(machine.pageNs * slowness),
  });
  return sizes.map(gib => (machine.restNs + gib * PAGES_PER_GIB * (registerNs + touched * touchNs)) / 1e9);
}

/** Share of memory that is the guest's array of struct page: 64 bytes for each page of 4 KiB. */
const STRUCT_PAGE_SHARE = 1 / 64;

/**
 * Dadhania's machine from three of his ten starts. Time is linear in all three unknowns, and the other seven starts
 * are left to be predicted.
 */
export function fitDadhania(touched = STRUCT_PAGE_SHARE): StartMachine {
  const { smallest, largest, largestOnFault } = DADHANIA_FITTED;
  const [small, large, lazyLarge] = [smallest, largest, largestOnFault].map(s => s.value * 1e9);
  const [from, to] = [smallest, largest].map(s => s.gib * PAGES_PER_GIB);
  // Pinned up front, a page costs its bringing in and, where it is touched, a fault that finds it there.
  const each = (large - small) / (to - from);
  const restNs = small - from * each;
  const onTouch = (lazyLarge - restNs) / (to * touched);
  const faultNs = (onTouch - each) / (1 - touched);
  return {
    restNs,
    pageNs: onTouch - faultNs,
    stage2Ns: faultNs - COST_TABLE.vmExit.value,
    slowness: 1,
  };
}

/**
 * Van Tassell's machine from two of his ten starts: the smallest pinned on fault and the largest pinned up front. Time is
 * linear in both unknowns.
 */
export function fitVanTassell(dadhania: StartMachine, touched = STRUCT_PAGE_SHARE): StartMachine {
  const { largest, smallestOnFault } = VAN_TASSELL_FITTED;
  const faultNs = dadhania.stage2Ns + COST_TABLE.vmExit.value;
  const upFront = largest.gib * PAGES_PER_GIB * (dadhania.pageNs + touched * faultNs);
  const onFault = smallestOnFault.gib * PAGES_PER_GIB * touched * (dadhania.pageNs + faultNs);
  const slowness = ((largest.value - smallestOnFault.value) * 1e9) / (upFront - onFault);
  return { ...dadhania, restNs: smallestOnFault.value * 1e9 - slowness * onFault, slowness };
}
