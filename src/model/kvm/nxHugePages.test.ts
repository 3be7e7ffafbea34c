import { expect, test } from 'vitest';
import { pinnedSptesRfc } from '../designs/pinning/pinnedSptes.ts';
import type { Actor } from '../engine/step.ts';
import { splitFolio } from '../host/splitFolio.ts';
import { buildMachine, type Machine } from '../machine.ts';
import { createSlot } from './memslotUpdate.ts';
import { setNxHugePages } from './nxHugePages.ts';
import type { Vcpu } from './vcpu.ts';

/** An SEV guest of 2020 on one huge page, which it has written to. */
function play(script: (machine: Machine, vcpu: Vcpu, hva: number) => Actor): void {
  const machine = buildMachine({
    profile: { vmType: 'sev', release: [5, 9], mmu: 'direct-rmap' },
    designs: { pinning: pinnedSptesRfc },
  });
  const { engine, vm, mm, host } = machine;
  host.thp = 'always';
  engine.spawn(
    'script',
    (function* (): Actor {
      const hva = mm.map(512);
      yield* createSlot(vm, { id: 0, baseGfn: 0, pages: 512, flags: 0, hva, gmem: null, gmemOffset: 0 });
      const vcpu = vm.createVcpu();
      yield* vcpu.write(3, 77, true);
      expect(vm.mmu.entry(3, false)).toMatchObject({ level: 2, pinned: true });
      yield* script(machine, vcpu, hva);
    })(),
  );
  engine.run();
  expect(engine.blocked()).toEqual([]);
}

test('toggling drops every SPTE, and an instruction is fetched through a small one from then on', () => {
  play(function* ({ vm }, vcpu) {
    yield* setNxHugePages(vm, true);
    expect(vm.mmu.mapped).toBe(0);
    yield* vcpu.read(3, true);
    expect(vm.mmu.entry(3, false)?.level).toBe(2);
    vcpu.fetches = true;
    expect(yield* vcpu.read(3, true)).toBe(77);
    expect(vm.mmu.entry(3, false)?.level).toBe(1);
    // Seven neighbours come along, and nothing else.
    expect(vm.mmu.mapped).toBe(8);
    const { zapped } = vm.stats;
    yield* setNxHugePages(vm, true);
    expect(vm.stats.zapped).toBe(zapped);
  });
});

test('a large SPTE that is dropped for a small one loses no pin: that one holds the whole huge page', () => {
  play(function* ({ vm, mm, host }, vcpu, hva) {
    const head = mm.lookup(hva, true);
    vm.nxHugePages = true;
    vcpu.fetches = true;
    yield* vcpu.read(100, true);
    expect(vm.mmu.entry(100, false)).toMatchObject({ level: 1, pinned: true });
    // The host's own, and one for each of the eight that a fault brings.
    expect(host.frames.references(head)).toBe(1 + 8);
    expect(yield* splitFolio(mm, hva)).toBe('referenced');
  });
});

test('between toggle and next touch nothing is pinned, and the host may take the huge page apart', () => {
  play(function* ({ vm, mm, host }, _vcpu, hva) {
    const head = mm.lookup(hva, true);
    yield* setNxHugePages(vm, true);
    expect(host.frames.references(head)).toBe(1);
    expect(yield* splitFolio(mm, hva)).toBe('split');
  });
});
