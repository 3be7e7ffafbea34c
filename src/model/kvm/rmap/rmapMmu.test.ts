import { describe, expect, it } from 'vitest';
import { pinnedSptesOctober, pinnedSptesRfc } from '../../designs/pinning/pinnedSptes.ts';
import type { Actor } from '../../engine/step.ts';
import { ENOSPC } from '../../host/errno.ts';
import { HugetlbFile } from '../../host/hugetlbFile.ts';
import { ENTRIES } from '../../host/radixTable.ts';
import { buildMachine, type Machine, type MachineOptions } from '../../machine.ts';
import { EXIT_MMIO } from '../exits.ts';
import { MEM_LOG_DIRTY_PAGES } from '../memslots.ts';
import { createSlot, deleteSlot, setMemoryRegion } from '../memslotUpdate.ts';
import { MIN_ALLOC_MMU_PAGES, type RmapMmu } from './rmapMmu.ts';
import { rmapBytes } from './rmaps.ts';

/** Tables of level 1 that the guest touches a page of. */
const TABLES = 100;
const PAGES = TABLES * ENTRIES;
/** Tables above them: one a GiB, and one for all. */
const UPPER = 2;

interface World extends Machine {
  readonly hva: number;
  readonly mmu: RmapMmu;
}

function play(options: MachineOptions, script: (world: World) => Actor): Machine {
  const machine = buildMachine({ ...options, profile: { mmu: 'direct-rmap', ...options.profile } });
  const { engine, vm, mm } = machine;
  engine.spawn(
    'script',
    (function* (): Actor {
      const hva = mm.map(PAGES);
      yield* createSlot(vm, { id: 0, baseGfn: 0, pages: PAGES, flags: 0, hva, gmem: null, gmemOffset: 0 });
      yield* script({ ...machine, hva, mmu: vm.rmapMmu! });
    })(),
  );
  engine.run();
  expect(engine.blocked()).toEqual([]);
  return machine;
}

/** A slot of 8 MiB on pages of 2 MiB behind the first one. */
function* hugeSlot({ vm, mm, host }: World, flags = 0): Actor<number> {
  const pages = 4 * ENTRIES;
  const request = {
    asId: 0,
    id: 1,
    baseGfn: 512 * ENTRIES,
    pages,
    flags,
    hva: vm.memslots.inactive(0).byId(1)?.hva ?? mm.map(pages, new HugetlbFile(host, 2, pages)),
    gmem: () => 'other' as const,
    gmemOffset: 0,
  };
  expect(yield* setMemoryRegion(vm, request)).toBe(0);
  return request.baseGfn;
}

describe('the table pages of a VM', () => {
  it('are one for fifty pages of its slots, and 64 at least, unless userspace has said', () => {
    play({}, function* ({ vm, mmu, hva }) {
      expect(mmu.limit).toBe(PAGES / 50);
      yield* deleteSlot(vm, 0);
      expect(mmu.limit).toBe(MIN_ALLOC_MMU_PAGES);
      mmu.requested = 70;
      yield* createSlot(vm, { id: 0, baseGfn: 0, pages: PAGES, flags: 0, hva, gmem: null, gmemOffset: 0 });
      expect(mmu.limit).toBe(MIN_ALLOC_MMU_PAGES);
    });
  });

  it('make room for 25 before a fault that finds fewer than five, the oldest first', () => {
    const { vm } = play({}, function* ({ vm, mmu }) {
      mmu.changeLimit(MIN_ALLOC_MMU_PAGES);
      const vcpu = vm.createVcpu();
      // The root and the two below it are in use as well, and the fault that leaves four free makes room.
      const fit = MIN_ALLOC_MMU_PAGES - 4 - UPPER - 1;
      for (let i = 0; i < fit; i++) yield* vcpu.write(i * ENTRIES, 10 + i, false);
      expect([mmu.used, mmu.recycled]).toEqual([MIN_ALLOC_MMU_PAGES - 4, 0]);
      yield* vcpu.write(fit * ENTRIES, 1, false);
      expect(mmu.recycled).toBe(21);
      // The two upper tables are the oldest; 19 of those below went with what they mapped, which the host still has.
      expect(mmu.rmaps.count(1)).toBe(fit - 19 + 1);
      expect(mmu.isMapped(0, false)).toBe(false);
      expect(yield* vcpu.read(0, false)).toBe(10);
    });
    expect(vm.rmapMmu!.used).toBeLessThanOrEqual(MIN_ALLOC_MMU_PAGES);
  });

  it('that lose their parent keep what they map, and get it back when the next fault hangs them up', () => {
    play({}, function* ({ vm, mmu }) {
      mmu.changeLimit(MIN_ALLOC_MMU_PAGES);
      const vcpu = vm.createVcpu();
      // The two upper tables are the oldest: recycling begins with them.
      for (let i = 0; i < 57; i++) yield* vcpu.write(i * ENTRIES, 10 + i, false);
      yield* vcpu.write(57 * ENTRIES, 1, false);
      expect(mmu.recycled).toBeGreaterThan(0);
      const survivor = 40 * ENTRIES;
      expect(mmu.rmaps.count(1)).toBeGreaterThan(1);
      expect(mmu.orphaned).toBeGreaterThan(0);
      const { faults, spurious } = vm.stats;
      expect(mmu.isMapped(survivor, false)).toBe(false);
      expect(yield* vcpu.read(survivor, false)).toBe(50);
      // The entry was there: the fault only hung its table up.
      expect([vm.stats.faults - faults, vm.stats.spurious - spurious]).toEqual([1, 1]);
    });
  });

  it('that hang nowhere are still found by reverse maps when the host takes a page away', () => {
    play({}, function* ({ vm, mm, mmu, hva }) {
      mmu.changeLimit(MIN_ALLOC_MMU_PAGES);
      const vcpu = vm.createVcpu();
      for (let i = 0; i < 58; i++) yield* vcpu.write(i * ENTRIES, 10 + i, false);
      const page = 40 * ENTRIES;
      expect(mmu.isMapped(page, false)).toBe(false);
      yield* mm.dontNeed(hva + page, hva + page + 1);
      expect(yield* vcpu.read(page, false)).toBe(0);
    });
  });

  it('are never those with pinned entries under the fixes of October 2020, and faults then end in ENOSPC', () => {
    play({ profile: { vmType: 'sev' }, designs: { pinning: pinnedSptesOctober } }, function* ({ vm, mmu }) {
      mmu.changeLimit(MIN_ALLOC_MMU_PAGES);
      const vcpu = vm.createVcpu();
      let done = 0;
      while (done < TABLES && (yield* vcpu.write(done * ENTRIES, 1, true))) done++;
      // The upper tables come back with every fault, whichever of them gave way.
      expect(done).toBeLessThan(MIN_ALLOC_MMU_PAGES);
      expect(vcpu.errno).toBe(ENOSPC);
      for (let i = 0; i < done; i++) expect(mmu.keptPfn(i * ENTRIES, false)).toBeGreaterThan(0);
    });
  });

  it('take their pins with them as the RFC was posted', () => {
    play({ profile: { vmType: 'sev' }, designs: { pinning: pinnedSptesRfc } }, function* (world) {
      const { vm, mm, mmu, host, hva } = world;
      mmu.changeLimit(MIN_ALLOC_MMU_PAGES);
      const vcpu = vm.createVcpu();
      yield* vcpu.write(0, 1, true);
      const pfn = mm.lookup(hva, false);
      expect(host.frames.references(pfn)).toBe(2);
      for (let i = 1; i < 60; i++) yield* vcpu.write(i * ENTRIES, 1, true);
      expect(host.frames.references(pfn)).toBe(1);
    });
  });
});

describe('a zap', () => {
  it('of a range looks at every head in it, mapped or not; of everything at none', () => {
    play({}, function* ({ vm, mm, mmu, hva }) {
      const vcpu = vm.createVcpu();
      yield* vcpu.write(3, 7, false);
      const { looked } = mmu.rmaps;
      yield* mm.dontNeed(hva, hva + 4 * ENTRIES);
      // 2048 heads of 4 KiB, four of 2 MiB, one of 1 GiB.
      expect(mmu.rmaps.looked - looked).toBe(4 * ENTRIES + 4 + 1);
      expect(mmu.rmaps.count(1)).toBe(0);
      yield* vcpu.write(3, 8, false);
      const before = mmu.rmaps.looked;
      yield* deleteSlot(vm, 0);
      expect(mmu.rmaps.looked).toBe(before);
      expect([mmu.mapped, mmu.used, mmu.orphaned]).toEqual([0, 1, 0]);
    });
  });

  it('leaves nothing behind in the reverse maps', () => {
    play({}, function* (world) {
      const { vm, mmu } = world;
      const gfn = yield* hugeSlot(world);
      const vcpu = vm.createVcpu();
      yield* vcpu.write(gfn + 3, 7, false);
      yield* vcpu.write(5, 8, false);
      expect([mmu.rmaps.count(1), mmu.rmaps.count(2)]).toEqual([1, 1]);
      yield* deleteSlot(vm, 0);
      expect([mmu.rmaps.count(1), mmu.rmaps.count(2)]).toEqual([0, 0]);
      expect(yield* vcpu.read(5, false)).toBeUndefined();
      expect(vcpu.exit).toMatchObject({ reason: EXIT_MMIO });
      expect(yield* vcpu.read(gfn + 3, false)).toBe(7);
    });
  });
});

describe('a large leaf', () => {
  it('is dropped whole where one of its pages is written to under dirty logging, and not split', () => {
    play({}, function* (world) {
      const { vm, mmu } = world;
      const gfn = yield* hugeSlot(world);
      const vcpu = vm.createVcpu();
      yield* vcpu.write(gfn + 3, 7, false);
      expect(mmu.entry(gfn, false)).toMatchObject({ level: 2, writable: true });
      yield* hugeSlot(world, MEM_LOG_DIRTY_PAGES);
      expect(mmu.entry(gfn, false)).toMatchObject({ level: 2, writable: false });
      yield* vcpu.write(gfn + 3, 8, false);
      expect(mmu.entry(gfn + 3, false)).toMatchObject({ level: 1, writable: true });
      expect(mmu.isMapped(gfn + 100, false)).toBe(false);
      expect([mmu.rmaps.count(1), mmu.rmaps.count(2)]).toEqual([1, 0]);
    });
  });

  it('takes its pin with it when it is dropped, as the RFC was posted, and the small one takes one of its own', () => {
    play({ profile: { vmType: 'sev' }, designs: { pinning: pinnedSptesRfc } }, function* (world) {
      const { vm, mm, host } = world;
      const gfn = yield* hugeSlot(world);
      const vcpu = vm.createVcpu();
      yield* vcpu.write(gfn + 3, 7, true);
      const head = mm.lookup(vm.memslots.set.find(gfn)!.hva + 3, false);
      const held = host.frames.references(head);
      yield* hugeSlot(world, MEM_LOG_DIRTY_PAGES);
      yield* vcpu.write(gfn + 4, 8, true);
      expect(host.frames.references(head)).toBe(held);
    });
  });
});

describe('a fault', () => {
  it('maps neighbours that the host has at hand, up to eight', () => {
    const { vm } = play({}, function* ({ vm, mm, mmu, hva }) {
      for (let page = 0; page < 12; page++) yield* mm.fault(hva + page, true);
      const vcpu = vm.createVcpu();
      yield* vcpu.write(2, 7, false);
      expect(mmu.mapped).toBe(8);
      expect(mmu.entry(2, false)!.accessed).toBe(true);
      expect(mmu.entry(7, false)).toMatchObject({ accessed: false, writable: true });
      yield* vcpu.write(5, 7, false);
    });
    expect(vm.stats.faults).toBe(1);
  });

  it('maps none in a slot whose writes are logged', () => {
    const { vm } = play({}, function* ({ vm, mm, hva }) {
      for (let page = 0; page < 8; page++) yield* mm.fault(hva + page, true);
      yield* deleteSlot(vm, 0);
      const flags = MEM_LOG_DIRTY_PAGES;
      const dirty = { mark: () => {} };
      vm.dirtySink = dirty as never;
      yield* createSlot(vm, { id: 0, baseGfn: 0, pages: 16, flags, hva, gmem: null, gmemOffset: 0 });
      yield* vm.createVcpu().write(2, 7, false);
    });
    expect(vm.mmu.mapped).toBe(1);
  });
});

describe('the heads of a slot', () => {
  it('take eight bytes a page, and more for the larger sizes, before anything is mapped', () => {
    expect(rmapBytes(0, 2 ** 18)).toBe(8 * (2 ** 18 + 512 + 1));
    // A slot that begins and ends within large pages has a head for each of them.
    expect(rmapBytes(511, 2)).toBe(8 * (2 + 2 + 1));
  });
});
