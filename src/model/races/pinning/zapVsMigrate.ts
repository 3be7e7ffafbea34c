/**
 * What unpins a page of an encrypted guest, against the host's compaction (threads of August and October 2020). A page
 * that moves while the guest lives is lost, because its ciphertext is bound to the frame.
 */
import { firmwareMove } from '../../designs/pinning/unpinned.ts';
import type { Engine } from '../../engine/engine.ts';
import { type Actor, POINT } from '../../engine/step.ts';
import type { Source } from '../../evidence/published.ts';
import type { AddressSpace } from '../../host/addressSpace.ts';
import { NO_PFN } from '../../host/frames.ts';
import { migratePage } from '../../host/migrate.ts';
import { splitFolio } from '../../host/splitFolio.ts';
import { PAGES_PER_2M } from '../../host/units.ts';
import { DirtyBitmap } from '../../kvm/dirtyBitmap.ts';
import { guestWrites } from '../../kvm/guestContents.ts';
import { MEM_LOG_DIRTY_PAGES } from '../../kvm/memslots.ts';
import { deleteSlot } from '../../kvm/memslotUpdate.ts';
import type { Pinning, PinningDesign } from '../../kvm/pinning.ts';
import type { Vm } from '../../kvm/vm.ts';
import { putVm } from '../../kvm/vmLifetime.ts';
import type { Race, RaceWorld } from '../race.ts';
import { hostPage, hugePage, placeSlot, raceMachine } from '../setup.ts';
import { showMemory } from '../show.ts';
import { Watched } from '../watched.ts';
import { pinningHooks } from './pinningHooks.ts';
import { Pins } from './pins.ts';

/** The mail that the race is about. */
const SINGH_2020: Source = {
  title: 'Brijesh Singh, Re: [RFC PATCH 0/8] KVM: x86/mmu: Introduce pinned SPTEs framework',
  date: '2020-10-26',
};

/** The machine that the threads were about. */
const WORLD_OF_2020 = { vmType: 'sev', release: [5, 9], mmu: 'direct-rmap' } as const;

const GFN = 0;
/** What the guest has written to the page that firmware is to move. */
const WRITTEN = 7;
/** Another page: of a slot of its own, which the VMM deletes meanwhile, or one that another vCPU touches. */
const OTHER = 1;

/** A page whose entry is in tables of its own from level 2 down. */
const ELSEWHERE = 2 ** 18;

const NEVER_MOVES = 'ciphertext never moves while the guest lives';
const READS_BACK = 'the guest reads what it wrote';
const ONCE = 'every pin is released exactly once';

/** Designs whose actors are the two ways to the end of a VM. */
const ENDINGS = ['xarray-end', 'either-end', 'released-twice'];

export const zapVsMigrate: Race = {
  id: 'pinning/zap-vs-migrate',
  question: 'Which ways of zapping an SPTE let the host move a page that the guest has encrypted?',
  designs: [
    {
      name: 'xarray',
      title: 'Pinned on the fault, kept in an XArray until the VM ends (Singh, October 2020)',
      expected: 'holds',
    },
    {
      name: 'xarray-zap',
      title: 'XArray, and another slot is deleted, which zaps everything',
      expected: 'holds',
    },
    {
      name: 'xarray-recycle',
      title: 'XArray, and page tables run out: the oldest are recycled',
      expected: 'holds',
    },
    {
      name: 'xarray-large',
      title: 'XArray, and a write that is logged drops the large SPTE of the huge page',
      expected: 'holds',
    },
    {
      name: 'xarray-end',
      title: 'XArray, and the address space dies beside the last reference to the VM',
      expected: 'holds',
    },
    {
      name: 'either-end',
      title: 'Unpinned by the dying address space or by the last reference: the first takes the list',
      expected: 'holds',
    },
    {
      name: 'kept-in-spte',
      title: 'Pinned in the SPTE, which a zap leaves behind as not present but PINNED',
      expected: 'holds',
    },
    {
      name: 'kept-recycle',
      title: 'Kept in the SPTE, and page tables run out: those with pinned SPTEs are not recycled',
      expected: 'holds',
    },
    {
      name: 'firmware',
      title: 'Not pinned: firmware encrypts the page anew while its entries wait (named in August 2020)',
      expected: 'holds',
    },
    {
      name: 'spte',
      title: 'Pinned in the SPTE and unpinned with it (RFC of July 2020)',
      weakening: 'The pin goes with its SPTE, and deleting any slot zaps everything.',
      expected: NEVER_MOVES,
    },
    {
      name: 'spte-recycle',
      title: 'Unpinned with the SPTE, and page tables run out: the oldest are recycled',
      weakening: 'The pin goes with its SPTE, and recycling a page table zaps all that it maps.',
      expected: NEVER_MOVES,
    },
    {
      name: 'spte-large',
      title: 'Unpinned with the SPTE, and a write that is logged drops the large one of the huge page',
      weakening:
        'The pin goes with the large SPTE; but the small one in its place holds the huge page, which the host moves only in pieces.',
      expected: 'holds',
    },
    {
      name: 'firmware-late',
      title: 'Not pinned, and firmware comes when the page has moved',
      weakening: 'The page’s entries are put back before the firmware has encrypted it anew.',
      expected: READS_BACK,
    },
    {
      name: 'pin-after-install',
      title: 'Pinned once the SPTE is there',
      weakening: 'The fault installs first and pins when it has given mmu_lock back.',
      expected: NEVER_MOVES,
    },
    {
      name: 'pin-before-check',
      title: 'Pinned before the sequence check',
      weakening: 'A fault that has to start over keeps the pin of its first attempt.',
      expected: ONCE,
    },
    {
      name: 'released-twice',
      title: 'Unpinned both by the dying address space and by the last reference',
      weakening: 'Each goes through the list of pins and empties it afterwards.',
      expected: ONCE,
    },
  ],
  build(engine, design): RaceWorld {
    if (design.startsWith('firmware')) return firmwareWorld(engine, design);
    return ENDINGS.includes(design) ? endWorld(engine, design) : lifeWorld(engine, design);
  },
};

/** Designs whose page is not there when the vCPU first touches it; for the others the VMM deletes a slot. */
const FAULTING = ['xarray', 'pin-after-install', 'pin-before-check'];

/**
 * A vCPU writes to a page while the host compacts: as its first touch of it, or while something else takes its SPTE.
 * The VMM deletes another slot and everything is zapped; or another vCPU faults, and tables are recycled for it, or the
 * large SPTE that maps both pages is dropped, behind which the host has a huge page.
 */
function lifeWorld(engine: Engine, design: string): RaceWorld {
  let pins!: Pins;
  const pinning: PinningDesign = {
    ...nameless(design),
    create(vm): Pinning {
      pins = new Pins(vm);
      return pinningHooks(pins, design);
    },
  };
  const { vm, mm, host } = raceMachine(engine, WORLD_OF_2020, { pinning });
  const isLarge = design.endsWith('-large');
  const recycles = design.endsWith('-recycle');
  const hva = mm.map(isLarge ? PAGES_PER_2M : 3);
  const page = isLarge ? hugePage(mm, hva) : hostPage(mm, hva);
  if (isLarge) {
    placeSlot(vm, {
      pages: PAGES_PER_2M,
      hva,
      flags: MEM_LOG_DIRTY_PAGES,
      dirty: new DirtyBitmap(PAGES_PER_2M, false, engine.access),
    });
  } else {
    placeSlot(vm, { pages: 1, hva });
    placeSlot(vm, { id: 1, baseGfn: OTHER, pages: 1, hva: hva + OTHER });
  }
  if (recycles) hostPage(mm, hva + OTHER);
  const written = new Watched(engine, 'encrypted frame', NO_PFN);
  const moved = new Watched(engine, 'moved frame', NO_PFN);
  const copy = host.frames.copy.bind(host.frames);
  const noting = (from: number, to: number) => {
    if (from === written.get()) moved.set(from);
    copy(from, to);
  };
  host.frames.copy = noting;
  const faulting = FAULTING.includes(design);
  if (!faulting) {
    const bit = vm.pinning!.installing!(GFN, page, NO_PFN);
    vm.mmu.install(GFN, page, true, false, bit, isLarge ? 2 : 1);
    if (isLarge) vm.mmu.writeProtect(GFN, PAGES_PER_2M);
    if (recycles) fillTables(vm, hostPage(mm, hva + 2));
    written.set(page);
  }

  engine.spawn('vCPU 0', guest(vm, written, design === 'pin-after-install' ? pins : null));
  engine.spawn('compaction', compact(mm, hva));
  if (isLarge || recycles) engine.spawn('vCPU 1', vm.createVcpu().access(OTHER, true, true));
  else if (!faulting) engine.spawn('VMM', deleteSlot(vm, 1));
  return {
    properties: [
      {
        name: NEVER_MOVES,
        when: 'always',
        check: () =>
          moved.get() === NO_PFN || `frame ${moved.get()} was copied with what the guest had written`,
      },
      {
        name: ONCE,
        when: 'finally',
        check: () => pins.balanced(),
      },
    ],
    memory: { vm, gfns: [GFN, OTHER] },
    show: () => [...showMemory(vm, 2), pins.show()],
  };
}

/** The host moves a page; one that is part of a huge page it splits off first. */
function* compact(mm: AddressSpace, page: number): Actor {
  if (mm.table.levelOf(page) > 1) yield* splitFolio(mm, page);
  yield* migratePage(mm, page);
}

/** @param pinsLate the pins, where the page is pinned once the vCPU has it. */
function* guest(vm: Vm, written: Watched<number>, pinsLate: Pins | null): Actor {
  const pfn = yield* vm.createVcpu().access(GFN, true, true);
  if (pfn === NO_PFN) return;
  written.set(pfn);
  if (pinsLate === null) return;
  yield POINT;
  if (vm.mmu.peek(GFN, false) === pfn) pinsLate.take(GFN, pfn);
}

/** Elsewhere the guest uses a page too, whose tables leave fewer free than the next fault wants; with them gone there are enough. */
function fillTables(vm: Vm, pfn: number): void {
  vm.mmu.install(ELSEWHERE, pfn, true, false);
  vm.rmapMmu!.limit = vm.rmapMmu!.used + 4;
}

/** A page is moved that the guest has written, and the guest reads it: nothing pins it, and firmware is called. */
function firmwareWorld(engine: Engine, design: string): RaceWorld {
  const late = design === 'firmware-late';
  const { vm, mm, host } = raceMachine(engine, WORLD_OF_2020, late ? {} : { pinning: firmwareMove });
  const hva = mm.map(1);
  const page = hostPage(mm, hva);
  placeSlot(vm, { pages: 1, hva });
  guestWrites(vm, page, WRITTEN, true);
  vm.mmu.install(GFN, page, true, false);
  const found = new Watched(engine, 'found', WRITTEN);
  engine.spawn(
    'vCPU 0',
    (function* (): Actor {
      found.set((yield* vm.createVcpu().read(GFN, true)) ?? WRITTEN);
    })(),
  );
  engine.spawn(
    'compaction',
    (function* (): Actor {
      yield* migratePage(mm, hva);
      if (!late) return;
      yield POINT;
      host.frames.rebind(mm.walk(hva, false));
    })(),
  );
  return {
    properties: [
      {
        name: READS_BACK,
        when: 'always',
        check: () => found.get() === WRITTEN || 'what it found is noise: encrypted for the frame before',
      },
    ],
    memory: { vm, gfns: [GFN] },
    show: () => showMemory(vm, 1),
  };
}

/** The address space dies while somebody gives back the last reference to the VM. */
function endWorld(engine: Engine, design: string): RaceWorld {
  let pins!: Pins;
  const pinning: PinningDesign = {
    ...nameless(design),
    create(vm): Pinning {
      pins = new Pins(vm);
      const metadataBytes = () => 0;
      const releaseAll = () => releasePins(pins);
      const releaseTaken = () => releaseList(pins);
      if (design === 'xarray-end') return { metadataBytes, vmDestroyed: releaseAll };
      if (design === 'either-end')
        return { metadataBytes, mmReleased: releaseTaken, vmDestroyed: releaseTaken };
      return { metadataBytes, mmReleased: releaseAll, vmDestroyed: releaseAll };
    },
  };
  const { vm, mm } = raceMachine(engine, WORLD_OF_2020, { pinning });
  const hva = mm.map(1);
  placeSlot(vm, { pages: 1, hva });
  pins.take(GFN, hostPage(mm, hva));
  engine.spawn('exit', mm.exit());
  engine.spawn('last reference', putVm(vm));
  return {
    properties: [{ name: ONCE, when: 'finally', check: () => pins.balanced() }],
    memory: { vm, gfns: [GFN] },
    show: () => [pins.show()],
  };
}

function* releasePins(pins: Pins): Actor {
  for (const [gfn, pfn] of pins.held()) {
    yield POINT;
    pins.release(pfn);
    yield POINT;
    pins.forget(gfn);
  }
}

/** Whoever comes second finds the list empty. */
function* releaseList(pins: Pins): Actor {
  yield POINT;
  for (const [, pfn] of pins.takeAll()) {
    yield POINT;
    pins.release(pfn);
  }
}

/** The parts of a design that a race has no use for. */
function nameless(name: string): Pick<PinningDesign, 'name' | 'title' | 'mail'> {
  return { name, title: name, mail: SINGH_2020 };
}
