/** dirty_log_test.c: what a guest wrote since somebody last looked. */
import { describe, expect, it } from 'vitest';
import type { MmuKind } from '../../arch/profile.ts';
import { attributesIoctl } from '../../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../../designs/reclaim/flushOnGmemFree.ts';
import { Random } from '../../engine/random.ts';
import { MEM_LOG_DIRTY_PAGES } from '../../kvm/memslots.ts';
import { KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2 } from '../capabilities.ts';
import { kvmClearDirtyLog, kvmEnableCap, kvmGetDirtyLog } from '../kvmCalls.ts';
import { bytes, P, ScenarioMachine } from './machine.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };
const PAGES = 128;

function setUp(mmu: MmuKind, manual: 0 | 1 | 3 = 0) {
  const m = new ScenarioMachine(designs, { mmu });
  const vm = m.vm();
  if (manual !== 0) {
    const cap = KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2;
    expect(m.call(kvmEnableCap(m.main, vm, cap, 0, [manual]))).toBe(0);
  }
  const userspaceAddr = m.map(PAGES * P);
  const region = { memorySize: PAGES * P, userspaceAddr };
  expect(m.region(vm, region)).toBe(0);
  const cpu = m.vcpu(vm);
  for (let page = 0; page < PAGES; page++) m.guestWrite(cpu, page * P, bytes(0));
  expect(m.region(vm, { ...region, flags: MEM_LOG_DIRTY_PAGES })).toBe(0);
  const get = (): readonly number[] => {
    const dirty = m.call(kvmGetDirtyLog(m.main, vm, 0));
    if (typeof dirty === 'number') throw new Error(`KVM_GET_DIRTY_LOG failed: ${dirty}`);
    return dirty;
  };
  const clear = (pages: readonly number[], firstPage = 0, numPages = PAGES) =>
    m.call(kvmClearDirtyLog(m.main, vm, { slot: 0, firstPage, numPages, pages }));
  return { m, vm, cpu, userspaceAddr, get, clear };
}

describe.each<MmuKind>(['tdp', 'shadow'])('the dirty log, %s', mmu => {
  it('L01 a set bit is a page of this iteration or the last, a clear one an older page', () => {
    const { m, cpu, userspaceAddr, get } = setUp(mmu);
    const random = new Random(7);
    get();
    for (let iteration = 1; iteration <= 8; iteration++) {
      for (let n = 0; n < 40; n++) m.guestWrite(cpu, random.below(PAGES) * P, bytes(iteration, 1));
      const dirty = new Set(get());
      expect(dirty.size).toBeGreaterThan(0);
      for (let page = 0; page < PAGES; page++) {
        const [value] = m.read(userspaceAddr + page * P, 1) as Uint8Array;
        if (dirty.has(page)) expect([iteration, iteration - 1]).toContain(value);
        else expect(value).toBeLessThan(iteration);
      }
    }
  });

  it('L04 with manual protection reading clears nothing, and clearing clears what it names', () => {
    const { m, cpu, get, clear } = setUp(mmu, 1);
    for (const page of [3, 4, 70]) m.guestWrite(cpu, page * P, bytes(1));
    expect(get()).toEqual([3, 4, 70]);
    expect(get()).toEqual([3, 4, 70]);
    expect(clear([3])).toBe(0);
    expect(get()).toEqual([4, 70]);
    m.guestWrite(cpu, 3 * P, bytes(2));
    expect(get()).toEqual([3, 4, 70]);
    expect(clear([6], 64, 64)).toBe(0);
    expect(get()).toEqual([3, 4]);
  });

  it('L09 reading a clean page leaves it clean; writing it makes it dirty, and costs one fault', () => {
    const { m, cpu, get } = setUp(mmu);
    get();
    expect(m.guestRead(cpu, 5 * P)).toEqual(bytes(0));
    expect(get()).toEqual([]);
    m.guestWrite(cpu, 5 * P, bytes(1));
    const faulted = m.engine.now;
    m.guestWrite(cpu, 5 * P, bytes(2));
    expect(m.engine.now - faulted).toBeLessThan(m.kernel.host.costs.vmExit);
    expect(get()).toEqual([5]);
    const started = m.engine.now;
    m.guestWrite(cpu, 5 * P, bytes(3));
    expect(m.engine.now - started).toBeGreaterThanOrEqual(m.kernel.host.costs.vmExit);
  });
});
