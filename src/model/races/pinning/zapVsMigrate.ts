/**
 * What unpins a page of an encrypted guest, against the host's compaction (threads of August and October 2020). A page
 * that moves while the guest lives is lost, because its ciphertext is bound to the frame.
 */
import type { Engine } from '../../engine/engine.ts';
import { type Actor, POINT } from '../../engine/step.ts';
import type { Source } from '../../evidence/published.ts';
import { NO_PFN } from '../../host/frames.ts';
import { migratePage } from '../../host/migrate.ts';
import { deleteSlot } from '../../kvm/memslotUpdate.ts';
import type { Fate, Pinning, PinningDesign } from '../../kvm/pinning.ts';
import type { Vm } from '../../kvm/vm.ts';
import { putVm } from '../../kvm/vmLifetime.ts';
import type { ZapReason } from '../../kvm/zap.ts';
import type { Race, RaceWorld, StateTable } from '../race.ts';
import { hostPage, placeSlot, raceMachine } from '../setup.ts';
import { showMemory } from '../show.ts';
import { Watched } from '../watched.ts';

/** The mail that the race is about. */
const SINGH_2020: Source = {
  title: 'Brijesh Singh, Re: [RFC PATCH 0/8] KVM: x86/mmu: Introduce pinned SPTEs framework',
  date: '2020-10-26',
};

const GFN = 0;
/** A page of a slot of its own, which the VMM deletes meanwhile. */
const OTHER = 1;

const NEVER_MOVES = 'ciphertext never moves while the guest lives';
const ONCE = 'every pin is released exactly once';

/** Designs whose actors are the two ways to the end of a VM. */
const ENDINGS = ['xarray-end', 'released-twice'];

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
      title: 'The same: another slot is deleted, which zaps everything',
      expected: 'holds',
    },
    {
      name: 'xarray-end',
      title: 'The same: the address space dies beside the last reference to the VM',
      expected: 'holds',
    },
    {
      name: 'kept-in-spte',
      title: 'Pinned in the SPTE, which a zap leaves behind as not present but PINNED',
      expected: 'holds',
    },
    {
      name: 'spte',
      title: 'Pinned in the SPTE and unpinned with it (RFC of July 2020)',
      weakening: 'The pin goes with its SPTE, and deleting any slot zaps everything.',
      expected: NEVER_MOVES,
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
    return ENDINGS.includes(design) ? endWorld(engine, design) : lifeWorld(engine, design);
  },
};

/** The pins of a VM: a list of them, and how many were taken and released. */
class Pins {
  private readonly vm: Vm;
  private readonly list: Watched<readonly (readonly [gfn: number, pfn: number])[]>;
  private readonly taken: Watched<number>;
  private readonly released: Watched<number>;

  constructor(vm: Vm) {
    this.vm = vm;
    this.list = new Watched(vm.engine, 'list of pins', []);
    this.taken = new Watched(vm.engine, 'pins taken', 0);
    this.released = new Watched(vm.engine, 'pins released', 0);
  }

  held(): readonly (readonly [gfn: number, pfn: number])[] {
    return this.list.get();
  }

  has(gfn: number): boolean {
    return this.held().some(([at]) => at === gfn);
  }

  take(gfn: number, pfn: number): void {
    this.vm.host.frames.pin(pfn);
    this.taken.set(this.taken.get() + 1);
    // A second pin of a gfn takes the place of the first.
    this.list.set([...this.held().filter(([at]) => at !== gfn), [gfn, pfn]]);
  }

  /** Unpins a frame; forgetting it is `forget`'s. */
  release(pfn: number): void {
    this.released.set(this.released.get() + 1);
    if (this.vm.host.frames.pinCount(pfn) > 0) this.vm.host.frames.unpin(pfn);
  }

  forget(gfn: number): void {
    this.list.set(this.held().filter(([at]) => at !== gfn));
  }

  /** Each pin taken was released once or is in the list once. */
  balanced(): true | string {
    const taken = this.taken.get();
    const released = this.released.get();
    const listed = this.held().length;
    return (
      taken === released + listed ||
      `${taken} pins were taken, ${released} released, and ${listed} are still known of`
    );
  }

  show(): StateTable {
    const rows = this.held().map(([gfn, pfn]) => [gfn, pfn, this.vm.host.frames.pinCount(pfn)].map(String));
    return { title: 'Pins', columns: ['gfn', 'frame', 'pins of the frame'], rows };
  }
}

/** Designs whose page is not there when the vCPU first touches it; for the others the VMM deletes a slot. */
const FAULTING = ['xarray', 'pin-after-install', 'pin-before-check'];

/**
 * A vCPU writes to a page while the host compacts: as its first touch of it, or while the VMM deletes another slot and
 * everything is zapped.
 */
function lifeWorld(engine: Engine, design: string): RaceWorld {
  let pins!: Pins;
  const pinning: PinningDesign = {
    ...nameless(design),
    create(vm): Pinning {
      pins = new Pins(vm);
      return lifeHooks(pins, design);
    },
  };
  const { vm, mm, host } = raceMachine(engine, { vmType: 'sev', release: [5, 9] }, { pinning });
  const hva = mm.map(2);
  const page = hostPage(mm, hva);
  placeSlot(vm, { pages: 1, hva });
  placeSlot(vm, { id: 1, baseGfn: OTHER, pages: 1, hva: hva + OTHER });
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
    vm.mmu.install(GFN, page, true, false, bit);
    written.set(page);
  }

  engine.spawn('vCPU 0', guest(vm, written, design === 'pin-after-install' ? pins : null));
  engine.spawn('compaction', migratePage(mm, hva));
  if (!faulting) engine.spawn('VMM', deleteSlot(vm, 1));
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

/** @param pinsLate the pins, where the page is pinned once the vCPU has it. */
function* guest(vm: Vm, written: Watched<number>, pinsLate: Pins | null): Actor {
  const pfn = yield* vm.createVcpu().access(GFN, true, true);
  if (pfn === NO_PFN) return;
  written.set(pfn);
  if (pinsLate === null) return;
  yield POINT;
  if (vm.mmu.peek(GFN, false) === pfn) pinsLate.take(GFN, pfn);
}

function lifeHooks(pins: Pins, design: string): Pinning {
  const metadataBytes = () => 0;
  const pinOnce = (gfn: number, pfn: number) => {
    if (!pins.has(gfn)) pins.take(gfn, pfn);
  };
  // An event of the host leaves the pin alone; whatever else takes the SPTE takes the pin with it.
  const unpin = (gfn: number, pfn: number, reason: ZapReason): Fate => {
    if (reason === 'notifier') return 'keep-pinned';
    pins.release(pfn);
    pins.forget(gfn);
    return 'drop';
  };
  switch (design) {
    case 'spte':
      return {
        metadataBytes,
        installing(gfn, pfn, kept) {
          if (kept === NO_PFN) pins.take(gfn, pfn);
          return true;
        },
        zapping: (gfn, pfn, pinned, reason) => (pinned ? unpin(gfn, pfn, reason) : 'drop'),
        dropping: unpin,
      };
    case 'kept-in-spte':
      return {
        metadataBytes,
        installing(gfn, pfn, kept) {
          if (kept === NO_PFN) pins.take(gfn, pfn);
          return true;
        },
        zapping: (_, __, pinned) => (pinned ? 'keep-pinned' : 'drop'),
        dropping: () => 'keep-pinned',
      };
    case 'pin-before-check':
      return {
        metadataBytes,
        beforeInstall(gfn, pfn) {
          pins.take(gfn, pfn);
          return 0;
        },
      };
    case 'pin-after-install':
      return { metadataBytes };
    default:
      return {
        metadataBytes,
        installing(gfn, pfn) {
          pinOnce(gfn, pfn);
          return false;
        },
      };
  }
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
      if (design === 'xarray-end') return { metadataBytes, vmDestroyed: releaseAll };
      return { metadataBytes, mmReleased: releaseAll, vmDestroyed: releaseAll };
    },
  };
  const { vm, mm } = raceMachine(engine, { vmType: 'sev', release: [5, 9] }, { pinning });
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

/** The parts of a design that a race has no use for. */
function nameless(name: string): Pick<PinningDesign, 'name' | 'title' | 'mail'> {
  return { name, title: name, mail: SINGH_2020 };
}
