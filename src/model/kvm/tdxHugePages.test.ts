import { describe, expect, it } from 'vitest';
import { SecureEpt } from '../arch/secureEpt.ts';
import { Engine } from '../engine/engine.ts';
import type { Actor } from '../engine/step.ts';
import { PAGES_PER_2M } from '../host/units.ts';
import { buildMachine, type Machine } from '../machine.ts';
import { playLargeGuest } from '../workloads/largeGuest.ts';
import type { GuestMemfd } from './guestMemfd.ts';

const play = (script: (machine: Machine, gmem: GuestMemfd) => Actor) => playLargeGuest('tdx', script);

describe('a TDX guest that accepts before it touches', () => {
  it('gets a page of 2 MiB where it asks for one, empty, and needs no further exit for it', () => {
    const { vm } = play(function* ({ vm }) {
      const vcpu = vm.createVcpu();
      expect(yield* vcpu.acceptPage(512, 2)).toBe('accepted');
      expect(vm.mmu.entry(512, true)).toMatchObject({ level: 2 });
      expect(yield* vcpu.acceptPage(512, 2)).toBe('already');
      yield* vcpu.write(700, 7, true);
      expect(yield* vcpu.read(700, true)).toBe(7);
      expect(yield* vcpu.read(701, true)).toBe(0);
    });
    expect(vm.stats.faults).toBe(1);
    expect(vm.secureEpt!.pages).toBe(PAGES_PER_2M);
  });

  it('gets pages of 4 KiB from then on where it asks for one of them, and is told so when it asks for more', () => {
    const { vm } = play(function* ({ vm }) {
      const vcpu = vm.createVcpu();
      expect(yield* vcpu.acceptPage(5, 1)).toBe('accepted');
      expect(yield* vcpu.acceptPage(0, 2)).toBe('size-mismatch');
      expect(yield* vcpu.acceptPage(6, 1)).toBe('accepted');
      // Its neighbour of 2 MiB is as large as ever.
      expect(yield* vcpu.acceptPage(1024, 2)).toBe('accepted');
    });
    expect(vm.mmu.entry(5, true)!.level).toBe(1);
    expect(vm.secureEpt!.demotions).toBe(0);
  });
});

describe('a TDX guest that touches first, and accepts 4 KiB at a time', () => {
  it('is given 2 MiB, which its acceptance takes apart again', () => {
    const { vm } = play(function* ({ vm }) {
      const vcpu = vm.createVcpu();
      yield* vcpu.write(5, 7, true);
      expect(yield* vcpu.read(5, true)).toBe(7);
    });
    expect(vm.secureEpt!.demotions).toBe(1);
    expect(vm.mmu.leaves).toEqual([0, PAGES_PER_2M, 0, 0]);
    // A page that is there waits to be accepted by itself.
    expect(vm.secureEpt!.isPending(6)).toBe(true);
    expect(vm.secureEpt!.isPending(5)).toBe(false);
  });
});

describe('a private page of 2 MiB', () => {
  it('is demoted where a part of it becomes shared, and the rest keeps what it holds', () => {
    const { vm } = play(function* ({ vm }) {
      const vcpu = vm.createVcpu();
      yield* vcpu.acceptPage(0, 2);
      for (const gfn of [3, 4, 511]) yield* vcpu.write(gfn, 100 + gfn, true);
      yield* vm.conversion.convert(4, 5, false);
      expect(yield* vcpu.read(3, true)).toBe(103);
      expect(yield* vcpu.read(511, true)).toBe(611);
      yield* vm.conversion.convert(4, 5, true);
      expect(yield* vcpu.read(4, true)).toBe(0);
      // Small ones are never made one again: their states need not agree.
      expect(vm.mmu.entry(0, true)!.level).toBe(1);
    });
    expect(vm.secureEpt!.demotions).toBe(1);
    expect(vm.secureEpt!.lost).toBe(1);
  });

  it('loses all 512 where all of it goes, in one removal', () => {
    const { vm } = play(function* ({ vm }, gmem) {
      yield* vm.createVcpu().acceptPage(0, 2);
      yield* gmem.punchHole(0, PAGES_PER_2M);
    });
    expect([vm.secureEpt!.lost, vm.secureEpt!.removals]).toEqual([PAGES_PER_2M, 1]);
    expect(vm.mmu.mapped).toBe(0);
  });

  it('is none where its file has lost a page of the range, or had one before', () => {
    play(function* ({ vm }, gmem) {
      const vcpu = vm.createVcpu();
      yield* vcpu.acceptPage(0, 2);
      yield* gmem.punchHole(7, 8);
      expect(gmem.isLarge(0)).toBe(false);
      gmem.getPfn(7);
      expect(yield* vcpu.acceptPage(7, 1)).toBe('accepted');
      expect(vm.mmu.entry(7, true)!.level).toBe(1);
      expect(vm.mmu.entry(8, true)!.level).toBe(1);
    });
  });
});

describe('the secure EPT', () => {
  it('demotes a page only after it was blocked and tracked, as it was accepted', () => {
    const ept = new SecureEpt(new Engine());
    ept.augment(512, 2);
    expect(() => ept.augment(513)).toThrow('removed first');
    expect(() => ept.demote(512)).toThrow('blocked page of 2 MiB');
    ept.accept(512, 2);
    ept.block(600);
    expect(() => ept.demote(512)).toThrow('TRACK');
    ept.track();
    ept.demote(512);
    expect([ept.levelOf(600), ept.isPending(600), ept.pages]).toEqual([1, false, PAGES_PER_2M]);
    expect(ept.lost).toBe(0);
  });

  it('promotes 512 pages only where all are in one state', () => {
    const ept = new SecureEpt(new Engine());
    for (let gfn = 0; gfn < PAGES_PER_2M; gfn++) ept.augment(gfn);
    ept.accept(3);
    expect(ept.promote(0)).toBe(false);
    for (let gfn = 0; gfn < PAGES_PER_2M; gfn++) ept.accept(gfn);
    expect(ept.promote(0)).toBe(true);
    expect(ept.levelOf(3)).toBe(2);
    expect(ept.accept(3, 1)).toBe('violation');
  });
});

describe('machines that cannot be', () => {
  it('are refused with the reason', () => {
    expect(() => buildMachine({ profile: { vmType: 'tdx', mmu: 'direct-rmap' } })).toThrow('private memory');
  });
});
