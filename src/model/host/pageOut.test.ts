import { describe, expect, it } from 'vitest';
import type { Actor } from '../engine/step.ts';
import { createSlot } from '../kvm/memslotUpdate.ts';
import { buildMachine, type Machine } from '../machine.ts';
import { loadBytes, storeBytes } from './hostAccess.ts';
import { adviseRange, MADV_FREE, MADV_PAGEOUT } from './madvise.ts';
import { MemFile } from './memFile.ts';
import { resident } from './mincore.ts';
import { PTE_PRESENT } from './pte.ts';
import { PAGE_SIZE } from './units.ts';

const PAGES = 6;

function play(script: (machine: Machine) => Actor): Machine {
  const machine = buildMachine();
  machine.engine.spawn('script', script(machine));
  machine.engine.run();
  expect(machine.engine.blocked()).toEqual([]);
  return machine;
}

/** Writes a token to each page and tells what is mapped after the advice. */
function* advised({ mm }: Machine, start: number, advice = MADV_PAGEOUT): Actor<number[]> {
  for (let page = start; page < start + PAGES; page++) {
    mm.frames.write(yield* mm.fault(page, true), 100 + page - start);
  }
  expect(yield* adviseRange(mm, start, start + PAGES, advice, null)).toBe(0);
  return mapped(mm, start);
}

function mapped(mm: Machine['mm'], start: number): number[] {
  return Array.from({ length: PAGES }, (_, i) => (mm.table.low(start + i) & PTE_PRESENT ? 1 : 0));
}

const ALL = Array(PAGES).fill(1);
const NONE = Array(PAGES).fill(0);

describe('MADV_PAGEOUT', () => {
  it('unmaps shared memory, which stays in its file with what it holds', () => {
    play(function* (machine) {
      const { mm, host } = machine;
      const start = mm.map(PAGES, new MemFile(host, PAGES * PAGE_SIZE));
      expect(yield* advised(machine, start)).toEqual(NONE);
      expect(resident(mm, start, start + PAGES)).toEqual(ALL);
      for (let i = 0; i < PAGES; i++) expect(mm.frames.read(yield* mm.fault(start + i, false))).toBe(100 + i);
    });
  });

  it('leaves what another mapping has as well', () => {
    play(function* (machine) {
      const { mm, host } = machine;
      const file = new MemFile(host, PAGES * PAGE_SIZE);
      const start = mm.map(PAGES, file);
      const other = mm.map(PAGES, file);
      for (let i = 0; i < PAGES; i += 2) yield* mm.fault(other + i, true);
      const seenTwice = mapped(mm, other);
      expect(yield* advised(machine, start)).toEqual(seenTwice);
    });
  });

  it('leaves anonymous memory where it is, but for what MADV_FREE has given up', () => {
    play(function* (machine) {
      const { mm } = machine;
      const start = mm.map(PAGES);
      expect(yield* advised(machine, start)).toEqual(ALL);
      expect(yield* advised(machine, start, MADV_FREE)).toEqual(ALL);
      // Written to after the advice, a page is wanted again.
      expect(yield* storeBytes(mm, (start + 1) * PAGE_SIZE, new Uint8Array([9]), null)).toBeNull();
      yield* adviseRange(mm, start, start + PAGES, MADV_PAGEOUT, null);
      expect(mm.frames.read(yield* mm.fault(start, false))).toBe(0);
      expect(yield* loadBytes(mm, (start + 1) * PAGE_SIZE, 1, null)).toEqual(new Uint8Array([9]));
    });
  });

  it('takes a guest’s mapping with it', () => {
    play(function* (machine) {
      const { mm, vm, host } = machine;
      const hva = mm.map(PAGES, new MemFile(host, PAGES * PAGE_SIZE));
      yield* createSlot(vm, { id: 0, baseGfn: 0, pages: PAGES, flags: 0, hva, gmem: null, gmemOffset: 0 });
      const vcpu = vm.createVcpu();
      yield* vcpu.write(2, 7, false);
      yield* adviseRange(mm, hva, hva + PAGES, MADV_PAGEOUT, null);
      expect(vm.mmu.isMapped(2, false)).toBe(false);
      expect(yield* vcpu.read(2, false)).toBe(7);
    });
  });
});
