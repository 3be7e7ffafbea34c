import { expect, it } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import type { Property } from '../engine/explorer/program.ts';
import { search } from '../engine/explorer/search.ts';
import type { Actor } from '../engine/step.ts';
import { NO_PFN } from '../host/frames.ts';
import { buildMachine, type Machine } from '../machine.ts';
import { createSlot } from './memslotUpdate.ts';

const GFN = 1;

/** Runs what has to be there before the race, by hand. */
function settle(engine: Engine, body: Actor<unknown>): void {
  const actor = engine.spawn('setup', body);
  while (!engine.isDone(actor)) engine.step(actor);
  engine.access.clear();
}

/** V02: no SPTE names a frame that the host no longer maps there, unless an invalidation of it is under way. */
function noStaleFrame({ vm, mm }: Machine, page: number): Property {
  return {
    name: 'no stale frame',
    when: 'always',
    check() {
      const spte = vm.mmu.peek(GFN, false);
      const pfn = mm.walk(page, false);
      if (spte === NO_PFN || spte === pfn || vm.invalidation.covers(GFN)) return true;
      return `gfn ${GFN} maps frame ${spte}, and the host has ${pfn === NO_PFN ? 'none' : pfn}`;
    },
  };
}

function race(engine: Engine, change: (machine: Machine) => void = () => {}) {
  const machine = buildMachine({ engine });
  change(machine);
  const { vm, mm } = machine;
  const hva = mm.map(4);
  settle(engine, createSlot(vm, { id: 0, baseGfn: 0, pages: 4, flags: 0, hva, gmem: null, gmemOffset: 0 }));
  const vcpu = vm.createVcpu();
  engine.spawn(
    'vCPU',
    (function* (): Actor {
      yield* vcpu.write(GFN, 77, false);
    })(),
  );
  engine.spawn('host', mm.dontNeed(hva + GFN, hva + GFN + 1));
  return { properties: [noStaleFrame(machine, hva + GFN)] };
}

it('a vCPU that faults while the host discards the page never keeps the old frame', () => {
  const result = search(engine => race(engine));
  expect(result.properties.filter(verdict => !verdict.holds)).toEqual([]);
  expect(result.complete).toBe(true);
  expect(result.schedules).toBeGreaterThan(10);
});

it('it would, if the fault did not look again under mmu_lock', () => {
  const result = search(engine =>
    race(engine, ({ vm }) => {
      vm.invalidation.mustRetry = () => false;
    }),
  );
  expect(result.properties.find(verdict => verdict.name === 'no stale frame')!.holds).toBe(false);
});
