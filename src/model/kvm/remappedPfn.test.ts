import { describe, expect, it } from 'vitest';
import type { Actor } from '../engine/step.ts';
import { DmaBuf } from '../host/dmaBuf.ts';
import { EFAULT, EINVAL } from '../host/errno.ts';
import { adviseRange, MADV_PAGEOUT } from '../host/madvise.ts';
import { migratePage } from '../host/migrate.ts';
import { buildMachine, type Machine } from '../machine.ts';
import { createSlot, deleteSlot } from './memslotUpdate.ts';

const PAGES = 8;
/** Bits 5:3 of an EPT leaf. */
const TYPE = 7 << 3;

function play(script: (machine: Machine, buffer: DmaBuf, hva: number) => Actor): Machine {
  const machine = buildMachine();
  const { engine, vm, mm, host } = machine;
  engine.spawn(
    'script',
    (function* (): Actor {
      const buffer = new DmaBuf(host, PAGES, 'write-combining');
      const hva = mm.map(PAGES, buffer);
      yield* createSlot(vm, { id: 0, baseGfn: 0, pages: PAGES, flags: 0, hva, gmem: null, gmemOffset: 0 });
      yield* script(machine, buffer, hva);
    })(),
  );
  engine.run();
  expect(engine.blocked()).toEqual([]);
  return machine;
}

describe('a dma-buf behind a slot', () => {
  it('is what the guest reads and writes, mapped as memory of a device', () => {
    play(function* ({ vm, mm, host }, buffer, hva) {
      const vcpu = vm.createVcpu();
      expect(yield* vcpu.write(3, 77, false)).toBe(true);
      expect(vm.mmu.entry(3, false)).toMatchObject({ pfn: buffer.cachedPage(3), writable: true });
      expect(vm.mmu.entry(3, false)!.low & TYPE).toBe(0);
      expect(host.frames.read(buffer.cachedPage(3))).toBe(77);
      // KVM finds it by the host's page table: whoever asks for the page as memory is refused.
      expect(yield* mm.fault(hva + 3, true)).toBe(-EFAULT);
    });
  });

  it('stays where it is whatever the host does, and goes with its mapping', () => {
    const { vm, host } = play(function* ({ vm, mm }, buffer, hva) {
      const vcpu = vm.createVcpu();
      yield* vcpu.write(3, 77, false);
      expect(yield* migratePage(mm, hva + 3)).not.toBe('moved');
      expect(yield* adviseRange(mm, hva, hva + PAGES, MADV_PAGEOUT, null)).toBe(-EINVAL);
      expect(vm.mmu.isMapped(3, false)).toBe(true);
      yield* mm.unmap(hva);
      expect(vm.mmu.isMapped(3, false)).toBe(false);
      expect(yield* vcpu.read(3, false)).toBeUndefined();
      expect(vcpu.errno).toBe(EFAULT);
      buffer.drop();
      yield* deleteSlot(vm, 0);
    });
    expect(vm.mmu.mapped).toBe(0);
    expect(host.frames.inUse).toBe(0);
  });
});
