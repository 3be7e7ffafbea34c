import { describe, expect, it } from 'vitest';
import { fileAllocation } from '../designs/conversion/fileAllocation.ts';
import { conversionDesigns } from '../designs/conversion/index.ts';
import { rmpInPlace } from '../designs/conversion/rmpInPlace.ts';
import { slotTable } from '../designs/conversion/slotTable.ts';
import type { Actor } from '../engine/step.ts';
import { buildMachine, type Machine, type MachineOptions } from '../machine.ts';
import { Vmm } from '../workloads/vmm.ts';
import { EXIT_MEMORY_FAULT, EXIT_MMIO } from './exits.ts';
import { GuestMemfd } from './guestMemfd.ts';
import { createSlot, deleteSlot } from './memslotUpdate.ts';

/** A machine with one slot of 16 pages at gfn 0, bound to a file of its own, and a script run by its only actor. */
function play(options: MachineOptions, script: (machine: Machine, vmm: Vmm) => Actor): Machine {
  const machine = buildMachine(options);
  const { engine, vm, mm } = machine;
  engine.spawn(
    'vCPU 0',
    (function* (): Actor {
      const hva = mm.map(16);
      const gmem = new GuestMemfd(vm, 16);
      yield* createSlot(vm, { id: 0, baseGfn: 0, pages: 16, flags: 0, hva, gmem, gmemOffset: 0 });
      yield* script(machine, new Vmm(vm, { discardShared: 'eager', discardPrivate: 'eager' }));
    })(),
  );
  engine.run();
  expect(engine.blocked()).toEqual([]);
  return machine;
}

describe('an access', () => {
  it('faults once, and finds what was written', () => {
    const { vm } = play({}, function* ({ vm }) {
      const vcpu = vm.createVcpu();
      expect(yield* vcpu.write(3, 77, false)).toBe(true);
      expect(yield* vcpu.read(3, false)).toBe(77);
    });
    expect(vm.stats.faults).toBe(1);
  });

  it('outside every slot is emulated I/O', () => {
    play({}, function* ({ vm }) {
      const vcpu = vm.createVcpu();
      expect(yield* vcpu.read(16, false)).toBeUndefined();
      expect(vcpu.exit).toEqual({ reason: EXIT_MMIO, gfn: 16, write: false });
    });
  });

  it('of the other kind than the frame exits with its own kind', () => {
    play({ profile: { vmType: 'snp' } }, function* ({ vm }) {
      const vcpu = vm.createVcpu();
      expect(yield* vcpu.write(3, 1, true)).toBe(false);
      expect(vcpu.exit).toEqual({ reason: EXIT_MEMORY_FAULT, gfn: 3, isPrivate: true });
    });
  });

  it('finds nothing after the host has discarded the page', () => {
    play({}, function* ({ vm, mm }) {
      const vcpu = vm.createVcpu();
      yield* vcpu.write(3, 77, false);
      const slot = vm.memslots.set.find(3)!;
      yield* mm.dontNeed(slot.hva + 3, slot.hva + 4);
      expect(vm.mmu.isMapped(3, false)).toBe(false);
      expect(yield* vcpu.read(3, false)).toBe(0);
    });
  });

  it('is I/O again after the slot was deleted', () => {
    play({}, function* ({ vm }) {
      const vcpu = vm.createVcpu();
      yield* vcpu.write(3, 77, false);
      expect(yield* deleteSlot(vm, 0)).toBe(0);
      expect(yield* deleteSlot(vm, 0)).toBe(-22);
      expect(yield* vcpu.read(3, false)).toBeUndefined();
      expect(vcpu.exit?.reason).toBe(EXIT_MMIO);
    });
  });
});

describe('conversion designs', () => {
  const forSnp = conversionDesigns.filter(d => d.name !== 'pending');
  it.each(forSnp.map(d => [d.name, d] as const))(
    '%s keeps the two sides apart and returns to private',
    (_, design) => {
      const { vm, host } = play(
        { profile: { vmType: 'snp' }, designs: { conversion: design } },
        function* ({ vm }, vmm) {
          const vcpu = vm.createVcpu();
          for (let gfn = 0; gfn < 16; gfn++) {
            const { hva } = vm.memslots.set.find(gfn)!;
            if (design === rmpInPlace) yield* vm.mm.fault(hva + gfn, true);
          }
          expect(yield* vmm.convert(0, 16, true)).toBe(0);
          for (let gfn = 0; gfn < 16; gfn++) expect(yield* vcpu.write(gfn, 100 + gfn, true)).toBe(true);
          expect(yield* vmm.convert(4, 6, false)).toBe(0);
          expect(vm.isPrivate(3)).toBe(true);
          expect(vm.isPrivate(4)).toBe(false);
          expect(yield* vcpu.write(4, 204, false)).toBe(true);
          const pfn = yield* vmm.deviceAccess(4, false);
          expect(vm.host.frames.read(pfn)).toBe(204);
          expect(yield* vmm.convert(4, 6, true)).toBe(0);
          expect(yield* vcpu.write(4, 304, true)).toBe(true);
          for (let gfn = 0; gfn < 16; gfn++) {
            if (gfn !== 4 && gfn !== 5) expect(yield* vcpu.read(gfn, true)).toBe(100 + gfn);
          }
          expect(yield* vcpu.read(4, true)).toBe(304);
        },
      );
      // Everything that was left behind has been given back, and no frame is private that the guest does not own.
      expect(host.frames.inUse).toBeLessThanOrEqual(16);
      expect(vm.rmp!.assigned).toBeLessThanOrEqual(16);
    },
  );

  it('the file’s allocation state decides alone in v6', () => {
    play({ profile: { vmType: 'snp' }, designs: { conversion: fileAllocation } }, function* ({ vm }) {
      const { gmem } = vm.memslots.set.find(0)!;
      yield* gmem!.allocate(2, 3);
      expect(vm.isPrivate(2)).toBe(true);
      yield* gmem!.punchHole(2, 3);
      expect(vm.isPrivate(2)).toBe(false);
    });
  });

  it('a table in the slot is lost with the slot', () => {
    play({ profile: { vmType: 'snp' }, designs: { conversion: slotTable } }, function* ({ vm }, vmm) {
      yield* vmm.convert(0, 16, true);
      const slot = vm.memslots.set.find(0)!;
      yield* deleteSlot(vm, 0);
      yield* createSlot(vm, slot);
      expect(vm.isPrivate(0)).toBe(false);
    });
  });

  it('are refused where they make no sense, with the reason', () => {
    const build = (vmType: 'snp' | 'tdx' | 'default', name: string) => () =>
      buildMachine({
        profile: { vmType },
        designs: { conversion: conversionDesigns.find(d => d.name === name)! },
      });
    expect(build('tdx', 'rmp-in-place')).toThrow('has not');
    expect(build('snp', 'pending')).toThrow('only software protects');
    expect(build('tdx', 'explicit-slots')).toThrow('loses the private pages');
    expect(build('snp', 'attributes-ioctl')).not.toThrow();
  });
});
