import { describe, expect, it } from 'vitest';
import type { Profile } from '../arch/profile.ts';
import type { Actor } from '../engine/step.ts';
import { buildMachine, type Machine } from '../machine.ts';
import { EXIT_MMIO } from './exits.ts';
import { createSlot, deleteSlot } from './memslotUpdate.ts';
import { statisticsOf } from './statistics.ts';

const PAGES = 16;

function play(
  profile: Partial<Profile>,
  script: (machine: Machine, hva: number) => Actor,
): Record<string, number> {
  const machine = buildMachine({ profile });
  const { engine, vm, mm } = machine;
  engine.spawn(
    'script',
    (function* (): Actor {
      const hva = mm.map(PAGES);
      yield* slot(machine, hva);
      yield* script(machine, hva);
    })(),
  );
  engine.run();
  expect(engine.blocked()).toEqual([]);
  return Object.fromEntries(statisticsOf(vm).map(({ name, value }) => [name, value]));
}

function slot({ vm }: Machine, hva: number, id = 0): Actor<number> {
  return createSlot(vm, { id, baseGfn: id * PAGES, pages: PAGES, flags: 0, hva, gmem: null, gmemOffset: 0 });
}

describe('KVM’s statistics', () => {
  it('count faults, what became of them, and what is mapped', () => {
    const counts = play({}, function* ({ vm, mm }, hva) {
      const vcpu = vm.createVcpu();
      yield* vcpu.write(1, 7, false);
      yield* vcpu.write(2, 7, false);
      yield* mm.dontNeed(hva + 2, hva + 3);
      yield* vcpu.read(PAGES + 5, false);
    });
    expect(counts).toMatchObject({
      pf_taken: 3,
      pf_fixed: 2,
      pf_emulate: 1,
      pages_4k: 1,
      remote_tlb_flush: 1,
    });
    expect(counts).not.toHaveProperty('mmu_recycled');
  });

  it('tell of tables where a VM has a limit of them', () => {
    const counts = play({ mmu: 'direct-rmap' }, function* ({ vm }) {
      yield* vm.createVcpu().write(1, 7, false);
    });
    // One each of the three levels below the root.
    expect(counts).toMatchObject({ mmu_recycled: 0, mmu_cache_miss: 3 });
  });
});

describe('a gfn without a slot', () => {
  it('is looked up once, and known for I/O from then on', () => {
    const counts = play({}, function* ({ vm }) {
      const vcpu = vm.createVcpu();
      for (let i = 0; i < 3; i++) {
        expect(yield* vcpu.read(PAGES + 5, false)).toBeUndefined();
        expect(vcpu.exit).toEqual({ reason: EXIT_MMIO, gfn: PAGES + 5, write: false });
      }
      expect(vm.mmio.hits).toBe(2);
    });
    expect(counts).toMatchObject({ pf_taken: 1, pf_emulate: 1, pf_mmio_spte_created: 1 });
  });

  it('is looked up again after the slots have changed, and is memory where one covers it now', () => {
    const counts = play({}, function* (machine) {
      const { vm, mm } = machine;
      const vcpu = vm.createVcpu();
      yield* vcpu.read(PAGES + 5, false);
      yield* slot(machine, mm.map(PAGES), 1);
      expect(yield* vcpu.read(PAGES + 5, false)).toBe(0);
      yield* deleteSlot(vm, 1);
      expect(yield* vcpu.read(PAGES + 5, false)).toBeUndefined();
    });
    expect(counts).toMatchObject({ pf_mmio_spte_created: 2, pf_taken: 3 });
  });

  it('is not known while a change of slots is under way', () => {
    play({}, function* ({ vm }) {
      const vcpu = vm.createVcpu();
      yield* vcpu.read(PAGES + 5, false);
      vm.mmio.beginUpdate();
      expect(vm.mmio.isKnown(PAGES + 5)).toBe(false);
      vm.mmio.endUpdate();
      expect(vm.mmio.isKnown(PAGES + 5)).toBe(false);
    });
  });
});
