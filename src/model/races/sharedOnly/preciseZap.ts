/**
 * Zapping only shared SPTEs where one root holds both kinds: Christopherson's mail of 18 September 2023 leaves open
 * whether that can be done without a race. Here it is asked of each way to tell the kinds apart.
 */
import type { TableConversion } from '../../designs/conversion/attributesIoctl.ts';
import type { Engine } from '../../engine/engine.ts';
import { type Actor, POINT } from '../../engine/step.ts';
import { NO_PFN, OWNER_GMEM } from '../../host/frames.ts';
import { GuestMemfd } from '../../kvm/guestMemfd.ts';
import { setAttributes } from '../../kvm/setAttributes.ts';
import type { ZapJudge } from '../../kvm/tdpMmu.ts';
import type { Vm } from '../../kvm/vm.ts';
import { FILTER_PRIVATE, FILTER_SHARED } from '../../kvm/zap.ts';
import type { Race, RaceWorld } from '../race.ts';
import { hostPage, placeSlot, raceMachine } from '../setup.ts';
import { showMemory } from '../show.ts';
import { Watched } from '../watched.ts';

const GFN = 0;

const NO_FREED = 'no SPTE maps a freed page';
const SPARED = 'an event of the host takes no private mapping';

export const preciseZap: Race = {
  id: 'shared-only/precise-zap',
  question: 'Can KVM zap only the shared SPTEs of one root without a race?',
  designs: [
    {
      name: 'by-spte-bit',
      title: 'A software bit of the SPTE says which kind it maps',
      expected: 'holds',
    },
    {
      name: 'by-rmp',
      title: 'The RMP says whether the frame is private',
      expected: 'holds',
    },
    {
      name: 'by-attribute',
      title: 'The gfn’s attribute says it, zapping ahead of the store with the range in progress',
      expected: 'holds',
    },
    {
      name: 'everything',
      title: 'Everything in the range goes, as SNP does',
      weakening: 'Nothing is told apart: an event of the host takes private mappings too.',
      expected: SPARED,
    },
    {
      name: 'by-attribute-after-store',
      title: 'By attribute, but stored before the zap',
      weakening:
        'The conversion stores the attribute first, and its own zap then takes the old mapping for a private one.',
      expected: NO_FREED,
    },
    {
      name: 'by-attribute-no-range',
      title: 'By attribute, with no range in progress',
      weakening: 'Between the zap and the store a fault can map the page anew.',
      expected: NO_FREED,
    },
    {
      name: 'by-attribute-early',
      title: 'By attribute, looked up before mmu_lock is taken',
      weakening: 'The event decides by an attribute that may have changed when it holds the lock.',
      expected: NO_FREED,
    },
    {
      name: 'by-rmp-after-update',
      title: 'By RMP, updated before the zap',
      weakening:
        'guest_memfd makes the frame shared in the RMP first, and its own zap then takes the SPTE for a shared one.',
      expected: NO_FREED,
    },
  ],
  build(engine, design): RaceWorld {
    const { vm, mm } = raceMachine(engine, { vmType: 'snp' });
    const gmem = new GuestMemfd(vm, 1);
    const hva = mm.map(1);
    const sharedPage = hostPage(mm, hva);
    placeSlot(vm, { pages: 1, hva, gmem });
    const { store } = vm.conversion as TableConversion;
    const lost = new Watched(engine, 'private mapping lost', false);
    judge(vm, engine, design, lost);
    const backwards = design === 'by-attribute-early' || design === 'by-rmp-after-update';
    if (backwards) {
      store.set(GFN, GFN + 1, true);
      const page = gmem.getPfn(0);
      vm.rmp!.makePrivate(page, GFN);
      vm.mmu.install(GFN, page, true, true);
    } else {
      vm.mmu.install(GFN, sharedPage, true, false);
    }
    engine.spawn('vCPU 0', vm.createVcpu().access(GFN, false, false));
    if (design === 'by-rmp-after-update') engine.spawn('hole punch', punchMadeShared(vm, gmem));
    else if (backwards) engine.spawn('VMM', vm.conversion.convert(GFN, GFN + 1, false));
    else engine.spawn('VMM', toPrivate(vm, store, design, hva));
    if (design === 'by-attribute-early') engine.spawn('madvise', mm.dontNeed(hva, hva + 1));
    else engine.spawn('vCPU 1', vm.createVcpu().access(GFN, true, true));
    return {
      properties: [
        {
          name: NO_FREED,
          when: 'always',
          check: () => {
            const pfn = vm.mmu.peek(GFN, false);
            if (pfn === NO_PFN || vm.host.frames.references(pfn) > 0) return true;
            return `gfn ${GFN} maps frame ${pfn}, which is free`;
          },
        },
        {
          name: SPARED,
          when: 'always',
          check: () =>
            !lost.get() || `the event of a shared page has taken the private mapping of gfn ${GFN}`,
        },
      ],
      memory: { vm, gfns: [GFN] },
      show: () => showMemory(vm, 1),
    };
  },
};

/** Decides about each SPTE that an operation meets, by what the design asks. */
function judge(vm: Vm, engine: Engine, design: string, lost: Watched<boolean>): void {
  const bits = new Map<number, boolean>();
  const install = vm.mmu.install.bind(vm.mmu);
  const noting: typeof install = (gfn, pfn, writable, isPrivate, pinned) => {
    bits.set(gfn, isPrivate);
    return install(gfn, pfn, writable, isPrivate, pinned);
  };
  vm.mmu.install = noting;
  const early = new Map<number, boolean>();
  if (design === 'by-attribute-early') {
    const invalidateStart = vm.notifier.invalidateStart.bind(vm.notifier);
    const askingEarly: typeof invalidateStart = function* (range) {
      early.set(engine.current, vm.isPrivate(GFN));
      yield POINT;
      yield* invalidateStart(range);
    };
    vm.notifier.invalidateStart = askingEarly;
  }
  const judging: ZapJudge = (gfn, pfn, { filter, reason }) => {
    const really = vm.host.frames.owner(pfn) === OWNER_GMEM;
    let isPrivate = really;
    if (design === 'by-spte-bit') isPrivate = bits.get(gfn)!;
    else if (design.startsWith('by-rmp')) isPrivate = vm.rmp!.isPrivate(pfn);
    else if (design.startsWith('by-attribute'))
      isPrivate = (reason === 'notifier' ? early.get(engine.current) : undefined) ?? vm.isPrivate(gfn);
    const meant = design === 'everything' || (filter & (isPrivate ? FILTER_PRIVATE : FILTER_SHARED)) !== 0;
    if (meant && really && reason === 'notifier') lost.set(true);
    return meant ? 'drop' : 'keep';
  };
  vm.mmu.judge = judging;
  const nothing = () => {};
  if (design === 'by-attribute-no-range') vm.invalidation.addRange = nothing;
}

function* toPrivate(vm: Vm, store: TableConversion['store'], design: string, hva: number): Actor {
  yield* convert(vm, store, design);
  yield POINT;
  // What is left behind is given back at once: the event that the thread is about.
  yield* vm.mm.dontNeed(hva, hva + 1);
}

/** The RMP says shared before the page goes. */
function* punchMadeShared(vm: Vm, gmem: GuestMemfd): Actor {
  vm.rmp!.makeShared(gmem.cachedPage(0));
  yield POINT;
  yield* gmem.punchHole(0, 1);
}

function* convert(vm: Vm, store: TableConversion['store'], design: string): Actor {
  if (design !== 'by-attribute-after-store') {
    yield* vm.conversion.convert(GFN, GFN + 1, true);
    return;
  }
  store.set(GFN, GFN + 1, true);
  yield POINT;
  yield* setAttributes(vm, { isAll: () => false, set: () => {} }, GFN, GFN + 1, true, 0);
}
