/** What a machine costs: a full fault, a touched page, a machine for a search, and memory that nobody touches. */
import type { Arena } from '../../src/model/engine/arena.ts';
import { Engine } from '../../src/model/engine/engine.ts';
import type { Scheduler } from '../../src/model/engine/scheduler.ts';
import type { Actor } from '../../src/model/engine/step.ts';
import { GuestMemfd } from '../../src/model/kvm/guestMemfd.ts';
import { createSlot } from '../../src/model/kvm/memslotUpdate.ts';
import { FILTER_SHARED, zapGfns } from '../../src/model/kvm/zap.ts';
import { buildMachine, type Machine, type MachineOptions } from '../../src/model/machine.ts';
import { placeSlot, raceMachine } from '../../src/model/races/setup.ts';

/** A guest whose one slot has memory behind it. */
export interface Guest extends Machine {
  /** Guest frames. */
  readonly pages: number;
}

/** Sets a guest up: address space, slot, and where memory is private a guest_memfd of the same size. */
export function setUpGuest(pages: number, options: MachineOptions = {}): Guest {
  const machine = buildMachine(options);
  const { engine, vm, mm } = machine;
  engine.spawn(
    'setup',
    (function* (): Actor {
      const gmem = vm.rules.privateMemory ? new GuestMemfd(vm, pages) : null;
      const hva = mm.map(pages);
      yield* createSlot(vm, { id: 0, baseGfn: 0, pages, flags: 0, hva, gmem, gmemOffset: 0 });
      if (gmem !== null) yield* vm.conversion.convert(0, pages, true);
    })(),
  );
  engine.run();
  return { ...machine, pages };
}

/** `vcpus` vCPUs touch every page of the guest once, each its own part in order. */
export function touchAll(guest: Guest, vcpus: number): void {
  const { engine, vm, pages } = guest;
  const isPrivate = vm.rules.privateMemory;
  const share = pages / vcpus;
  for (let n = 0; n < vcpus; n++) {
    const vcpu = vm.createVcpu();
    engine.spawn(
      `vCPU ${n}`,
      (function* (): Actor {
        const end = Math.floor((n + 1) * share);
        for (let gfn = Math.floor(n * share); gfn < end; gfn++) yield* vcpu.access(gfn, true, isPrivate);
      })(),
    );
  }
  engine.run();
  if (vm.mmu.mapped < pages) throw new Error(`${vm.mmu.mapped} of ${pages} pages are mapped`);
}

/** Like `touchAll`, `rounds` times: after each round a vCPU's share is zapped, so that every touch faults again. */
export function touchAgain(guest: Guest, vcpus: number, rounds: number): void {
  const { engine, vm, pages } = guest;
  const share = pages / vcpus;
  for (let n = 0; n < vcpus; n++) {
    const vcpu = vm.createVcpu();
    const start = Math.floor(n * share);
    const end = Math.floor((n + 1) * share);
    engine.spawn(
      `vCPU ${n}`,
      (function* (): Actor {
        for (let round = 0; round < rounds; round++) {
          for (let gfn = start; gfn < end; gfn++) yield* vcpu.access(gfn, true, false);
          yield vm.mmuLock.write();
          yield* zapGfns(vm, start, end, FILTER_SHARED, 'notifier');
          vm.mmuLock.writeUnlock();
        }
      })(),
    );
  }
  engine.run();
  if (vm.stats.faults < rounds * pages) throw new Error(`${vm.stats.faults} faults were taken`);
}

const NEVER: Scheduler = { stepwise: true, delay() {}, wake() {}, next: () => -1, reset() {} };

/** The machine that races are searched on, built as a search does: two vCPUs and a slot of 16 pages. */
export function buildRaceMachine(arena: Arena): Machine {
  arena.recycle();
  const engine = new Engine({ scheduler: NEVER, words: arena });
  engine.access.on = true;
  const machine = raceMachine(engine, { vmType: 'snp' });
  const { vm, mm } = machine;
  placeSlot(vm, { pages: 16, hva: mm.map(16), gmem: new GuestMemfd(vm, 16) });
  vm.createVcpu();
  vm.createVcpu();
  return machine;
}
