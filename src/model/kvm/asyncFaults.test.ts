import { expect, it } from 'vitest';
import type { Actor } from '../engine/step.ts';
import { fillRange } from '../host/uffdFill.ts';
import { registerRange } from '../host/uffdRegister.ts';
import { PAGE_SIZE } from '../host/units.ts';
import { wakeUserfaults } from '../host/userfault.ts';
import { Userfaultfd } from '../host/userfaultfd.ts';
import { VM_UFFD_MISSING } from '../host/vma.ts';
import { buildMachine } from '../machine.ts';
import { createSlot } from './memslotUpdate.ts';
import type { Vcpu } from './vcpu.ts';

const ARRIVES = 1_000_000;

/** Two tasks of a guest on one vCPU; the first touches a page that arrives after a millisecond. */
function play(asynchronous: boolean): { log: string[]; vcpu: Vcpu } {
  const { engine, vm, mm } = buildMachine();
  const vcpu = vm.createVcpu();
  if (asynchronous) vcpu.enableAsyncFaults();
  const log: string[] = [];
  function* read(name: string, gfn: number): Actor {
    yield* vcpu.read(gfn, false);
    log.push(`${name} at ${engine.now >= ARRIVES ? 'arrival' : 'once'}`);
  }
  engine.spawn(
    'VMM',
    (function* (): Actor {
      const hva = mm.map(4);
      const uffd = new Userfaultfd(engine, mm.costs, false);
      yield* registerRange(mm, uffd, hva, hva + 1, VM_UFFD_MISSING);
      yield* createSlot(vm, { id: 0, baseGfn: 0, pages: 4, flags: 0, hva, gmem: null, gmemOffset: 0 });
      engine.spawn('task', read('missing page', 0));
      engine.spawn('same page', read('missing page again', 0));
      engine.spawn('other task', read('other page', 1));
      yield ARRIVES;
      expect(yield* fillRange(mm, uffd, hva, hva + 1, { kind: 'zeropage' })).toBeGreaterThanOrEqual(0);
      yield* wakeUserfaults(uffd, hva * PAGE_SIZE, PAGE_SIZE);
    })(),
  );
  engine.run();
  expect(engine.blocked()).toEqual([]);
  return { log, vcpu };
}

it('a worker takes the fault over, once for each page', () => {
  const { log, vcpu } = play(true);
  expect(log).toEqual(['other page at once', 'missing page at arrival', 'missing page again at arrival']);
  expect(vcpu.asyncFaults!.started).toBe(1);
  expect(vcpu.asyncFaults!.halts).toBe(1);
  expect(vcpu.asyncFaults!.inFlight).toBe(0);
});

it('nothing is asynchronous for a guest that has not asked', () => {
  const { vcpu } = play(false);
  expect(vcpu.asyncFaults).toBeNull();
});
