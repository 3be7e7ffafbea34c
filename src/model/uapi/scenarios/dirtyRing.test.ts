/** dirty_log_test.c with rings: what a vCPU wrote, harvested from memory that userspace maps. */
import { describe, expect, it } from 'vitest';
import { attributesIoctl } from '../../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../../designs/reclaim/flushOnGmemFree.ts';
import { Random } from '../../engine/random.ts';
import { E2BIG, EINVAL, ENXIO } from '../../host/errno.ts';
import { MEM_LOG_DIRTY_PAGES } from '../../kvm/memslots.ts';
import { KVM_CAP_DIRTY_LOG_RING, KVM_CAP_DIRTY_LOG_RING_ACQ_REL } from '../capabilities.ts';
import { kvmEnableCap, kvmGetDirtyLog } from '../kvmCalls.ts';
import { harvestDirtyRing, kvmResetDirtyRings } from '../ringCalls.ts';
import { bytes, P, ScenarioMachine } from './machine.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };
const PAGES = 512;
const SLOT = 3;

function setUp(ringBytes: number) {
  const m = new ScenarioMachine(designs);
  const vm = m.vm();
  expect(m.call(kvmEnableCap(m.main, vm, KVM_CAP_DIRTY_LOG_RING_ACQ_REL, 0, [ringBytes]))).toBe(0);
  const userspaceAddr = m.map(PAGES * P);
  const region = { slot: SLOT, memorySize: PAGES * P, userspaceAddr, flags: MEM_LOG_DIRTY_PAGES };
  expect(m.region(vm, region)).toBe(0);
  const cpu = m.vcpu(vm);
  const collect = (): readonly number[] => {
    const entries = harvestDirtyRing(m.main, cpu);
    if (typeof entries === 'number') throw new Error(`no ring: ${entries}`);
    for (const { slot, offset } of entries) {
      expect(slot).toBe(SLOT);
      expect(offset).toBeGreaterThanOrEqual(0);
      expect(offset).toBeLessThan(PAGES);
    }
    expect(m.call(kvmResetDirtyRings(m.main, vm))).toBe(entries.length);
    return entries.map(({ offset }) => offset);
  };
  return { m, vm, cpu, userspaceAddr, collect };
}

describe('the dirty ring', () => {
  it('L03 as many entries are reset as were collected, each in range, and they are the pages written', () => {
    const { m, cpu, userspaceAddr, collect } = setUp(16 * 1024);
    const random = new Random(3);
    for (let iteration = 1; iteration <= 6; iteration++) {
      const written = new Set<number>();
      for (let n = 0; n < 60; n++) {
        const page = random.below(PAGES);
        expect(m.guestWrite(cpu, page * P, bytes(iteration, 1))).toBeNull();
        written.add(page);
      }
      const dirty = collect();
      expect(new Set(dirty)).toEqual(written);
      expect(dirty).toHaveLength(written.size);
      for (const page of dirty) expect(m.read(userspaceAddr + page * P, 1)).toEqual(bytes(iteration, 1));
    }
    expect(collect()).toEqual([]);
  });

  it('L03 a vCPU whose ring is full leaves, and goes on after a reset', () => {
    const { m, cpu, userspaceAddr, collect } = setUp(4096);
    const seen = new Set<number>();
    let full = 0;
    for (let page = 0; page < PAGES; ) {
      const result = m.guestWrite(cpu, page * P, bytes(9, 1));
      if (result === null) {
        page++;
        continue;
      }
      expect(result).toMatchObject({ errno: 0, exit: { reason: 'DIRTY_RING_FULL' } });
      full++;
      for (const offset of collect()) seen.add(offset);
      // The page whose write filled the ring may be in it before the write is made: once an iteration.
      for (const offset of seen)
        if (offset !== page) expect(m.read(userspaceAddr + offset * P, 1)).toEqual(bytes(9, 1));
    }
    for (const offset of collect()) seen.add(offset);
    expect(full).toBeGreaterThan(1);
    expect(seen.size).toBe(PAGES);
  });

  it('L03 takes the place of the bitmap, and is chosen once, of a power of two, before there is a vCPU', () => {
    const { m, vm } = setUp(4096);
    expect(m.call(kvmGetDirtyLog(m.main, vm, SLOT))).toBe(-ENXIO);
    const ask = (fd: number, size: number, cap = KVM_CAP_DIRTY_LOG_RING) =>
      m.call(kvmEnableCap(m.main, fd, cap, 0, [size]));
    expect(ask(vm, 8192)).toBe(-EINVAL);
    const other = m.vm();
    for (const size of [0, 1, 2048, 5000, 2 ** 40]) expect(ask(other, size)).toBe(-EINVAL);
    expect(ask(other, 2 ** 21)).toBe(-E2BIG);
    expect(m.call(kvmResetDirtyRings(m.main, other))).toBe(-EINVAL);
    expect(harvestDirtyRing(m.main, m.vcpu(other))).toBe(-EINVAL);
    expect(ask(other, 4096)).toBe(-EINVAL);
  });
});
