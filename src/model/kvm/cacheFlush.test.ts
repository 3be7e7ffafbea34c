import { describe, expect, it } from 'vitest';
import { COST_TABLE } from '../costs/table.ts';
import { flushEveryEvent } from '../designs/reclaim/flushEveryEvent.ts';
import { flushOnGmemFree, flushRanCpusKeepingLines } from '../designs/reclaim/flushOnGmemFree.ts';
import type { Actor } from '../engine/step.ts';
import { DirtyLines, LINES_OF_PAGE } from '../host/dirtyLines.ts';
import { buildMachine, type Machine, type MachineOptions } from '../machine.ts';
import { GuestMemfd } from './guestMemfd.ts';
import { createSlot } from './memslotUpdate.ts';

const LINE = COST_TABLE.cachedLine.value;
const PAGES = 64;

/** A host of four CPUs, two to a cache, that counts their lines. */
function play(options: MachineOptions, script: (machine: Machine, hva: number, gmem: GuestMemfd) => Actor) {
  const machine = buildMachine(options);
  const { engine, vm, mm, host } = machine;
  host.cpus = 4;
  host.dirtyLines = new DirtyLines({ cpus: 4, cpusPerCache: 2, lines: 100 * LINES_OF_PAGE });
  engine.spawn(
    'script',
    (function* (): Actor {
      const hva = mm.map(PAGES);
      const gmem = new GuestMemfd(vm, PAGES);
      const file = vm.rules.privateMemory ? gmem : null;
      yield* createSlot(vm, { id: 0, baseGfn: 0, pages: PAGES, flags: 0, hva, gmem: file, gmemOffset: 0 });
      yield* script(machine, hva, gmem);
    })(),
  );
  engine.run();
  expect(engine.blocked()).toEqual([]);
  return machine;
}

describe('flushing caches, where lines are counted', () => {
  it('takes as long as the fullest cache, and every CPU waits for its own', () => {
    const { host } = play(
      { profile: { vmType: 'sev' }, designs: { reclaim: flushEveryEvent } },
      function* ({ vm, mm, engine, host }, hva) {
        const vcpu = vm.createVcpu();
        for (let gfn = 0; gfn < 10; gfn++) yield* vcpu.write(gfn, 1, true);
        vcpu.cpu = 2;
        for (let gfn = 10; gfn < 13; gfn++) yield* vcpu.write(gfn, 1, true);
        expect([host.dirtyLines!.dirtyIn(1), host.dirtyLines!.dirtyIn(3)]).toEqual([640, 192]);
        const before = engine.now;
        yield* mm.dontNeed(hva + 20, hva + 21);
        const empty = engine.now - before;
        const again = engine.now;
        yield* mm.dontNeed(hva + 20, hva + 21);
        // Nothing is dirty the second time.
        expect(empty - (engine.now - again)).toBe(640 * LINE);
      },
    );
    expect(host.stolenNs).toBe(640 * LINE);
    // Two CPUs wait for each cache, and both caches are filled again.
    expect(host.lostCpuNs).toBe((2 * 640 + 2 * 192 + 640 + 192) * LINE);
  });

  it('stalls nobody else where it is asked of the CPUs that ran the guest, and leaves lines to WBNOINVD', () => {
    const { host } = play(
      { profile: { vmType: 'sev' }, designs: { reclaim: flushRanCpusKeepingLines } },
      function* ({ vm, mm, host }, hva) {
        vm.haveRunCpus.add(0);
        const vcpu = vm.createVcpu();
        for (let gfn = 0; gfn < 10; gfn++) yield* vcpu.write(gfn, 1, true);
        host.dirtyLines!.write(2, 999);
        yield* mm.dontNeed(hva + 20, hva + 21);
        expect([host.dirtyLines!.dirtyIn(0), host.dirtyLines!.dirtyIn(2)]).toEqual([0, LINES_OF_PAGE]);
      },
    );
    expect(host.flushedCpus).toBe(1);
    expect(host.lostCpuNs).toBe(640 * LINE);
  });

  it('page by page moves what is dirty of them, and nothing where nothing is', () => {
    const { host } = play(
      { profile: { vmType: 'snp' }, designs: { reclaim: flushOnGmemFree } },
      function* ({ vm }, _, gmem) {
        yield* vm.conversion.convert(0, PAGES, true);
        const vcpu = vm.createVcpu();
        yield* vcpu.write(3, 1, true);
        yield* vcpu.read(4, true);
        yield* gmem.punchHole(3, 5);
      },
    );
    expect(host.lostCpuNs).toBe(LINES_OF_PAGE * LINE);
    expect(host.flushedCpus).toBe(0);
  });
});
