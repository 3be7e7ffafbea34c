import { describe, expect, it } from 'vitest';
import { inPlace } from '../designs/conversion/inPlace.ts';
import type { Actor } from '../engine/step.ts';
import { PAGES_PER_2M } from '../host/units.ts';
import type { Machine } from '../machine.ts';
import { playLargeGuest } from '../workloads/largeGuest.ts';
import type { ConversionDesign } from './conversion.ts';
import type { GuestMemfd } from './guestMemfd.ts';
import { populateSnp } from './snpLaunch.ts';

const PAGES = 4 * PAGES_PER_2M;

const play = (
  script: (machine: Machine, gmem: GuestMemfd, hva: number) => Actor,
  conversion?: ConversionDesign,
) => playLargeGuest('snp', script, conversion);

describe('an SNP guest with pages of 2 MiB', () => {
  it('has them mapped at once, under one entry of the RMP', () => {
    const { vm } = play(function* ({ vm }) {
      const vcpu = vm.createVcpu();
      for (const gfn of [5, 100, 511]) expect(yield* vcpu.write(gfn, gfn, true)).toBe(true);
      expect(yield* vcpu.read(100, true)).toBe(100);
    });
    expect(vm.stats.faults).toBe(1);
    expect(vm.mmu.entry(5, true)!.level).toBe(2);
    expect([vm.rmp!.assigned, vm.rmp!.smashed]).toEqual([PAGES_PER_2M, 0]);
    expect(vm.rmp!.gfnOf(vm.mmu.peek(7, true))).toBe(7);
  });

  it('keeps what it wrote where a part of a page is freed: the entry is taken apart first', () => {
    const { vm } = play(function* ({ vm }, gmem) {
      const vcpu = vm.createVcpu();
      yield* vcpu.write(5, 55, true);
      yield* vcpu.write(300, 33, true);
      yield* gmem.punchHole(300, 301);
      expect(yield* vcpu.read(5, true)).toBe(55);
      expect(yield* vcpu.read(300, true)).not.toBe(33);
    });
    expect(vm.rmp!.smashed).toBe(1);
    expect(vm.mmu.entry(5, true)!.level).toBe(1);
    expect(vm.mmu.entry(300, true)!.level).toBe(1);
  });

  it('gives a whole page back by one update', () => {
    const { vm, host } = play(function* ({ vm }, gmem) {
      yield* vm.createVcpu().write(700, 7, true);
      yield* gmem.punchHole(0, PAGES);
    });
    expect([vm.rmp!.assigned, vm.rmp!.smashed, host.frames.inUse]).toEqual([0, 0, 0]);
  });

  it('maps small pages under a large entry where attributes are mixed', () => {
    const { vm } = play(function* ({ vm }) {
      yield* vm.conversion.convert(10, 11, false);
      expect(yield* vm.createVcpu().write(5, 55, true)).toBe(true);
    });
    expect([vm.mmu.entry(5, true)!.level, vm.rmp!.levelOf(vm.mmu.peek(5, true))]).toEqual([1, 2]);
  });

  it('has the large leaf dropped with the entry where it validates 4 KiB, and finds its contents', () => {
    const { vm } = play(function* ({ vm }) {
      const vcpu = vm.createVcpu();
      yield* vcpu.write(5, 55, true);
      expect(yield* vcpu.validatePage(6)).toBe(true);
      expect(vm.mmu.isMapped(5, true)).toBe(false);
      expect(yield* vcpu.validatePage(7)).toBe(true);
      expect(yield* vcpu.read(5, true)).toBe(55);
    });
    expect(vm.rmp!.smashed).toBe(1);
    expect(vm.mmu.entry(5, true)!.level).toBe(1);
  });

  it('gets small pages around what was launched', () => {
    const { vm } = play(function* ({ vm, host, mm }, _, hva) {
      host.frames.write(yield* mm.fault(hva, true), 77);
      expect(yield* populateSnp(vm, 3, hva)).toBe(0);
      const vcpu = vm.createVcpu();
      expect(yield* vcpu.read(3, true)).toBe(77);
      expect(yield* vcpu.write(4, 44, true)).toBe(true);
    });
    expect([vm.mmu.entry(4, true)!.level, vm.rmp!.assigned]).toEqual([1, 2]);
  });

  it('converts a part in place, and the rest stays private', () => {
    const { vm } = play(function* ({ vm }) {
      const vcpu = vm.createVcpu();
      yield* vcpu.write(5, 55, true);
      expect(vm.rmp!.levelOf(vm.mmu.peek(5, true))).toBe(2);
      expect(yield* vm.conversion.convert(8, 9, false)).toBe(0);
      expect(yield* vcpu.read(5, true)).toBe(55);
    }, inPlace);
    expect([vm.rmp!.smashed, vm.rmp!.assigned]).toEqual([1, PAGES_PER_2M - 1]);
  });
});
