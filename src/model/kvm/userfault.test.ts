import { describe, expect, it } from 'vitest';
import type { Actor } from '../engine/step.ts';
import { buildMachine, type Machine } from '../machine.ts';
import { EXIT_MEMORY_FAULT } from './exits.ts';
import type { RegionRequest } from './memslotRequest.ts';
import { MEM_USERFAULT, MEMSLOT_EXIT_ON_MISSING } from './memslots.ts';
import { createSlot, setMemoryRegion } from './memslotUpdate.ts';
import { ownAccess, vhostAccess } from './ownAccess.ts';
import { UserfaultBitmap } from './userfault.ts';

const PAGES = 16;

function play(script: (machine: Machine, request: RegionRequest, bitmap: UserfaultBitmap) => Actor): Machine {
  const machine = buildMachine();
  const { engine, mm } = machine;
  engine.spawn(
    'script',
    (function* (): Actor {
      const request: RegionRequest = {
        asId: 0,
        id: 0,
        baseGfn: 8,
        pages: PAGES,
        flags: 0,
        hva: mm.map(PAGES),
        gmem: () => 'closed',
        gmemOffset: 0,
      };
      yield* script(machine, request, new UserfaultBitmap(engine, PAGES, true));
    })(),
  );
  engine.run();
  expect(engine.blocked()).toEqual([]);
  return machine;
}

describe('KVM userfault', () => {
  it('makes a vCPU leave at a page that has not arrived, and go on when its bit is clear', () => {
    play(function* ({ vm, mm }, request, userfault) {
      yield* setMemoryRegion(vm, { ...request, flags: MEM_USERFAULT, userfault });
      const vcpu = vm.createVcpu();
      expect(yield* vcpu.read(9, false)).toBeUndefined();
      expect(vcpu.exit).toEqual({
        reason: EXIT_MEMORY_FAULT,
        gfn: 9,
        isPrivate: false,
        userfault: true,
      });
      expect(vcpu.errno).toBe(14);
      // The host was not asked for the page.
      expect(mm.walk(request.hva + 1, false)).toBe(0);
      expect(userfault.clear(1)).toBe(true);
      expect(userfault.clear(1)).toBe(false);
      expect(yield* vcpu.read(9, false)).toBe(0);
      expect(yield* vcpu.read(10, false)).toBeUndefined();
    });
  });

  it('drops what is mapped when it is turned on, and minds no bit set later until then', () => {
    play(function* ({ vm }, request, userfault) {
      yield* setMemoryRegion(vm, request);
      const vcpu = vm.createVcpu();
      yield* vcpu.write(9, 77, false);
      yield* setMemoryRegion(vm, { ...request, flags: MEM_USERFAULT, userfault });
      expect(vm.mmu.isMapped(9, false)).toBe(false);
      userfault.clear(1);
      expect(yield* vcpu.read(9, false)).toBe(77);
      userfault.set(1);
      expect(yield* vcpu.read(9, false)).toBe(77);
      yield* setMemoryRegion(vm, request);
      expect(vm.memslots.set.find(9)!.userfault).toBeNull();
      yield* setMemoryRegion(vm, { ...request, flags: MEM_USERFAULT, userfault });
      expect(yield* vcpu.read(9, false)).toBeUndefined();
    });
  });

  it('takes a bitmap that it cannot read for one that is all set', () => {
    play(function* ({ vm }, request, userfault) {
      for (let page = 0; page < PAGES; page++) userfault.clear(page);
      yield* setMemoryRegion(vm, { ...request, flags: MEM_USERFAULT, userfault });
      const vcpu = vm.createVcpu();
      expect(yield* vcpu.read(9, false)).toBe(0);
      userfault.readable = false;
      expect(yield* vcpu.read(10, false)).toBeUndefined();
    });
  });

  it('does not catch KVM’s own accesses, nor those of vhost', () => {
    play(function* ({ vm }, request, userfault) {
      yield* setMemoryRegion(vm, { ...request, flags: MEM_USERFAULT, userfault });
      expect(yield* ownAccess(vm, 9, true)).toBeGreaterThan(0);
      expect(yield* ownAccess(vm, 0, true)).toBe(-14);
      expect(yield* vhostAccess(vm, request.hva + 2, true)).toBeGreaterThan(0);
      expect(yield* vhostAccess(vm, 1, true)).toBe(-14);
    });
  });

  it('takes a bit a page, in whole words, and nothing of its own for pages nobody touched', () => {
    const { engine } = buildMachine();
    const bitmap = new UserfaultBitmap(engine, 2 ** 30, true);
    expect(bitmap.bytes).toBe(2 ** 27);
    expect(bitmap.test(2 ** 30 - 1)).toBe(true);
    bitmap.clear(2 ** 29);
    expect(bitmap.test(2 ** 29)).toBe(false);
    expect(bitmap.test(2 ** 29 + 1)).toBe(true);
  });
});

describe('exit on missing', () => {
  it('makes a vCPU leave where the host has no page mapped, and only there', () => {
    play(function* ({ vm, mm }, request) {
      yield* createSlot(vm, { ...request, flags: MEMSLOT_EXIT_ON_MISSING, gmem: null });
      const vcpu = vm.createVcpu();
      expect(yield* vcpu.write(9, 1, false)).toBe(false);
      expect(vcpu.exit).toMatchObject({ reason: EXIT_MEMORY_FAULT, gfn: 9, userfault: true });
      yield* mm.fault(request.hva + 1, true);
      expect(yield* vcpu.write(9, 1, false)).toBe(true);
    });
  });
});
