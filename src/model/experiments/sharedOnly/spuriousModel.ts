/**
 * One event of the host on a stretch of a confidential guest's memory, part of which is private: what it hits, and
 * what the guest has to fault in again.
 */
import type { VmType } from '../../arch/profile.ts';
import type { Costs } from '../../costs/table.ts';
import type { Actor } from '../../engine/step.ts';
import { GuestMemfd } from '../../kvm/guestMemfd.ts';
import { createSlot } from '../../kvm/memslotUpdate.ts';
import type { ReclaimDesign } from '../../kvm/reclaim.ts';
import { buildMachine } from '../../machine.ts';
import { hostEvent } from '../../workloads/hostEvents.ts';

/** What happens, in which order. */
export type Order =
  /** Converted to private, the shared page discarded, then touched: as a VMM does that discards at once. */
  | 'convert, discard, touch'
  /** Converted and touched, and only then discarded. */
  | 'convert, touch, discard'
  /** Discarded while still shared, then converted and touched. */
  | 'discard, convert, touch'
  /** Shared pages are kept; NUMA balancing passes over the stretch. */
  | 'NUMA balancing over kept pages'
  /** Shared pages are kept; compaction moves each. */
  | 'compaction of kept pages';

export const ORDERS: readonly Order[] = [
  'convert, discard, touch',
  'convert, touch, discard',
  'discard, convert, touch',
  'NUMA balancing over kept pages',
  'compaction of kept pages',
];

export interface SpuriousScene {
  readonly vmType: VmType;
  readonly design: ReclaimDesign;
  readonly order: Order;
  /** Share of the stretch that is private, 0 to 1. */
  readonly privateShare: number;
  /** Share of the private pages that the guest touches again, 0 to 1. */
  readonly touchedShare: number;
  readonly costs?: Partial<Costs>;
}

export interface SpuriousResult {
  /** Private pages in the stretch. */
  readonly privatePages: number;
  /** SPTEs that the RMP was asked about. */
  readonly lookups: number;
  /** Faults on private pages after the event. */
  readonly faults: number;
  /** Private pages that did not hold what the guest had last written. */
  readonly lost: number;
}

/** Pages of the stretch; one step of NUMA balancing covers them all. */
const PAGES = 128;

/** Carries out one event and lets the guest look at its private pages. */
export function spurious(scene: SpuriousScene): SpuriousResult {
  const machine = buildMachine({
    profile: { vmType: scene.vmType },
    designs: { reclaim: scene.design },
    costs: scene.costs,
  });
  const { engine, vm, mm, host } = machine;
  const vcpu = vm.createVcpu();
  const privateGfns = spread(PAGES, scene.privateShare);
  const touched = spread(privateGfns.length, scene.touchedShare).map(i => privateGfns[i]);
  const tokens = new Map<number, number>();
  let faults = 0;
  let lost = 0;
  let lookups = 0;

  function* convertAndTouch(discardBetween: boolean): Actor {
    for (const gfn of privateGfns) {
      yield* vm.conversion.convert(gfn, gfn + 1, true);
      if (discardBetween) yield* event(gfn);
      const token = host.frames.newToken();
      yield* vcpu.write(gfn, token, true);
      tokens.set(gfn, token);
    }
  }

  function* event(gfn: number): Actor {
    const before = vm.stats.judged;
    const what = scene.order.startsWith('NUMA')
      ? 'numa'
      : scene.order.startsWith('compaction')
        ? 'compaction'
        : 'discard';
    yield* hostEvent(vm, what, gfn, gfn);
    lookups += vm.stats.judged - before;
  }

  function* run(): Actor {
    const hva = mm.map(PAGES);
    const gmem = new GuestMemfd(vm, PAGES);
    yield* createSlot(vm, { id: 0, baseGfn: 0, pages: PAGES, flags: 0, hva, gmem, gmemOffset: 0 });
    for (let gfn = 0; gfn < PAGES; gfn++) yield* vcpu.write(gfn, host.frames.newToken(), false);
    switch (scene.order) {
      case 'convert, discard, touch':
        yield* convertAndTouch(true);
        break;
      case 'discard, convert, touch':
        for (const gfn of privateGfns) yield* event(gfn);
        yield* convertAndTouch(false);
        break;
      case 'NUMA balancing over kept pages':
        yield* convertAndTouch(false);
        yield* event(0);
        break;
      default:
        yield* convertAndTouch(false);
        for (const gfn of privateGfns) yield* event(gfn);
    }
    const before = vm.stats.faults;
    for (const gfn of touched) {
      if ((yield* vcpu.read(gfn, true)) !== tokens.get(gfn)) lost++;
    }
    faults = vm.stats.faults - before;
  }

  engine.spawn('vCPU 0', run());
  engine.run();
  return { privatePages: privateGfns.length, lookups, faults, lost };
}

/** Round(`share` * `count`) of the numbers from 0 to `count` - 1, evenly spread. */
function spread(count: number, share: number): number[] {
  const take = Math.round(count * share);
  return Array.from({ length: take }, (_, i) => Math.floor((i * count) / take));
}
