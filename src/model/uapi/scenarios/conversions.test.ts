/** private_mem_conversions_test.c and private_mem_kvm_exits_test.c: memory that changes between private and shared. */
import { describe, expect, it } from 'vitest';
import { attributesIoctl } from '../../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../../designs/reclaim/flushOnGmemFree.ts';
import type { Actor } from '../../engine/step.ts';
import { EFAULT, EINVAL } from '../../host/errno.ts';
import { MEM_GUEST_MEMFD } from '../../kvm/memslots.ts';
import { MEMORY_EXIT_PRIVATE, type RunResult } from '../../kvm/runExit.ts';
import { kvmSetMemoryAttributes } from '../attributeCalls.ts';
import { close, fallocate } from '../fileCalls.ts';
import { KEEP_SIZE, PUNCH_HOLE } from '../memfdFile.ts';
import { kvmSetUserMemoryRegion2 } from '../regionCalls.ts';
import { kvmRun } from '../runCalls.ts';
import { bytes, M2, P, ScenarioMachine } from './machine.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };
const PRIVATE = 1n << 3n;
const PUNCH = KEEP_SIZE | PUNCH_HOLE;
const BASE = 2 ** 32;
const REGION = M2 + P;
const RANGES = [
  [0, P],
  [0, M2],
  [P, P],
  [P, M2],
  [M2, P],
] as const;

/** A VM whose memory at 4 GiB has a file and host memory behind it: a region of 2 MiB and a page for each vCPU. */
class Conversions {
  readonly m = new ScenarioMachine(designs, { vmType: 'sw-protected' });
  readonly vm = this.m.vm();
  readonly fd: number;
  readonly hva: number;
  readonly cpus: readonly number[];

  constructor(vcpus = 1, slots = 1) {
    const { m, vm } = this;
    const size = vcpus * REGION;
    this.fd = m.gmem(vm, size, 0);
    this.hva = m.map(size);
    const part = size / slots;
    for (let slot = 0; slot < slots; slot++) {
      const offset = slot * part;
      const region = { slot, flags: MEM_GUEST_MEMFD, guestMemfd: this.fd, guestMemfdOffset: offset };
      const place = { guestPhysAddr: BASE + offset, memorySize: part, userspaceAddr: this.hva + offset };
      expect(m.region(vm, { ...region, ...place })).toBe(0);
    }
    this.cpus = Array.from({ length: vcpus }, () => m.vcpu(vm));
  }

  /** Sets the attribute of bytes [at, at + size) of a vCPU's region, and throws the page left behind away or not. */
  convert(at: number, size: number, isPrivate: boolean): number {
    const attributes = isPrivate ? PRIVATE : 0n;
    return this.m.call(
      kvmSetMemoryAttributes(this.m.main, this.vm, { address: BASE + at, size, attributes, flags: 0 }),
    );
  }

  guestFill(cpu: number, at: number, size: number, value: number): void {
    for (let page = at; page < at + size; page += P) {
      expect(this.m.guestWrite(this.cpus[cpu], BASE + page, bytes(value))).toBeNull();
    }
  }

  guestHas(cpu: number, at: number, size: number, value: number): void {
    for (let page = at; page < at + size; page += P) {
      expect(this.m.guestRead(this.cpus[cpu], BASE + page), `page ${page / P}`).toEqual(bytes(value));
    }
  }

  hostFill(at: number, size: number, value: number): void {
    for (let page = at; page < at + size; page += P) {
      expect(this.m.write(this.hva + page, bytes(value))).toBeNull();
    }
  }

  hostHas(at: number, size: number, value: number): void {
    for (let page = at; page < at + size; page += P) {
      expect(this.m.read(this.hva + page), `page ${page / P}`).toEqual(bytes(value));
    }
  }

  /** What the selftest does with the region of a vCPU, from its first write to its last conversion. */
  exercise(cpu: number): void {
    const start = cpu * REGION;
    this.guestFill(cpu, start, REGION, 0xaa);
    this.hostHas(start, REGION, 0xaa);
    this.hostFill(start, REGION, 0xcc);
    this.guestHas(cpu, start, REGION, 0xcc);
    for (const [offset, size] of RANGES) {
      const at = start + offset;
      this.guestFill(cpu, at, size, 0x11);
      expect(this.convert(at, size, true)).toBe(0);
      this.guestFill(cpu, at, size, 0x22);
      this.hostHas(at, size, 0x11);
      this.guestHas(cpu, at, size, 0x22);
      this.guestHas(cpu, start, offset, 0xcc);
      this.guestHas(cpu, at + size, REGION - offset - size, 0xcc);
      expect(this.convert(start, REGION, false)).toBe(0);
      this.guestFill(cpu, start, REGION, 0x33);
      this.hostHas(start, REGION, 0x33);
      this.hostFill(start, REGION, 0xcc);
      this.guestHas(cpu, start, REGION, 0xcc);
    }
  }
}

describe('conversions', () => {
  it('C01 memory is shared to begin with: the host reads what the guest wrote', () => {
    const c = new Conversions();
    c.guestFill(0, 0, REGION, 0xaa);
    c.hostHas(0, REGION, 0xaa);
  });

  it('C02 the guest reads what the host wrote', () => {
    const c = new Conversions();
    c.hostFill(0, REGION, 0xcc);
    c.guestHas(0, 0, REGION, 0xcc);
  });

  it.each(RANGES)(
    'C03 converting to private makes a second copy, and touches nothing else (%i, %i)',
    (at, size) => {
      const c = new Conversions();
      c.hostFill(0, REGION, 0xcc);
      c.guestFill(0, at, size, 0x11);
      expect(c.convert(at, size, true)).toBe(0);
      c.guestFill(0, at, size, 0x22);
      c.hostHas(at, size, 0x11);
      c.guestHas(0, at, size, 0x22);
      c.guestHas(0, 0, at, 0xcc);
      c.guestHas(0, at + size, REGION - at - size, 0xcc);
    },
  );

  it('C05 converted to shared, both sides read what the other wrote', () => {
    const c = new Conversions();
    c.convert(0, REGION, true);
    c.guestFill(0, 0, REGION, 0x22);
    expect(c.convert(0, REGION, false)).toBe(0);
    c.guestFill(0, 0, REGION, 0x33);
    c.hostHas(0, REGION, 0x33);
    c.hostFill(0, REGION, 0x44);
    c.guestHas(0, 0, REGION, 0x44);
  });

  it('C07 a private range of which one page was written converts', () => {
    const c = new Conversions();
    expect(c.convert(0, M2, true)).toBe(0);
    c.guestFill(0, 0, P, 0x22);
    expect(c.convert(0, M2, false)).toBe(0);
    c.guestFill(0, 0, M2, 0x33);
    c.hostHas(0, M2, 0x33);
  });

  it('C09 a range of which only what is punched was faulted in converts', () => {
    for (const [at, size] of RANGES) {
      const c = new Conversions();
      c.convert(0, REGION, true);
      c.guestFill(0, at, size, 0x22);
      expect(c.m.call(fallocate(c.m.main, c.fd, PUNCH, at, size))).toBe(0);
      c.guestHas(0, at, size, 0);
      expect(c.convert(0, REGION, false)).toBe(0);
      c.guestFill(0, 0, REGION, 0x33);
      c.hostHas(0, REGION, 0x33);
    }
  });

  it.each([1, 2])('C10 two vCPUs convert what is theirs without a trace at the other (%i slots)', slots => {
    const c = new Conversions(2, slots);
    for (const cpu of [0, 1]) c.exercise(cpu);
    c.guestHas(0, 0, REGION, 0xcc);
    c.guestHas(1, REGION, REGION, 0xcc);
  });

  it('C11 a file outlives the descriptor of its VM', () => {
    const c = new Conversions();
    const { m } = c;
    c.convert(0, REGION, true);
    c.guestFill(0, 0, REGION, 0x22);
    expect(m.call(close(m.main, c.cpus[0]))).toBe(0);
    expect(m.call(close(m.main, c.vm))).toBe(0);
    expect(m.call(fallocate(m.main, c.fd, PUNCH, 0, REGION))).toBe(0);
    expect(m.call(fallocate(m.main, c.fd, KEEP_SIZE, 0, REGION))).toBe(0);
  });

  it('C14 setting what is set already zaps nothing', () => {
    const c = new Conversions();
    c.convert(0, REGION, true);
    c.guestFill(0, 0, REGION, 0x22);
    // What has an SPTE is read without a fault, and a fault takes time.
    const mapped = timeOf(c, () => c.guestHas(0, 0, REGION, 0x22));
    expect(c.convert(0, REGION, true)).toBe(0);
    expect(timeOf(c, () => c.guestHas(0, 0, REGION, 0x22))).toBe(mapped);
    expect(c.convert(0, P, false)).toBe(0);
    expect(c.convert(0, P, true)).toBe(0);
    expect(timeOf(c, () => c.guestHas(0, 0, REGION, 0x22))).toBeGreaterThan(mapped);
  });

  it('C16 wrong arguments are refused', () => {
    const c = new Conversions();
    const { m, vm } = c;
    const good = { address: BASE, size: P, attributes: PRIVATE, flags: 0 };
    const wrong = [
      { flags: 1 },
      { attributes: 1 },
      { size: 0 },
      { address: 2n ** 64n - BigInt(P), size: 2 * P },
      { address: BASE + 1 },
      { size: P + 1 },
    ];
    for (const one of wrong) {
      const args = { ...good, ...one };
      expect(m.call(kvmSetMemoryAttributes(m.main, vm, args)), String(Object.entries(one))).toBe(-EINVAL);
    }
    expect(m.call(kvmSetMemoryAttributes(m.main, vm, good))).toBe(0);
    const plain = new ScenarioMachine(designs);
    expect(plain.call(kvmSetMemoryAttributes(plain.main, plain.vm(), good))).toBe(-EINVAL);
  });
});

function timeOf({ m }: Conversions, body: () => void): number {
  const before = m.engine.now;
  body();
  return m.engine.now - before;
}

describe('exits to userspace', () => {
  it('E01 a private page whose slot goes while the guest reads it ends KVM_RUN with a memory fault', () => {
    const m = new ScenarioMachine(designs, { vmType: 'sw-protected' });
    const vm = m.vm();
    const slot = { flags: MEM_GUEST_MEMFD, guestMemfd: m.gmem(vm, P, 0), guestPhysAddr: BASE };
    expect(m.region(vm, slot)).toBe(0);
    const cpu = m.vcpu(vm);
    const args = { address: BASE, size: P, attributes: PRIVATE, flags: 0 };
    expect(m.call(kvmSetMemoryAttributes(m.main, vm, args))).toBe(0);
    const runner = m.process.createThread();
    const results: (RunResult | number)[] = [];
    const deletion = { slot: 0, flags: 0, guestPhysAddr: 0, memorySize: 0, userspaceAddr: 0 };
    m.together([
      {
        thread: runner,
        body: (function* (): Actor {
          for (let left = false; !left; ) {
            yield 100;
            const access = { gpa: BASE, bytes: new Uint8Array(8), write: false, isPrivate: false };
            const result = yield* kvmRun(runner, cpu, access, 'mmu');
            left = typeof result === 'number' || result.exit !== null;
            results.push(result);
          }
        })(),
      },
      {
        thread: m.main,
        body: (function* (): Actor {
          yield 1e6;
          yield* kvmSetUserMemoryRegion2(m.main, vm, deletion);
        })(),
      },
    ]);
    expect(results.length).toBeGreaterThan(1);
    expect(results.at(-1)).toEqual({
      errno: -EFAULT,
      exit: { reason: 'MEMORY_FAULT', flags: MEMORY_EXIT_PRIVATE, gpa: BASE, size: P },
      poisonedPage: -1,
    });
  });

  it('E03 a shared access where no slot is leaves for I/O, not with a memory fault', () => {
    const m = new ScenarioMachine(designs, { vmType: 'sw-protected' });
    const cpu = m.vcpu(m.vm());
    expect(m.guestRead(cpu, BASE)).toEqual({
      errno: 0,
      exit: { reason: 'MMIO', addr: BASE, len: 8, isWrite: false, data: null },
      poisonedPage: -1,
    });
  });
});
