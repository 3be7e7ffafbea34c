/** set_memory_region_test.c: slots, and what a guest finds when they come and go. */
import { describe, expect, it } from 'vitest';
import type { VmType } from '../../arch/profile.ts';
import { attributesIoctl } from '../../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../../designs/reclaim/flushOnGmemFree.ts';
import type { Actor } from '../../engine/step.ts';
import { EEXIST, EINVAL } from '../../host/errno.ts';
import { MEM_GUEST_MEMFD, MEM_LOG_DIRTY_PAGES, MEM_READONLY } from '../../kvm/memslots.ts';
import type { RunResult } from '../../kvm/runExit.ts';
import { KVM_CAP_NR_MEMSLOTS } from '../capabilities.ts';
import { kvmCheckExtension } from '../kvmCalls.ts';
import { munmap } from '../mmap.ts';
import type { Thread } from '../process.ts';
import { kvmSetUserMemoryRegion, kvmSetUserMemoryRegion2 } from '../regionCalls.ts';
import { kvmRun } from '../runCalls.ts';
import { bytes, type Loaded, M2, P, ScenarioMachine } from './machine.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };

function setUp(vmType: VmType = 'default') {
  const m = new ScenarioMachine(designs, { vmType });
  return { m, vm: m.vm() };
}

/** A guest's load of eight bytes: the bytes, or how KVM_RUN ended. */
function* loadFrom(thread: Thread, vcpu: number, gpa: number): Actor<Loaded> {
  const loaded = new Uint8Array(8);
  yield 100;
  const result = yield* kvmRun(thread, vcpu, { gpa, bytes: loaded, write: false, isPrivate: false }, 'mmu');
  return typeof result !== 'number' && result.exit === null ? loaded : result;
}

function mmio(gpa: number) {
  return {
    errno: 0,
    exit: { reason: 'MMIO', addr: gpa, len: 8, isWrite: false, data: null },
    poisonedPage: -1,
  };
}

/** KVM_RUN of a guest whose next instruction lies at gpa. */
function runAt(m: ScenarioMachine, cpu: number, gpa: number): RunResult | number {
  const access = { gpa, bytes: new Uint8Array(1), write: false, isPrivate: false, fetch: true };
  return m.call(kvmRun(m.main, cpu, access, 'mmu'));
}

const INTERNAL_ERROR = { errno: 0, exit: { reason: 'INTERNAL_ERROR' }, poisonedPage: -1 };
const RESET_VECTOR = 0xfffffff0;

describe('memslots', () => {
  it('M01 a VM without a slot cannot run', () => {
    const { m, vm } = setUp();
    expect(runAt(m, m.vcpu(vm), RESET_VECTOR)).toEqual(INTERNAL_ERROR);
  });

  it('M02 the first ioctl takes no flag but LOG_DIRTY_PAGES and READONLY', () => {
    const { m, vm } = setUp();
    const userspaceAddr = m.map(P);
    for (let bit = 0; bit < 32; bit++) {
      const flags = (1 << bit) >>> 0;
      if (flags === MEM_LOG_DIRTY_PAGES || flags === MEM_READONLY) continue;
      const region = { slot: 0, flags, guestPhysAddr: 0, memorySize: P, userspaceAddr };
      expect(m.call(kvmSetUserMemoryRegion(m.main, vm, region)), `bit ${bit}`).toBe(-EINVAL);
    }
  });

  it.each<VmType>(['default', 'sw-protected'])(
    'M03 the second takes no flag that VMs of its type have not (%s)',
    vmType => {
      const { m, vm } = setUp(vmType);
      const userspaceAddr = m.map(P);
      const known = MEM_LOG_DIRTY_PAGES | MEM_READONLY | MEM_GUEST_MEMFD;
      for (let bit = 0; bit < 32; bit++) {
        const flags = (1 << bit) >>> 0;
        if (flags & known) continue;
        expect(m.region(vm, { flags, userspaceAddr }), `bit ${bit}`).toBe(-EINVAL);
      }
    },
  );

  it('M05 there are as many slots as the capability says, and no more', () => {
    const { m, vm } = setUp();
    const slots = m.call(kvmCheckExtension(m.main, vm, KVM_CAP_NR_MEMSLOTS));
    expect(slots).toBe(32764);
    const userspaceAddr = m.map(M2);
    for (let slot = 0; slot < slots; slot++) {
      const made = m.region(vm, { slot, guestPhysAddr: slot * M2, memorySize: M2, userspaceAddr });
      if (made !== 0) expect(made, `slot ${slot}`).toBe(0);
    }
    const more = { slot: slots, guestPhysAddr: slots * M2, memorySize: M2, userspaceAddr };
    expect(m.region(vm, more)).toBe(-EINVAL);
  });

  it('M07 a guest that reads a slot which goes away finds I/O there', () => {
    const { m, vm } = setUp();
    const userspaceAddr = m.map(M2);
    m.region(vm, { memorySize: M2, userspaceAddr });
    const cpu = m.vcpu(vm);
    m.write(userspaceAddr, bytes(7));
    const seen: unknown[] = [];
    const runner = m.process.createThread();
    const deletion = { slot: 0, flags: 0, guestPhysAddr: 0, memorySize: 0, userspaceAddr: 0 };
    m.together([
      {
        thread: runner,
        body: (function* () {
          for (let exited = false; !exited && seen.length < 1e6; ) {
            const loaded = yield* loadFrom(runner, cpu, 0);
            seen.push(loaded);
            exited = !(loaded instanceof Uint8Array);
          }
        })(),
      },
      {
        thread: m.main,
        body: (function* () {
          yield 1e6;
          expect(yield* kvmSetUserMemoryRegion2(m.main, vm, deletion)).toBe(0);
        })(),
      },
    ]);
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.slice(0, -1).every(loaded => loaded instanceof Uint8Array && loaded[0] === 7)).toBe(true);
    expect(seen.at(-1)).toEqual(mmio(0));
  });

  it('M08 a slot with fresh memory in its place reads zero', () => {
    const { m, vm } = setUp();
    const first = m.map(M2);
    m.region(vm, { memorySize: M2, userspaceAddr: first });
    const cpu = m.vcpu(vm);
    expect(m.guestWrite(cpu, 0, bytes(7))).toBeNull();
    m.region(vm, { memorySize: 0 });
    m.call(munmap(m.main, first, M2));
    expect(m.region(vm, { memorySize: M2, userspaceAddr: m.map(M2) })).toBe(0);
    expect(m.guestRead(cpu, 0)).toEqual(bytes(0));
  });

  it('M09 a guest that has lost the slot with its code stops with an error', () => {
    const { m, vm } = setUp();
    m.region(vm, { slot: 0, memorySize: M2, userspaceAddr: m.map(M2) });
    m.region(vm, { slot: 1, guestPhysAddr: M2, memorySize: M2, userspaceAddr: m.map(M2) });
    const cpu = m.vcpu(vm);
    expect(runAt(m, cpu, P)).toMatchObject({ errno: 0, exit: null });
    expect(m.region(vm, { slot: 1, memorySize: 0 })).toBe(0);
    expect(m.guestRead(cpu, M2)).toEqual(mmio(M2));
    expect(runAt(m, cpu, P)).toMatchObject({ errno: 0, exit: null });
    expect(m.region(vm, { slot: 0, memorySize: 0 })).toBe(0);
    expect(runAt(m, cpu, P)).toEqual(INTERNAL_ERROR);
  });

  it('M11 a file serves the VM that it was made for, and no other', () => {
    const { m, vm } = setUp('sw-protected');
    const other = m.vm();
    const guestMemfd = m.gmem(other, P, 0);
    expect(m.region(vm, { flags: MEM_GUEST_MEMFD, guestMemfd })).toBe(-EINVAL);
    expect(m.region(other, { flags: MEM_GUEST_MEMFD, guestMemfd })).toBe(0);
  });

  it('M12 an offset in a file is one of a page', () => {
    const { m, vm } = setUp('sw-protected');
    const guestMemfd = m.gmem(vm, 2 * P, 0);
    for (let guestMemfdOffset = 1; guestMemfdOffset < P; guestMemfdOffset++) {
      const made = m.region(vm, { flags: MEM_GUEST_MEMFD, guestMemfd, guestMemfdOffset });
      if (made !== -EINVAL) expect(made, `offset ${guestMemfdOffset}`).toBe(-EINVAL);
    }
    expect(m.region(vm, { flags: MEM_GUEST_MEMFD, guestMemfd, guestMemfdOffset: 0 })).toBe(0);
  });

  it('M15 a slot with a file can only be deleted', () => {
    const { m, vm } = setUp('sw-protected');
    const slot = { flags: MEM_GUEST_MEMFD, guestMemfd: m.gmem(vm, P, 0) };
    expect(m.region(vm, slot)).toBe(0);
    expect(m.region(vm, slot)).toBe(-EINVAL);
    expect(m.region(vm, { ...slot, guestPhysAddr: M2 })).toBe(-EINVAL);
    expect(m.region(vm, { ...slot, memorySize: 0 })).toBe(0);
    expect(m.region(vm, slot)).toBe(0);
  });

  it('M17 sizes and addresses that cannot be are refused', () => {
    const { m, vm } = setUp();
    const userspaceAddr = m.map(2 * P);
    const refused = [
      { memorySize: 0 },
      { memorySize: P - 1 },
      { guestPhysAddr: 1 },
      { userspaceAddr: userspaceAddr + 1 },
      { guestPhysAddr: 2n ** 64n - BigInt(P), memorySize: 2 * P },
      { memorySize: 2 ** 31 * P },
    ];
    for (const region of refused) {
      expect(m.region(vm, { userspaceAddr, ...region }), String(Object.entries(region))).toBe(-EINVAL);
    }
    expect(m.region(vm, { userspaceAddr })).toBe(0);
  });

  it('M18 another address space may use the same guest addresses', () => {
    const { m, vm } = setUp();
    const userspaceAddr = m.map(P);
    expect(m.region(vm, { slot: 0, userspaceAddr })).toBe(0);
    expect(m.region(vm, { slot: 1, userspaceAddr })).toBe(-EEXIST);
    expect(m.region(vm, { slot: 0x10000, userspaceAddr })).toBe(0);
  });

  it('M19 two slots may show the same host memory, and lose it together', () => {
    const { m, vm } = setUp();
    const userspaceAddr = m.map(P);
    expect(m.region(vm, { slot: 0, userspaceAddr })).toBe(0);
    expect(m.region(vm, { slot: 1, guestPhysAddr: M2, userspaceAddr })).toBe(0);
    const cpu = m.vcpu(vm);
    expect(m.guestWrite(cpu, 0, bytes(5))).toBeNull();
    expect(m.guestRead(cpu, M2)).toEqual(bytes(5));
    m.call(munmap(m.main, userspaceAddr, P));
    const fault = { errno: -14, exit: { reason: 'UNKNOWN' }, poisonedPage: -1 };
    expect(m.guestRead(cpu, 0)).toEqual(fault);
    expect(m.guestRead(cpu, M2)).toEqual(fault);
  });
});
