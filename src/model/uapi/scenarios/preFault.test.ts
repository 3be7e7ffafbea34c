/** pre_fault_memory_test.c: memory that is mapped for the guest before it asks. */
import { describe, expect, it } from 'vitest';
import type { VmType } from '../../arch/profile.ts';
import { attributesIoctl } from '../../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../../designs/reclaim/flushOnGmemFree.ts';
import type { Actor } from '../../engine/step.ts';
import { EAGAIN, EFAULT, EINVAL, ENOENT, EOPNOTSUPP } from '../../host/errno.ts';
import { MEM_GUEST_MEMFD } from '../../kvm/memslots.ts';
import { kvmSetMemoryAttributes } from '../attributeCalls.ts';
import { kvmPreFaultMemory, type PreFaulted } from '../preFaultCall.ts';
import { kvmSetUserMemoryRegion2 } from '../regionCalls.ts';
import { bytes, M2, P, ScenarioMachine } from './machine.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };
const BASE = 2 ** 32;
const SIZE = M2 + P;

/** The three VMs of the test: default, and software-protected with the region shared or private. */
const KINDS: readonly (readonly [name: string, vmType: VmType, isPrivate: boolean])[] = [
  ['default', 'default', false],
  ['shared', 'sw-protected', false],
  ['private', 'sw-protected', true],
];

function setUp(vmType: VmType, isPrivate: boolean) {
  const m = new ScenarioMachine(designs, { vmType });
  const vm = m.vm();
  const userspaceAddr = m.map(SIZE);
  const file = vmType === 'default' ? {} : { flags: MEM_GUEST_MEMFD, guestMemfd: m.gmem(vm, SIZE, 0) };
  expect(m.region(vm, { guestPhysAddr: BASE, memorySize: SIZE, userspaceAddr, ...file })).toBe(0);
  if (isPrivate) {
    const args = { address: BASE, size: SIZE, attributes: 1n << 3n, flags: 0 };
    expect(m.call(kvmSetMemoryAttributes(m.main, vm, args))).toBe(0);
  }
  const cpu = m.vcpu(vm);
  const prefault = (gpa: number, size: number, flags = 0): PreFaulted =>
    m.call(kvmPreFaultMemory(m.main, cpu, { gpa, size, flags }));
  return { m, vm, cpu, userspaceAddr, prefault };
}

describe.each(KINDS)('pre-faulting, %s', (_, vmType, isPrivate) => {
  it('P01 the first 2 MiB are mapped, and nothing is left to do', () => {
    const { prefault } = setUp(vmType, isPrivate);
    expect(prefault(BASE, M2)).toEqual({ result: 0, gpa: BigInt(BASE + M2), size: 0n });
    // Half of the range lies beyond the slot: what could be done is done, and the struct says what is left.
    const half = prefault(BASE + M2, 2 * P);
    expect(half).toEqual({ result: 0, gpa: BigInt(BASE + SIZE), size: BigInt(P) });
    expect(prefault(Number(half.gpa), Number(half.size))).toEqual({ ...half, result: -ENOENT });
  });

  it('P03 right after the slot there is nothing to map, and the size stays', () => {
    const { prefault } = setUp(vmType, isPrivate);
    const left = { gpa: BigInt(BASE + SIZE), size: BigInt(P) };
    expect(prefault(BASE + SIZE, P)).toEqual({ result: -ENOENT, ...left });
  });

  it('P04 the guest then reads every page', () => {
    const { m, cpu, userspaceAddr, prefault } = setUp(vmType, isPrivate);
    for (let at = 0; at < SIZE; at += P) m.write(userspaceAddr + at, bytes(0x5a));
    expect(prefault(BASE, SIZE).result).toBe(0);
    for (let at = 0; at < SIZE; at += P) {
      expect(m.guestRead(cpu, BASE + at)).toEqual(bytes(isPrivate ? 0 : 0x5a));
    }
  });

  it('P05 wrong arguments are refused, and so is a slot on its way out', () => {
    const { m, vm, cpu, prefault } = setUp(vmType, isPrivate);
    expect(prefault(BASE, P, 1).result).toBe(-EINVAL);
    expect(prefault(BASE + 1, P).result).toBe(-EINVAL);
    expect(prefault(BASE, P - 1).result).toBe(-EINVAL);
    expect(prefault(BASE, 0).result).toBe(-EINVAL);
    const results: number[] = [];
    const other = m.process.createThread();
    let deleted = false;
    const deletion = { slot: 0, flags: 0, guestPhysAddr: 0, memorySize: 0, userspaceAddr: 0 };
    m.together([
      {
        thread: m.main,
        body: (function* (): Actor {
          yield* kvmSetUserMemoryRegion2(m.main, vm, deletion);
          deleted = true;
        })(),
      },
      {
        thread: other,
        body: (function* (): Actor {
          while (!deleted) {
            results.push((yield* kvmPreFaultMemory(other, cpu, { gpa: BASE, size: P, flags: 0 })).result);
          }
        })(),
      },
    ]);
    expect(results).toContain(-EAGAIN);
    // An access to private memory without a slot is an error, not I/O.
    expect(prefault(BASE, P).result).toBe(isPrivate ? -EFAULT : -ENOENT);
  });

  it("P07 the guest's first read of what was mapped takes no exit", () => {
    const { m, cpu, prefault } = setUp(vmType, isPrivate);
    prefault(BASE, P);
    const exits = m.kernel.host.costs.vmExit;
    const started = m.engine.now;
    expect(m.guestRead(cpu, BASE)).toEqual(bytes(0));
    expect(exits).toBeGreaterThan(0);
    expect(m.engine.now - started).toBeLessThan(exits);
    m.guestRead(cpu, BASE + P);
    expect(m.engine.now - started).toBeGreaterThan(exits);
  });
});

describe('pre-faulting', () => {
  it('is not there under shadow paging', () => {
    const m = new ScenarioMachine(designs, { mmu: 'shadow' });
    const cpu = m.vcpu(m.vm());
    const range = { gpa: 0, size: P, flags: 0 };
    expect(m.call(kvmPreFaultMemory(m.main, cpu, range)).result).toBe(-EOPNOTSUPP);
  });
});
