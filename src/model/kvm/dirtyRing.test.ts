import { expect, it } from 'vitest';
import type { Actor } from '../engine/step.ts';
import { buildMachine, type Machine } from '../machine.ts';
import { enableDirtyRings, resetDirtyRings } from './dirtyRing.ts';
import { EXIT_DIRTY_RING_FULL } from './exits.ts';
import { MEM_LOG_DIRTY_PAGES } from './memslots.ts';
import { createSlot } from './memslotUpdate.ts';

const PAGES = 128;

function play(script: (machine: Machine) => Actor): void {
  const machine = buildMachine();
  const { engine, vm, mm } = machine;
  enableDirtyRings(vm, 128);
  engine.spawn(
    'script',
    (function* (): Actor {
      const hva = mm.map(PAGES);
      const slot = { id: 0, baseGfn: 8, pages: PAGES, hva, gmem: null, gmemOffset: 0 };
      yield* createSlot(vm, { ...slot, flags: MEM_LOG_DIRTY_PAGES });
      yield* script(machine);
    })(),
  );
  engine.run();
  expect(engine.blocked()).toEqual([]);
}

it('L03: a ring holds what its vCPU wrote, once until it is reset', () => {
  play(function* ({ vm }) {
    const [first, second] = [vm.createVcpu(), vm.createVcpu()];
    yield* first.write(10, 1, false);
    yield* first.write(10, 2, false);
    yield* second.write(12, 1, false);
    expect(first.dirtyRing!.harvest().map(entry => entry.offset)).toEqual([2]);
    expect(second.dirtyRing!.harvest().map(entry => entry.offset)).toEqual([4]);
    expect(yield* resetDirtyRings(vm)).toBe(2);
    expect(yield* resetDirtyRings(vm)).toBe(0);
    yield* second.write(10, 3, false);
    expect(second.dirtyRing!.harvest().map(entry => entry.offset)).toEqual([2]);
    expect(first.dirtyRing!.harvest()).toEqual([]);
  });
});

it('L03: a vCPU whose ring is full leaves, and goes on after a reset', () => {
  play(function* ({ vm }) {
    const vcpu = vm.createVcpu();
    let gfn = 8;
    while (yield* vcpu.write(gfn, gfn, false)) gfn++;
    expect(vcpu.exit).toEqual({ reason: EXIT_DIRTY_RING_FULL });
    // The write that filled it has been logged, and not carried out yet.
    expect(gfn - 8).toBe(63);
    // What was not harvested stays on the ring.
    expect(yield* resetDirtyRings(vm)).toBe(0);
    expect(yield* vcpu.write(gfn, gfn, false)).toBe(false);
    expect(vcpu.dirtyRing!.harvest().length).toBe(64);
    expect(yield* resetDirtyRings(vm)).toBe(64);
    expect(yield* vcpu.write(gfn, gfn, false)).toBe(true);
  });
});

it('has a power of two of entries', () => {
  const { vm } = buildMachine();
  expect(() => enableDirtyRings(vm, 100)).toThrow('power of two');
  expect(() => enableDirtyRings(vm, 64)).toThrow('more than 64');
});
