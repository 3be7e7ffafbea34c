/** What a machine spends on guest memory, counted in the arrays it takes; `npm run bench` measures the heap. */
import { expect, it } from 'vitest';
import type { WordSource } from '../engine/arena.ts';
import { Engine } from '../engine/engine.ts';
import type { Actor } from '../engine/step.ts';
import { buildMachine } from '../machine.ts';
import { createSlot } from './memslotUpdate.ts';

/** Bytes of the arrays that a guest of `pages` pages takes once `touched` of them were written. */
function bytes(pages: number, touched: number): { bytes: number; events: number; faults: number } {
  let words = 0;
  const source: WordSource = {
    take(length) {
      words += length;
      return new Int32Array(length);
    },
  };
  const { engine, vm, mm } = buildMachine({ engine: new Engine({ words: source }) });
  engine.spawn(
    'vCPU',
    (function* (): Actor {
      const hva = mm.map(pages);
      yield* createSlot(vm, { id: 0, baseGfn: 0, pages, flags: 0, hva, gmem: null, gmemOffset: 0 });
      const vcpu = vm.createVcpu();
      for (let gfn = 0; gfn < touched; gfn++) yield* vcpu.access(gfn, true, false);
    })(),
  );
  engine.run();
  return { bytes: 4 * words, events: engine.steps, faults: vm.stats.faults };
}

it('a touched page takes at most 32 bytes: a host PTE, a frame and an SPTE', () => {
  const touched = 2 ** 16;
  const cost = bytes(touched, touched).bytes - bytes(touched, 0).bytes;
  expect(cost / touched).toBeLessThanOrEqual(32);
  expect(cost / touched).toBeGreaterThanOrEqual(24);
});

it('memory that nobody touched takes nothing', () => {
  expect(bytes(2 ** 30, 0)).toEqual(bytes(2 ** 20, 0));
});

it('a first touch is one fault of few steps', () => {
  const { events, faults } = bytes(1024, 1024);
  expect(faults).toBe(1024);
  expect((events - bytes(1024, 0).events) / 1024).toBeLessThanOrEqual(15);
});
