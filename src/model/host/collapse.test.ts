import { describe, expect, it } from 'vitest';
import type { Actor } from '../engine/step.ts';
import { createSlot } from '../kvm/memslotUpdate.ts';
import { buildMachine, type Machine } from '../machine.ts';
import { collapseRange } from './collapse.ts';
import { EAGAIN, EBUSY, EINVAL, ENOMEM } from './errno.ts';
import { NO_PFN } from './frames.ts';
import { MemFile } from './memFile.ts';
import { PAGE_SIZE, PAGES_PER_2M } from './units.ts';
import { VM_SHARED, VM_UFFD_MISSING } from './vma.ts';

/** A machine with a shared file of 4 MiB, mapped twice, of which page 3 was written through the first mapping. */
interface Stage extends Machine {
  readonly file: MemFile;
  readonly here: number;
  readonly there: number;
  /** MADV_COLLAPSE of pages from the first mapping on. */
  collapse(from?: number, pages?: number): Actor<number>;
}

function play(script: (stage: Stage) => Actor, hostFrames?: number): void {
  const machine = buildMachine(hostFrames === undefined ? {} : { hostFrames });
  const { engine, mm, host } = machine;
  engine.spawn(
    'script',
    (function* (): Actor {
      const file = new MemFile(host, 2 * PAGES_PER_2M * PAGE_SIZE);
      const [here, there] = [mm.map(2 * PAGES_PER_2M, file), mm.map(2 * PAGES_PER_2M, file)];
      for (const page of [here, there]) mm.vmas.find(page)!.flags |= VM_SHARED;
      host.frames.write(yield* mm.fault(here + 3, true), 7);
      yield* script({
        ...machine,
        file,
        here,
        there,
        *collapse(from = here, pages = PAGES_PER_2M) {
          yield mm.mmapLock.read();
          const result = yield* collapseRange(mm, mm.vmas.find(from)!, from, from + pages);
          mm.mmapLock.readUnlock();
          return result;
        },
      });
    })(),
  );
  engine.run();
  expect(engine.blocked()).toEqual([]);
}

describe('a file’s 2 MiB', () => {
  it('become one page with what they held and zeros, mapped as a whole; other mappings follow at a fault', () => {
    play(function* ({ mm, host, file, here, there, collapse }) {
      yield* mm.fault(there + 3, false);
      const small = mm.lookup(here + 3, false);
      expect(yield* collapse()).toBe(0);
      const head = file.largeAt(0);
      expect(mm.table.levelOf(here)).toBe(2);
      expect(mm.lookup(here + 3, true)).toBe(head + 3);
      expect([host.frames.read(head + 3), host.frames.read(head + 4)]).toEqual([7, 0]);
      expect(host.frames.references(small)).toBe(0);
      expect(file.pages.count).toBe(PAGES_PER_2M);
      expect(mm.lookup(there + 3, false)).toBe(NO_PFN);
      expect(yield* mm.fault(there + 9, true)).toBe(head + 9);
      expect(mm.table.levelOf(there)).toBe(2);
      expect(yield* collapse()).toBe(0);
      expect(file.largeAt(0)).toBe(head);
    });
  });

  it('are taken from KVM page by page, and come back as one large leaf', () => {
    play(function* ({ vm, mm, here, collapse }) {
      const pages = PAGES_PER_2M;
      yield* createSlot(vm, { id: 0, baseGfn: 0, pages, flags: 0, hva: here, gmem: null, gmemOffset: 0 });
      const vcpu = vm.createVcpu();
      yield* vcpu.write(3, 8, false);
      expect(vm.mmu.entry(3, false)?.level).toBe(1);
      expect(yield* collapse()).toBe(0);
      expect(vm.mmu.mapped).toBe(0);
      expect(yield* vcpu.read(3, false)).toBe(8);
      expect(vm.mmu.entry(3, false)?.level).toBe(2);
      yield* mm.dontNeed(here + 5, here + 6);
      expect(vm.mmu.mapped).toBe(0);
      expect(yield* vcpu.read(3, false)).toBe(8);
    });
  });

  it('are refused as the kernel does, and go on behind a page that is held', () => {
    play(function* ({ mm, host, here, there, collapse }) {
      expect(yield* collapse(here + PAGES_PER_2M)).toBe(-EINVAL);
      const pfn = mm.lookup(here + 3, false);
      yield* mm.fault(here + PAGES_PER_2M, true);
      host.frames.get(pfn);
      expect(yield* collapse(here, 2 * PAGES_PER_2M)).toBe(-EAGAIN);
      expect(mm.table.levelOf(here)).toBe(1);
      expect(mm.table.levelOf(here + PAGES_PER_2M)).toBe(2);
      host.frames.put(pfn);
      mm.vmas.find(there)!.flags |= VM_UFFD_MISSING;
      const { inUse } = host.frames;
      expect(yield* collapse()).toBe(-EBUSY);
      expect(host.frames.inUse).toBe(inUse);
    });
    play(function* ({ collapse }) {
      expect(yield* collapse()).toBe(-ENOMEM);
    }, 100);
  });

  it('are split again where a part is punched out, unless somebody holds them', () => {
    play(function* ({ host, file, collapse }) {
      expect(yield* collapse()).toBe(0);
      const head = file.largeAt(0);
      const { inUse } = host.frames;
      host.frames.get(head);
      yield* file.punchHole(0, 4);
      expect(file.largeAt(0)).toBe(head);
      expect(host.frames.read(head + 3)).toBe(0);
      host.frames.put(head);
      yield* file.punchHole(8, 16);
      expect([file.largeAt(0), file.cachedPage(8), file.cachedPage(16)]).toEqual([NO_PFN, NO_PFN, head + 16]);
      expect(host.frames.inUse).toBe(inUse - 8);
      yield* file.truncate(0);
      expect(host.frames.inUse).toBe(inUse - PAGES_PER_2M);
    });
  });
});
