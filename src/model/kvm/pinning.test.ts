import { describe, expect, it } from 'vitest';
import type { Actor } from '../engine/step.ts';
import { migratePage } from '../host/migrate.ts';
import { buildMachine, type Machine } from '../machine.ts';
import { createSlot, deleteSlot } from './memslotUpdate.ts';
import type { PinningDesign } from './pinning.ts';
import type { Vm } from './vm.ts';
import { putVm } from './vmLifetime.ts';

const MAIL = { title: 'a test', date: '2026-01-01' };

/** Pins a frame when its SPTE comes and lets go of it when the SPTE goes, as the pinned SPTEs of 2020 did. */
function pinInSptes(fate: 'drop' | 'keep-pinned'): PinningDesign {
  return {
    name: 'test',
    title: 'test',
    mail: MAIL,
    create: (vm: Vm) => ({
      installing(_gfn, pfn, kept) {
        if (kept !== pfn) vm.host.frames.pin(pfn);
        return true;
      },
      zapping(_gfn, pfn, pinned, reason) {
        if (!pinned) return 'drop';
        if (fate === 'keep-pinned' && reason !== 'end') return 'keep-pinned';
        vm.host.frames.unpin(pfn);
        return 'drop';
      },
      dropping(_gfn, pfn, reason) {
        if (reason !== 'end') return 'keep-pinned';
        vm.host.frames.unpin(pfn);
        return 'drop';
      },
      metadataBytes: () => 0,
    }),
  };
}

function play(pinning: PinningDesign | undefined, script: (machine: Machine) => Actor): Machine {
  const machine = buildMachine({ designs: { pinning } });
  const { engine, vm, mm } = machine;
  engine.spawn(
    'script',
    (function* (): Actor {
      const hva = mm.map(16);
      yield* createSlot(vm, { id: 0, baseGfn: 0, pages: 16, flags: 0, hva, gmem: null, gmemOffset: 0 });
      yield* createSlot(vm, { id: 1, baseGfn: 32, pages: 1, flags: 0, hva, gmem: null, gmemOffset: 0 });
      yield* script(machine);
    })(),
  );
  engine.run();
  expect(engine.blocked()).toEqual([]);
  return machine;
}

describe('a pinned page', () => {
  it('moves all the same where its pin goes with its SPTE', () => {
    const moves: string[] = [];
    for (const design of [undefined, pinInSptes('drop')]) {
      play(design, function* ({ vm, mm }) {
        const vcpu = vm.createVcpu();
        yield* vcpu.write(3, 77, false);
        moves.push(yield* migratePage(mm, vm.memslots.set.find(3)!.hva + 3));
        expect(yield* vcpu.read(3, false)).toBe(77);
      });
    }
    expect(moves[0]).toBe('moved');
    // The announcement of the move zaps the SPTE before the host counts references: the design drops its pin then.
    expect(moves[1]).toBe('moved');
  });

  it('stays where it is where the pin outlives the SPTE', () => {
    play(pinInSptes('keep-pinned'), function* ({ vm, mm }) {
      const vcpu = vm.createVcpu();
      yield* vcpu.write(3, 77, false);
      const { pfn } = vm.mmu.entry(3, false)!;
      expect(yield* migratePage(mm, vm.memslots.set.find(3)!.hva + 3)).toBe('referenced');
      expect(vm.mmu.entry(3, false)).toMatchObject({ pfn, present: false, pinned: true });
      expect(vm.mmu.keptPfn(3, false)).toBe(pfn);
      expect(yield* vcpu.read(3, false)).toBe(77);
      expect(vm.host.frames.pinCount(pfn)).toBe(1);
    });
  });

  it('is let go when another slot is deleted, for that zaps everything', () => {
    play(pinInSptes('drop'), function* ({ vm }) {
      const vcpu = vm.createVcpu();
      yield* vcpu.write(3, 77, false);
      const { pfn } = vm.mmu.entry(3, false)!;
      expect(vm.host.frames.pinCount(pfn)).toBe(1);
      expect(yield* deleteSlot(vm, 1)).toBe(0);
      expect(vm.host.frames.pinCount(pfn)).toBe(0);
    });
  });

  it('is let go exactly once when the VM goes', () => {
    for (const fate of ['drop', 'keep-pinned'] as const) {
      const { vm } = play(pinInSptes(fate), function* ({ vm, mm }) {
        const vcpu = vm.createVcpu();
        yield* vcpu.write(3, 77, false);
        yield* vcpu.write(4, 78, false);
        const { hva } = vm.memslots.set.find(4)!;
        yield* mm.dontNeed(hva + 4, hva + 5);
        yield* deleteSlot(vm, 1);
        yield* putVm(vm);
      });
      for (let pfn = 2; pfn < 32; pfn++) expect(vm.host.frames.pinCount(pfn)).toBe(0);
    }
  });
});

describe('a design that pins slots', () => {
  it('may refuse one, and then there is none', () => {
    const refused: PinningDesign = {
      name: 'test',
      title: 'test',
      mail: MAIL,
      create: () => ({
        *slotCreated() {
          yield 10;
          return -12;
        },
        metadataBytes: () => 0,
      }),
    };
    const { vm } = play(refused, function* () {});
    expect([...vm.memslots.all()]).toEqual([]);
  });

  it('hears of the slot before a page of it can fault, and after nobody reads it', () => {
    const heard: string[] = [];
    const design: PinningDesign = {
      name: 'test',
      title: 'test',
      mail: MAIL,
      create: vm => ({
        *slotCreated(slot) {
          heard.push(`create ${slot.id}, published ${vm.memslots.set.byId(slot.id) !== undefined}`);
          yield 10;
          return 0;
        },
        *slotDeleted(slot) {
          heard.push(`delete ${slot.id}, published ${vm.memslots.set.byId(slot.id) !== undefined}`);
          yield 10;
        },
        *vmDestroyed() {
          heard.push('destroyed');
          yield 10;
        },
        beforeInstall: gfn => (gfn === 5 ? -12 : 0),
        metadataBytes: () => 0,
      }),
    };
    play(design, function* ({ vm }) {
      yield* deleteSlot(vm, 1);
      const vcpu = vm.createVcpu();
      expect(yield* vcpu.write(4, 1, false)).toBe(true);
      expect(yield* vcpu.write(5, 1, false)).toBe(false);
      expect(vcpu.errno).toBe(12);
      yield* putVm(vm);
    });
    expect(heard).toEqual([
      'create 0, published false',
      'create 1, published false',
      'delete 1, published false',
      'destroyed',
    ]);
  });
});
