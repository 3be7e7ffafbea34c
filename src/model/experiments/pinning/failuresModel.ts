/**
 * An encrypted guest that works on its memory while the host compacts, and while something else makes KVM drop SPTEs.
 *
 * What drops an SPTE is an actor that knows no design, and a design answers to reasons for zapping without knowing who
 * brought them about. A failure is a read that returns something else than the guest wrote there last.
 */
import { pinInXarray } from '../../designs/pinning/beside.ts';
import { Random } from '../../engine/random.ts';
import type { Actor } from '../../engine/step.ts';
import { collapseOne } from '../../host/collapse.ts';
import { migratePage } from '../../host/migrate.ts';
import { splitFolio } from '../../host/splitFolio.ts';
import { PAGES_PER_2M } from '../../host/units.ts';
import { GuestMemfd } from '../../kvm/guestMemfd.ts';
import { createSlot, deleteSlot } from '../../kvm/memslotUpdate.ts';
import { setNxHugePages } from '../../kvm/nxHugePages.ts';
import type { PinningDesign } from '../../kvm/pinning.ts';
import type { Vm } from '../../kvm/vm.ts';
import { buildMachine, type Machine } from '../../machine.ts';

/** Pages of guest memory: as many as two huge pages have. */
export const GUEST_PAGES = 1024;
/** Memslots that a device brings and takes: a BAR each, of the six that PCI lets it have. */
const BARS = 6;
/** One access in so many fetches an instruction: an assumption, which matters where large mappings are dropped. */
const FETCH_ONE_IN = 8;

/** What makes KVM drop SPTEs, or the host change its pages. */
export type Disturbance =
  /** A memslot of some device comes and goes. */
  | 'slot updates'
  /** The host is short of memory, and KVM’s shrinker takes the oldest table pages (mmu_shrink_scan of 5.9). */
  | 'recycled tables'
  /** The mitigation for huge pages is turned on or off: every SPTE goes, and large ones where instructions are fetched. */
  | 'NX huge pages toggled'
  /** The host puts 512 small pages together to a huge one. */
  | 'host page sizes';

export const DISTURBANCES: readonly Disturbance[] = [
  'slot updates',
  'recycled tables',
  'NX huge pages toggled',
  'host page sizes',
];

/** How the guest's memory is kept in its place. */
export interface Keeping {
  readonly title: string;
  /** In a word or two. */
  readonly short: string;
  readonly pinning?: PinningDesign;
}

export interface FailuresScene {
  readonly keeping: Keeping;
  readonly disturbances: readonly Disturbance[];
  /** Accesses of the guest, each to a page at random. */
  readonly accesses: number;
  /** Share of the accesses that touch a page for the first time, while there are such; the rest go to used ones. */
  readonly freshShare: number;
  /** Time between two accesses, two moves of compaction, and two disturbances of a kind, in ns. */
  readonly accessNs: number;
  readonly compactNs: number;
  readonly disturbNs: number;
  readonly seed: number;
}

export interface Failures {
  /** Reads that returned something else than was written last. */
  readonly wrongReads: number;
  /** Accesses that ended because a page could not be pinned. */
  readonly refused: number;
  /** Pages the host moved, and pages it wanted to. */
  readonly moved: number;
  readonly tried: number;
}

/** Runs one guest. */
export function failures(scene: FailuresScene): Failures {
  const { pinning } = scene.keeping;
  const inFile = pinning?.memory === 'guest_memfd';
  const machine = buildMachine({
    profile: inFile
      ? { vmType: 'snp', arch: 'svm', release: [6, 11] }
      : { vmType: 'sev', arch: 'svm', release: [5, 9], mmu: 'direct-rmap' },
    designs: { pinning },
  });
  const run = new Run(scene, machine, inFile);
  machine.engine.spawn('vCPU 0', run.guest());
  machine.engine.run();
  const { wrongReads, refused, moved, tried } = run;
  return { wrongReads, refused, moved, tried };
}

/**
 * A guest with its host. Methods and not functions within `failures`: a generator function made anew for every run is
 * compiled as if nothing were known of it, and a page has dozens of runs.
 */
class Run {
  wrongReads = 0;
  refused = 0;
  moved = 0;
  tried = 0;
  private readonly scene: FailuresScene;
  private readonly machine: Machine;
  private readonly inFile: boolean;
  private done = false;
  private hva = 0;

  constructor(scene: FailuresScene, machine: Machine, inFile: boolean) {
    this.scene = scene;
    this.machine = machine;
    this.inFile = inFile;
  }

  *guest(): Actor {
    const { scene, inFile } = this;
    const { vm, mm, host } = this.machine;
    const vcpu = vm.createVcpu();
    const random = new Random(scene.seed);
    const hva = mm.map(GUEST_PAGES);
    this.hva = hva;
    // The first half has one small page, and goes on with small ones; the second is to be a huge page.
    if (!inFile) yield* mm.fault(hva, true);
    host.thp = 'always';
    const gmem = inFile ? new GuestMemfd(vm, GUEST_PAGES) : null;
    yield* createSlot(vm, { id: 0, baseGfn: 0, pages: GUEST_PAGES, flags: 0, hva, gmem, gmemOffset: 0 });
    if (inFile) yield* vm.conversion.convert(0, GUEST_PAGES, true);
    this.spawnHost(random.word());
    const last = new Map<number, number>();
    let fresh = 0;
    for (let i = 0; i < scene.accesses; i++) {
      const takeFresh = fresh < GUEST_PAGES && (fresh === 0 || random.chance(scene.freshShare));
      const gfn = touched(takeFresh ? fresh++ : random.below(fresh));
      const expected = last.get(gfn);
      // A page is written before it is read: nobody reads what was not put there.
      if (expected !== undefined) {
        vcpu.fetches = i % FETCH_ONE_IN === 0;
        const found = yield* vcpu.read(gfn, true);
        if (found === undefined) this.refused++;
        else if (found !== expected) this.wrongReads++;
        vcpu.fetches = false;
      }
      const token = host.frames.newToken();
      if (yield* vcpu.write(gfn, token, true)) last.set(gfn, token);
      else this.refused++;
      yield scene.accessNs;
    }
    this.done = true;
  }

  private spawnHost(seed: number): void {
    const { engine } = this.machine;
    engine.spawn('compaction', this.compaction(new Random(seed)));
    for (const [i, disturbance] of this.scene.disturbances.entries()) {
      engine.spawn(disturbance, this.disturber(disturbance, new Random(seed + i + 1)));
    }
  }

  private *compaction(random: Random): Actor {
    const { mm } = this.machine;
    while (!this.done) {
      yield this.scene.compactNs;
      const page = this.hva + random.below(GUEST_PAGES);
      this.tried++;
      // A huge page is split first, if it can be.
      if (mm.table.levelOf(page) > 1) yield* splitFolio(mm, page);
      if ((yield* migratePage(mm, page)) === 'moved') this.moved++;
    }
  }

  private *disturber(disturbance: Disturbance, random: Random): Actor {
    while (!this.done) {
      yield this.scene.disturbNs;
      yield* this.disturb(disturbance, random.below(GUEST_PAGES / PAGES_PER_2M) * PAGES_PER_2M);
    }
  }

  private *disturb(disturbance: Disturbance, first: number): Actor {
    const { vm, mm } = this.machine;
    const { hva } = this;
    switch (disturbance) {
      case 'slot updates':
        for (let bar = 0; bar < BARS; bar++) {
          const baseGfn = GUEST_PAGES * 4 + 16 * bar;
          yield* createSlot(vm, { id: 1, baseGfn, pages: 16, flags: 0, hva, gmem: null, gmemOffset: 0 });
          yield* deleteSlot(vm, 1);
        }
        return;
      case 'recycled tables':
        yield* shrink(vm);
        return;
      case 'NX huge pages toggled':
        yield* setNxHugePages(vm, !vm.nxHugePages);
        return;
      case 'host page sizes': {
        yield mm.mmapLock.write();
        const vma = mm.vmas.find(hva + first);
        if (vma !== undefined) yield* collapseOne(mm, vma, hva + first);
        mm.mmapLock.writeUnlock();
      }
    }
  }
}

/** The gfn that is touched as the nth: one of each half in turn. */
function touched(nth: number): number {
  return (nth >> 1) + (nth % 2) * PAGES_PER_2M;
}

/** The shrinker scans more table pages than so small a guest has; what may go, goes. */
function* shrink(vm: Vm): Actor {
  const mmu = vm.rmapMmu;
  if (mmu === null) return;
  yield vm.mmuLock.write();
  const { limit, recycled } = mmu;
  mmu.changeLimit(1);
  mmu.limit = limit;
  yield mmu.recycled > recycled ? vm.costs.zap : 0;
  vm.mmuLock.writeUnlock();
}

/** An XArray whose nodes can be allocated for so many pages and no more. */
export function shortOfMemory(pages: number): Keeping {
  const title = `In an XArray, with memory for ${pages} pages`;
  return { title, short: 'XArray, short', pinning: pinInXarray(pages) };
}
