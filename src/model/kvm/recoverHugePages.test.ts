import { describe, expect, it } from 'vitest';
import type { ProfileOptions } from '../arch/profile.ts';
import type { Actor } from '../engine/step.ts';
import { HugetlbFile } from '../host/hugetlbFile.ts';
import { PAGES_PER_1G, PAGES_PER_2M } from '../host/units.ts';
import { buildMachine, type Machine } from '../machine.ts';
import type { RegionRequest } from './memslotRequest.ts';
import { MEM_LOG_DIRTY_PAGES, MEM_READONLY } from './memslots.ts';
import { setMemoryRegion } from './memslotUpdate.ts';

const HUGE = 4 * PAGES_PER_2M;

/** A machine with a slot of 8 MiB on pages of 2 MiB, each of which the guest has written to. */
function play(
  profile: ProfileOptions,
  script: (machine: Machine, slot: RegionRequest) => Actor,
  level = 2,
  pages = HUGE,
): Machine {
  const machine = buildMachine({ profile });
  const { engine, vm, mm, host } = machine;
  engine.spawn(
    'script',
    (function* (): Actor {
      const hva = mm.map(pages, new HugetlbFile(host, level, pages));
      const gmem = () => 'closed' as const;
      const slot = { asId: 0, id: 0, baseGfn: 0, pages, flags: 0, hva, gmem, gmemOffset: 0 };
      yield* setMemoryRegion(vm, slot);
      const vcpu = vm.createVcpu();
      for (let gfn = 0; gfn < pages; gfn += PAGES_PER_2M) yield* vcpu.write(gfn, 1, false);
      yield* script(machine, slot);
    })(),
  );
  engine.run();
  expect(engine.blocked()).toEqual([]);
  return machine;
}

const logged = (slot: RegionRequest) => ({ ...slot, flags: slot.flags | MEM_LOG_DIRTY_PAGES });

describe('since 6.13, when logging ends, the TDP MMU', () => {
  it('puts large leaves in place at once, with one flush, so that nothing faults', () => {
    play({}, function* ({ vm }, slot) {
      yield* setMemoryRegion(vm, logged(slot));
      expect(vm.mmu.leaves).toEqual([0, HUGE, 0, 0]);
      const { faults, tlbFlushes, zapped } = vm.stats;
      yield* setMemoryRegion(vm, slot);
      expect(vm.mmu.leaves).toEqual([0, 0, 4, 0]);
      expect(vm.mmu.mapped).toBe(4);
      expect(yield* vm.vcpus[0].read(PAGES_PER_2M, false)).toBe(1);
      expect(vm.mmu.entry(3, false)!.pfn - vm.mmu.entry(0, false)!.pfn).toBe(3);
      expect(vm.stats).toMatchObject({ faults, zapped, tlbFlushes: tlbFlushes + 1 });
    });
  });

  it('takes the rights of the first small leaf; a write gives a protected one back without a lock', () => {
    play({}, function* ({ vm }, slot) {
      yield* setMemoryRegion(vm, logged(slot));
      const [vcpu] = vm.vcpus;
      yield* vcpu.write(PAGES_PER_2M, 2, false);
      yield* vcpu.write(3, 2, false);
      yield* setMemoryRegion(vm, slot);
      expect(vm.mmu.entry(PAGES_PER_2M + 9, false)).toMatchObject({ level: 2, writable: true });
      expect(vm.mmu.entry(3, false)).toMatchObject({ level: 2, writable: false });
      const { fast, fixed } = vm.stats;
      yield* vcpu.write(3, 3, false);
      expect(vm.stats).toMatchObject({ fast: fast + 1, fixed });
      expect(vm.mmu.entry(0, false)).toMatchObject({ level: 2, writable: true });
      yield* setMemoryRegion(vm, logged(slot));
      expect(vm.mmu.entry(0, false)).toMatchObject({ level: 1, writable: false });
    });
  });

  it('leaves a table as it is in which nothing is mapped, and one that reaches out of the slot', () => {
    play({}, function* ({ vm, mm }, slot) {
      yield* setMemoryRegion(vm, logged(slot));
      yield* mm.dontNeed(slot.hva, slot.hva + PAGES_PER_2M);
      yield* setMemoryRegion(vm, slot);
      expect(vm.mmu.leaves).toEqual([0, 0, 3, 0]);
      const half = { ...slot, id: 1, baseGfn: 2 * HUGE, pages: PAGES_PER_2M / 2 };
      yield* setMemoryRegion(vm, logged(half));
      yield* vm.vcpus[0].write(half.baseGfn, 1, false);
      yield* setMemoryRegion(vm, half);
      expect(vm.mmu.entry(half.baseGfn, false)?.level).toBe(1);
    });
  });

  it('goes up to what the host has, 1 GiB at once', () => {
    const { vm } = play(
      {},
      function* ({ vm }, slot) {
        expect(vm.mmu.leaves).toEqual([0, 0, 0, 1]);
        yield* setMemoryRegion(vm, logged(slot));
        expect(vm.mmu.leaves).toEqual([0, PAGES_PER_1G, 0, 0]);
        yield* setMemoryRegion(vm, slot);
      },
      3,
      PAGES_PER_1G,
    );
    expect(vm.mmu.leaves).toEqual([0, 0, 0, 1]);
  });

  it('lets go of mmu_lock, flushing before, where somebody waits for it', () => {
    const flushes = (busy: boolean) => {
      let during = 0;
      play({}, function* ({ vm, mm, engine }, slot) {
        const other = mm.map(1);
        yield* setMemoryRegion(vm, { ...slot, id: 1, baseGfn: 2 * HUGE, pages: 1, hva: other });
        yield* setMemoryRegion(vm, logged(slot));
        const before = vm.stats.tlbFlushes;
        if (busy) {
          engine.spawn(
            'host',
            (function* (): Actor {
              yield vm.costs.srcuGrace + vm.costs.recoverTable / 2;
              yield* mm.dontNeed(other, other + 1);
            })(),
          );
        }
        yield* setMemoryRegion(vm, slot);
        during = vm.stats.tlbFlushes - before;
      });
      return during;
    };
    // The event of the host waits twice: where it begins, and where it ends.
    expect([flushes(false), flushes(true)]).toEqual([1, 3]);
  });
});

it('before 6.13 small leaves are dropped, a flush a table, and accesses bring large ones', () => {
  play({ release: [6, 12] }, function* ({ vm }, slot) {
    yield* setMemoryRegion(vm, logged(slot));
    const { faults, tlbFlushes } = vm.stats;
    yield* setMemoryRegion(vm, slot);
    expect(vm.mmu.mapped).toBe(0);
    yield* vm.vcpus[0].read(3, false);
    expect(vm.mmu.leaves).toEqual([0, 0, 1, 0]);
    expect(vm.stats).toMatchObject({ faults: faults + 1, tlbFlushes: tlbFlushes + 4 });
  });
});

it('the MMU of 2020 drops them too, with one flush', () => {
  play({ release: [5, 8], mmu: 'direct-rmap' }, function* ({ vm }, slot) {
    yield* setMemoryRegion(vm, logged(slot));
    for (let gfn = 0; gfn < HUGE; gfn += PAGES_PER_2M) yield* vm.vcpus[0].write(gfn, 2, false);
    expect(vm.mmu.leaves[2]).toBe(0);
    const { tlbFlushes } = vm.stats;
    yield* setMemoryRegion(vm, slot);
    expect(vm.mmu.mapped).toBe(0);
    expect(vm.stats.tlbFlushes).toBe(tlbFlushes + 1);
  });
});

it('arm64 keeps small entries until a write faults', () => {
  play({ arch: 'arm64' }, function* ({ vm }, slot) {
    yield* setMemoryRegion(vm, logged(slot));
    yield* setMemoryRegion(vm, slot);
    expect(vm.mmu.leaves).toEqual([0, HUGE, 0, 0]);
  });
});

it('a slot that cannot be written keeps its small pages', () => {
  play({}, function* ({ vm }, slot) {
    const readOnly = { ...slot, id: 1, baseGfn: 2 * HUGE, flags: MEM_READONLY };
    yield* setMemoryRegion(vm, logged(readOnly));
    yield* vm.vcpus[0].read(readOnly.baseGfn, false);
    yield* setMemoryRegion(vm, readOnly);
    expect(vm.mmu.entry(readOnly.baseGfn, false)?.level).toBe(1);
  });
});
