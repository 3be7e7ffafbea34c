import { describe, expect, it } from 'vitest';
import type { Actor } from '../engine/step.ts';
import { HugetlbFile } from '../host/hugetlbFile.ts';
import { PAGES_PER_2M } from '../host/units.ts';
import { buildMachine, type Machine, type MachineOptions } from '../machine.ts';
import { clearDirtyLog, getDirtyLog } from './dirtyLogCalls.ts';
import { EXIT_MMIO } from './exits.ts';
import { GuestMemfd } from './guestMemfd.ts';
import type { RegionRequest } from './memslotRequest.ts';
import { MEM_LOG_DIRTY_PAGES, MEM_READONLY } from './memslots.ts';
import { deleteSlot, setMemoryRegion } from './memslotUpdate.ts';
import { changeNoncoherentDma } from './noncoherentDma.ts';
import { prefaultMemory } from './prefault.ts';

const HUGE = 4 * PAGES_PER_2M;

/** A machine and a request for a slot of 8 MiB on pages of 2 MiB; `script` sets it. */
function play(options: MachineOptions, script: (machine: Machine, slot: RegionRequest) => Actor): Machine {
  const machine = buildMachine(options);
  const { engine, vm, mm, host } = machine;
  engine.spawn(
    'script',
    (function* (): Actor {
      const file = new HugetlbFile(host, 2, HUGE);
      const gmem = new GuestMemfd(vm, HUGE);
      yield* script(machine, {
        asId: 0,
        id: 0,
        baseGfn: 0,
        pages: HUGE,
        flags: 0,
        hva: mm.map(HUGE, file),
        gmem: () => gmem,
        gmemOffset: 0,
      });
    })(),
  );
  engine.run();
  expect(engine.blocked()).toEqual([]);
  return machine;
}

describe('huge pages', () => {
  it('are mapped by one leaf where host and slot allow it', () => {
    const { vm } = play({}, function* ({ vm }, slot) {
      yield* setMemoryRegion(vm, slot);
      const vcpu = vm.createVcpu();
      expect(yield* vcpu.write(700, 7, false)).toBe(true);
      expect(vm.mmu.entry(600, false)).toMatchObject({ level: 2, writable: true });
      expect(vm.mmu.entry(700, false)!.pfn - vm.mmu.entry(600, false)!.pfn).toBe(100);
      expect(yield* vcpu.read(700, false)).toBe(7);
      expect(yield* vcpu.read(701, false)).toBe(0);
    });
    expect(vm.stats.faults).toBe(1);
    expect(vm.mmu.leaves).toEqual([0, 0, 1, 0]);
  });

  it('are not where the slot begins at another offset than the host’s page, or ends within one', () => {
    const { vm } = play({}, function* ({ vm }, slot) {
      yield* setMemoryRegion(vm, { ...slot, baseGfn: 1 });
      yield* setMemoryRegion(vm, { ...slot, id: 1, baseGfn: 2 * HUGE, pages: PAGES_PER_2M + 1 });
      const vcpu = vm.createVcpu();
      yield* vcpu.read(700, false);
      yield* vcpu.read(2 * HUGE + PAGES_PER_2M, false);
      yield* vcpu.read(2 * HUGE, false);
    });
    expect(vm.mmu.leaves).toEqual([0, 2, 1, 0]);
  });

  it('are not where a part of one is private, and come back when none is', () => {
    const { vm } = play({ profile: { vmType: 'sw-protected' } }, function* ({ vm }, slot) {
      yield* setMemoryRegion(vm, { ...slot, flags: 4 });
      const vcpu = vm.createVcpu();
      yield* vcpu.read(0, false);
      expect(vm.mmu.entry(0, false)!.level).toBe(2);
      yield* vm.conversion.convert(5, 6, true);
      // A leaf that overlaps the change goes as a whole.
      expect(vm.mmu.isMapped(0, false)).toBe(false);
      yield* vcpu.read(0, false);
      yield* vcpu.read(5, true);
      expect(vm.mmu.entry(0, false)!.level).toBe(1);
      expect(vm.mmu.entry(5, false)!.level).toBe(1);
      yield* vm.conversion.convert(5, 6, false);
      yield* vcpu.read(1, false);
    });
    expect(vm.mmu.entry(1, false)!.level).toBe(2);
    expect(vm.mmu.leaves).toEqual([0, 0, 1, 0]);
  });

  it('keep faults on their other parts out while an attribute of one page changes', () => {
    play({ profile: { vmType: 'sw-protected' } }, function* ({ vm }, slot) {
      yield* setMemoryRegion(vm, { ...slot, flags: 4, pages: 2 * PAGES_PER_2M });
      let covered: boolean[] = [];
      const { finish } = vm.invalidation;
      vm.invalidation.finish = function (this: typeof vm.invalidation) {
        covered = [0, PAGES_PER_2M - 1, PAGES_PER_2M].map(gfn => this.covers(gfn));
        finish.call(this);
      };
      yield* vm.conversion.convert(5, 6, true);
      expect(covered).toEqual([true, true, false]);
    });
  });

  it('go as a whole when the host takes a part away', () => {
    const { vm } = play({}, function* ({ vm, mm }, slot) {
      yield* setMemoryRegion(vm, slot);
      const vcpu = vm.createVcpu();
      yield* vcpu.write(700, 7, false);
      yield* mm.dontNeed(slot.hva + PAGES_PER_2M, slot.hva + 2 * PAGES_PER_2M);
      expect(vm.mmu.isMapped(512, false)).toBe(false);
    });
    expect(vm.mmu.mapped).toBe(0);
  });
});

describe('dirty logging', () => {
  it('L06, L07: splits what is huge, logs each page once, and lets huge pages come back', () => {
    const { vm } = play({}, function* ({ vm }, slot) {
      yield* setMemoryRegion(vm, slot);
      const vcpu = vm.createVcpu();
      yield* vcpu.write(3, 1, false);
      yield* vcpu.write(600, 1, false);
      yield* setMemoryRegion(vm, { ...slot, flags: MEM_LOG_DIRTY_PAGES });
      expect(vm.mmu.leaves).toEqual([0, 2 * PAGES_PER_2M, 0, 0]);
      expect(yield* getDirtyLog(vm, 0, 0)).toEqual([]);
      yield* vcpu.write(3, 2, false);
      yield* vcpu.write(3, 3, false);
      yield* vcpu.read(4, false);
      expect(yield* getDirtyLog(vm, 0, 0)).toEqual([3]);
      expect(yield* getDirtyLog(vm, 0, 0)).toEqual([]);
      yield* vcpu.write(3, 4, false);
      expect(yield* getDirtyLog(vm, 0, 0)).toEqual([3]);
      yield* setMemoryRegion(vm, slot);
      yield* vcpu.read(3, false);
      yield* vcpu.read(600, false);
    });
    expect(vm.mmu.leaves).toEqual([0, 0, 2, 0]);
  });

  it('leaves on arm64 what logging made small as it is when logging ends', () => {
    const profile = { arch: 'arm64' } as const;
    const { vm } = play({ profile }, function* ({ vm }, slot) {
      yield* setMemoryRegion(vm, slot);
      const vcpu = vm.createVcpu();
      yield* vcpu.write(3, 1, false);
      yield* vcpu.write(600, 1, false);
      yield* setMemoryRegion(vm, { ...slot, flags: MEM_LOG_DIRTY_PAGES });
      yield* vcpu.write(3, 2, false);
      const { faults } = vm.stats;
      yield* setMemoryRegion(vm, slot);
      yield* vcpu.read(3, false);
      yield* vcpu.read(600, false);
      expect(vm.stats.faults).toBe(faults);
    });
    expect(vm.mmu.leaves).toEqual([0, 2 * PAGES_PER_2M, 0, 0]);
  });

  it('L09: gives a protected page back without a lock, and does not log a read of it', () => {
    const { vm } = play({}, function* ({ vm }, slot) {
      yield* setMemoryRegion(vm, slot);
      const vcpu = vm.createVcpu();
      yield* vcpu.write(3, 1, false);
      yield* setMemoryRegion(vm, { ...slot, flags: MEM_LOG_DIRTY_PAGES });
      const { fixed } = vm.stats;
      yield* vcpu.read(3, false);
      expect(yield* getDirtyLog(vm, 0, 0)).toEqual([]);
      yield* vcpu.write(3, 2, false);
      expect(vm.stats.fixed).toBe(fixed);
      expect(yield* getDirtyLog(vm, 0, 0)).toEqual([3]);
    });
    expect(vm.stats.fast).toBe(1);
  });

  it('L04: leaves clearing to userspace in manual mode', () => {
    play({}, function* ({ vm }, slot) {
      vm.memslots.manualProtect = 1;
      yield* setMemoryRegion(vm, { ...slot, flags: MEM_LOG_DIRTY_PAGES });
      const vcpu = vm.createVcpu();
      for (const gfn of [3, 5]) yield* vcpu.write(gfn, 1, false);
      expect(yield* getDirtyLog(vm, 0, 0)).toEqual([3, 5]);
      expect(yield* clearDirtyLog(vm, 0, 0, 0, 64, [3])).toBe(0);
      expect(yield* getDirtyLog(vm, 0, 0)).toEqual([5]);
      yield* vcpu.write(3, 2, false);
      expect(yield* getDirtyLog(vm, 0, 0)).toEqual([3, 5]);
    });
  });
});

describe('rights', () => {
  it('a page that was read before it was written gets a frame of its own', () => {
    const { vm } = play({}, function* ({ vm, mm }, slot) {
      yield* setMemoryRegion(vm, { ...slot, hva: mm.map(HUGE), pages: 16 });
      const vcpu = vm.createVcpu();
      expect(yield* vcpu.read(3, false)).toBe(0);
      expect(vm.mmu.entry(3, false)!.writable).toBe(false);
      yield* vcpu.write(3, 7, false);
      expect(yield* vcpu.read(3, false)).toBe(7);
      expect(yield* vcpu.read(4, false)).toBe(0);
    });
    expect(vm.stats.fixed).toBe(3);
  });

  it('a slot that is read-only turns writes into I/O', () => {
    play({}, function* ({ vm }, slot) {
      yield* setMemoryRegion(vm, { ...slot, flags: MEM_READONLY });
      const vcpu = vm.createVcpu();
      expect(yield* vcpu.read(3, false)).toBe(0);
      expect(yield* vcpu.write(3, 7, false)).toBe(false);
      expect(vcpu.exit).toEqual({ reason: EXIT_MMIO, gfn: 3, write: true });
    });
  });
});

describe('KVM_PRE_FAULT_MEMORY', () => {
  it('P01, P07: maps pages that the guest then reads without an exit, not accessed before', () => {
    const { vm } = play({}, function* ({ vm, mm }, slot) {
      yield* setMemoryRegion(vm, { ...slot, hva: mm.map(16), pages: 16 });
      const vcpu = vm.createVcpu();
      expect(yield* prefaultMemory(vcpu, 0, 16)).toEqual({ result: 0, pages: 16 });
      expect(vm.mmu.entry(3, false)!.accessed).toBe(false);
      const { faults } = vm.stats;
      yield* vcpu.read(3, false);
      expect(vm.stats.faults).toBe(faults);
      expect(vm.mmu.entry(3, false)!.accessed).toBe(true);
    });
    expect(vm.mmu.mapped).toBe(16);
  });

  it('P03: ends where the slot ends', () => {
    play({}, function* ({ vm }, slot) {
      yield* setMemoryRegion(vm, slot);
      const vcpu = vm.createVcpu();
      expect(yield* prefaultMemory(vcpu, HUGE - 1, 2)).toEqual({ result: 0, pages: 1 });
      expect(yield* prefaultMemory(vcpu, HUGE, 1)).toEqual({ result: -2, pages: 0 });
      expect(vcpu.exit).toBeNull();
    });
  });

  it('takes a huge page at once', () => {
    const { vm } = play({}, function* ({ vm }, slot) {
      yield* setMemoryRegion(vm, slot);
      expect(yield* prefaultMemory(vm.createVcpu(), 0, HUGE)).toEqual({ result: 0, pages: HUGE });
    });
    expect([vm.stats.fixed, vm.stats.faults]).toEqual([4, 0]);
  });
});

describe('deleting a slot', () => {
  it.each([
    ['drops every SPTE while the quirk is in force', {}, 0],
    ['drops the slot’s own without it', { quirks: { slotZapAll: false } }, 1],
    ['drops the slot’s own for VMs with private memory', { vmType: 'sw-protected' as const }, 1],
  ])('%s', (_, profile, left) => {
    const { vm } = play({ profile }, function* ({ vm }, slot) {
      yield* setMemoryRegion(vm, slot);
      yield* setMemoryRegion(vm, { ...slot, id: 1, baseGfn: 4 * HUGE });
      const vcpu = vm.createVcpu();
      yield* vcpu.write(3, 7, false);
      yield* vcpu.write(4 * HUGE, 8, false);
      const { generation } = vm.mmu;
      expect(yield* deleteSlot(vm, 1)).toBe(0);
      expect(vm.mmu.generation - generation).toBe(1 - left);
      expect(vm.mmu.mapped).toBe(left);
      expect(yield* vcpu.read(3, false)).toBe(7);
    });
    expect(vm.mmu.mapped).toBe(1);
  });
});

describe('memory types', () => {
  it('change with the first and the last device that does not snoop, and with no other', () => {
    const ignorePat = 1 << 6;
    play({}, function* ({ vm }, slot) {
      yield* setMemoryRegion(vm, slot);
      const vcpu = vm.createVcpu();
      yield* vcpu.write(3, 7, false);
      expect(vm.mmu.entry(3, false)!.low & ignorePat).toBe(ignorePat);
      yield* changeNoncoherentDma(vm, 1);
      expect(vm.mmu.mapped).toBe(0);
      yield* vcpu.write(3, 7, false);
      expect(vm.mmu.entry(3, false)!.low & ignorePat).toBe(0);
      yield* changeNoncoherentDma(vm, 1);
      yield* changeNoncoherentDma(vm, -1);
      expect(vm.mmu.mapped).toBe(1);
      yield* changeNoncoherentDma(vm, -1);
      expect(vm.mmu.mapped).toBe(0);
    });
  });
});
