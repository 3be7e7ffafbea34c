/** memslot_perf_test.c, memslot_modification_stress_test.c and mmu_stress_test.c: changes under a running guest. */
import { describe, expect, it } from 'vitest';
import type { Profile } from '../../arch/profile.ts';
import { attributesIoctl } from '../../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../../designs/reclaim/flushOnGmemFree.ts';
import type { Actor } from '../../engine/step.ts';
import { EFAULT } from '../../host/errno.ts';
import { ftruncate, memfdCreate, read } from '../fileCalls.ts';
import { mprotect } from '../memoryCalls.ts';
import { MAP_SHARED, PROT_READ, PROT_WRITE } from '../mmap.ts';
import type { Thread } from '../process.ts';
import { kvmSetUserMemoryRegion2 } from '../regionCalls.ts';
import { kvmRun } from '../runCalls.ts';
import { kvmGetSregs, kvmSetSregs, type Sregs } from '../sregsCalls.ts';
import { kvmGetStatsFd } from '../statsCall.ts';
import { bytes, P, ScenarioMachine } from './machine.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };
/** The bit of CR0 by which the guest's kernel heeds write protection. */
const CR0_WP = 1n << 16n;
const PAGES = 32;
const VCPUS = 3;

/** A guest's access of eight bytes: its errno, 0 where it was done. */
function* access(
  thread: Thread,
  cpu: number,
  gpa: number,
  write: boolean,
  data: Uint8Array = new Uint8Array(8),
): Actor<number> {
  const result = yield* kvmRun(thread, cpu, { gpa, bytes: data, write, isPrivate: false }, 'mmu');
  if (typeof result === 'number') return result;
  if (result.errno === 0 && result.exit !== null) throw new Error(`exit ${result.exit.reason}`);
  return result.errno;
}

describe('slots that change beside a running guest', () => {
  it('S01 no vCPU notices that a slot below its memory comes and goes', () => {
    const m = new ScenarioMachine(designs);
    const vm = m.vm();
    const base = 64 * P;
    const region = { guestPhysAddr: base, memorySize: PAGES * P, userspaceAddr: m.map(PAGES * P) };
    expect(m.region(vm, region)).toBe(0);
    const dummy = { slot: 1, flags: 0, guestPhysAddr: base - P, memorySize: P, userspaceAddr: m.map(P) };
    let changes = 0;
    const errors: number[] = [];
    let sweeps = 0;
    const vcpus = Array.from({ length: VCPUS }, () => {
      const thread = m.process.createThread();
      const cpu = m.vcpu(vm);
      const body = (function* (): Actor {
        while (changes < 20) {
          for (let page = 0; page < PAGES; page++) {
            yield 50;
            errors.push(yield* access(thread, cpu, base + page * P, page % 2 === 0));
          }
          sweeps++;
        }
      })();
      return { thread, body };
    });
    const changer = (function* (): Actor {
      for (; changes < 20; changes++) {
        expect(yield* kvmSetUserMemoryRegion2(m.main, vm, dummy)).toBe(0);
        expect(yield* kvmSetUserMemoryRegion2(m.main, vm, { ...dummy, memorySize: 0 })).toBe(0);
      }
    })();
    m.together([...vcpus, { thread: m.main, body: changer }]);
    expect(changes).toBe(20);
    expect(sweeps).toBeGreaterThan(VCPUS);
    expect(new Set(errors)).toEqual(new Set([0]));
  });

  it.each([
    ['mapped and unmapped whole', PAGES],
    ['mapped and unmapped in parts', 4],
  ])(
    'S03 guest and host in step find what the other wrote, slots coming and going (memory %s)',
    (_, part) => {
      const m = new ScenarioMachine(designs);
      const vm = m.vm();
      const cpu = m.vcpu(vm);
      const hva = m.map(PAGES * P);
      const guest = m.process.createThread();
      for (let round = 1; round <= 4; round++) {
        for (let slot = 0; slot < PAGES / part; slot++) {
          const at = slot * part * P;
          const region = { slot, guestPhysAddr: at, memorySize: part * P, userspaceAddr: hva + at };
          expect(m.region(vm, region)).toBe(0);
        }
        for (let page = 0; page < PAGES; page++) {
          expect(m.write(hva + page * P, bytes(round))).toBeNull();
          const seen = new Uint8Array(8);
          expect(m.call(access(guest, cpu, page * P, false, seen), guest)).toBe(0);
          expect(seen).toEqual(bytes(round));
          expect(m.call(access(guest, cpu, page * P, true, bytes(100 + round)), guest)).toBe(0);
          expect(m.read(hva + page * P)).toEqual(bytes(100 + round));
        }
        for (let slot = 0; slot < PAGES / part; slot++) expect(m.region(vm, { slot, memorySize: 0 })).toBe(0);
      }
    },
  );

  it.each([
    ['active', 0],
    ['inactive', PAGES],
  ])(
    'S03 guest and host in step find what the other wrote, an area being moved (the %s area)',
    (_, moved) => {
      const m = new ScenarioMachine(designs);
      const vm = m.vm();
      const cpu = m.vcpu(vm);
      const hva = m.map(2 * PAGES * P);
      const guest = m.process.createThread();
      const slots = [0, PAGES].map((page, slot) => {
        const at = page * P;
        return { slot, guestPhysAddr: at, memorySize: PAGES * P, userspaceAddr: hva + at };
      });
      for (const slot of slots) expect(m.region(vm, slot)).toBe(0);
      const mover = slots[moved / PAGES];
      for (let round = 1; round <= 4; round++) {
        const away = { ...mover, guestPhysAddr: 4 * PAGES * P };
        expect(m.region(vm, round % 2 ? away : mover)).toBe(0);
        const base = moved === 0 && round % 2 ? away.guestPhysAddr : 0;
        for (let page = 0; page < PAGES; page++) {
          expect(m.write(hva + page * P, bytes(round))).toBeNull();
          const seen = new Uint8Array(8);
          expect(m.call(access(guest, cpu, base + page * P, false, seen), guest)).toBe(0);
          expect(seen).toEqual(bytes(round));
          expect(m.call(access(guest, cpu, base + page * P, true, bytes(100 + round)), guest)).toBe(0);
          expect(m.read(hva + page * P)).toEqual(bytes(100 + round));
        }
      }
    },
  );
});

/** A file behind two slots, mapped shared, and vCPUs that have written all of it. */
function stressed(options: Partial<Profile> = {}) {
  const m = new ScenarioMachine(designs, options);
  const vm = m.vm();
  const fd = m.call(memfdCreate(m.main, 0));
  expect(m.call(ftruncate(m.main, fd, PAGES * P))).toBe(0);
  const hva = m.map(PAGES * P, { fd, flags: MAP_SHARED });
  for (const slot of [0, 1]) {
    const at = slot * PAGES * P;
    expect(m.region(vm, { slot, guestPhysAddr: at, memorySize: PAGES * P, userspaceAddr: hva })).toBe(0);
  }
  const cpus = Array.from({ length: VCPUS }, () => ({ cpu: m.vcpu(vm), thread: m.process.createThread() }));
  const errors: number[] = [];
  const all = (write: boolean, retried = new Set<number>()) =>
    cpus.map(({ cpu, thread }) => ({
      thread,
      body: (function* (): Actor {
        for (let page = 0; page < 2 * PAGES; page++) {
          let errno = yield* access(thread, cpu, page * P, write, bytes(page % PAGES));
          while (retried.has(errno)) {
            errors.push(errno);
            yield 1000;
            errno = yield* access(thread, cpu, page * P, write, bytes(page % PAGES));
          }
          errors.push(errno);
        }
      })(),
    }));
  m.together(all(true));
  expect(new Set(errors.splice(0))).toEqual(new Set([0]));
  return { m, hva, errors, all, cpus };
}

/** Faults that a vCPU has taken, by KVM's own count. */
function faultsOf(m: ScenarioMachine, cpu: number): number {
  const stats = m.call(kvmGetStatsFd(m.main, cpu));
  const file = m.call(read(m.main, stats, 1 << 16, 0)) as Uint8Array;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  // pf_taken is the first number.
  return Number(view.getBigUint64(view.getUint32(20, true), true));
}

describe('the MMU of every vCPU is reset', () => {
  it.each(['tdp', 'shadow'] as const)(
    'X01 all memory can be written before, and again after CR0.WP has changed (%s)',
    mmu => {
      const { m, errors, all, cpus } = stressed({ mmu });
      const faults = () => cpus.map(({ cpu }) => faultsOf(m, cpu));
      const before = faults();
      const toggle = (cpu: number): Sregs => {
        const { cr0 } = m.call(kvmGetSregs(m.main, cpu)) as Sregs;
        const sregs = { cr0: BigInt(cr0) ^ CR0_WP };
        expect(m.call(kvmSetSregs(m.main, cpu, sregs))).toBe(0);
        return sregs;
      };
      for (const { cpu } of cpus) expect(m.call(kvmGetSregs(m.main, cpu))).not.toEqual(toggle(cpu));
      m.together(all(true));
      expect(new Set(errors)).toEqual(new Set([0]));
      expect(errors).toHaveLength(VCPUS * 2 * PAGES);
      // Only a shadow has other tables for the other role.
      if (mmu === 'tdp') expect(faults()).toEqual(before);
      else expect(faults().reduce((a, b) => a + b)).toBeGreaterThan(before.reduce((a, b) => a + b));
    },
  );
});

describe('the memory of a guest loses and regains its write permission', () => {
  it('X02 while it becomes read-only, the guest goes on reading all of it', () => {
    const { m, hva, errors, all } = stressed();
    const protect = (function* (): Actor {
      expect(yield* mprotect(m.main, hva, PAGES * P, PROT_READ)).toBe(0);
    })();
    m.together([...all(false), { thread: m.main, body: protect }]);
    m.together(all(false));
    expect(new Set(errors)).toEqual(new Set([0]));
    expect(errors).toHaveLength(2 * VCPUS * 2 * PAGES);
  });

  it('X04 writable again, its writes succeed after some that failed with EFAULT', () => {
    const { m, hva, errors, all } = stressed();
    expect(m.call(mprotect(m.main, hva, PAGES * P, PROT_READ))).toBe(0);
    const unprotect = (function* (): Actor {
      yield 50_000;
      expect(yield* mprotect(m.main, hva, PAGES * P, PROT_READ | PROT_WRITE)).toBe(0);
    })();
    m.together([...all(true, new Set([-EFAULT])), { thread: m.main, body: unprotect }]);
    expect(new Set(errors)).toEqual(new Set([-EFAULT, 0]));
    expect(errors.filter(errno => errno === 0)).toHaveLength(VCPUS * 2 * PAGES);
    const [value] = m.read(hva + 5 * P, 1) as Uint8Array;
    expect(value).toBe(5);
  });
});
