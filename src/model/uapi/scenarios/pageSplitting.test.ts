/** dirty_log_page_splitting_test.c: how many huge pages map the guest, from KVM's statistics. */
import { expect, it } from 'vitest';
import type { Release } from '../../arch/profile.ts';
import { attributesIoctl } from '../../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../../designs/reclaim/flushOnGmemFree.ts';
import { EBADF, ENOTTY } from '../../host/errno.ts';
import { MADV_HUGEPAGE } from '../../host/madvise.ts';
import { MEM_LOG_DIRTY_PAGES } from '../../kvm/memslots.ts';
import { KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2 } from '../capabilities.ts';
import { close, read } from '../fileCalls.ts';
import { kvmClearDirtyLog, kvmEnableCap } from '../kvmCalls.ts';
import { madvise } from '../memoryCalls.ts';
import { kvmGetStatsFd } from '../statsCall.ts';
import { bytes, M2, P, ScenarioMachine } from './machine.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };
const HUGE_PAGES = 2;
const PAGES = (HUGE_PAGES * M2) / P;

/** Reads statistics as a program does that knows no more than the format. */
function statistics(m: ScenarioMachine, fd: number): Record<string, number> {
  const file = m.call(read(m.main, fd, 1 << 16, 0)) as Uint8Array;
  const view = new DataView(file.buffer);
  const [, nameBytes, count, , descriptors, data] = [0, 1, 2, 3, 4, 5].map(n => view.getUint32(4 * n, true));
  const out: Record<string, number> = {};
  for (let n = 0; n < count; n++) {
    const at = descriptors + n * (16 + nameBytes);
    const name = new TextDecoder().decode(file.subarray(at + 16, at + 16 + nameBytes)).replaceAll('\0', '');
    out[name] = Number(view.getBigUint64(data + view.getUint32(at + 8, true), true));
  }
  return out;
}

function setUp(manual: number, release: Release = [6, 18]) {
  const m = new ScenarioMachine(designs, { release });
  const vm = m.vm();
  const cap = KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2;
  if (manual !== 0) expect(m.call(kvmEnableCap(m.main, vm, cap, 0, [manual]))).toBe(0);
  const userspaceAddr = m.map(HUGE_PAGES * M2);
  expect(m.call(madvise(m.main, userspaceAddr, HUGE_PAGES * M2, MADV_HUGEPAGE))).toBe(0);
  const region = { memorySize: HUGE_PAGES * M2, userspaceAddr };
  expect(m.region(vm, region)).toBe(0);
  const cpu = m.vcpu(vm);
  const stats = m.call(kvmGetStatsFd(m.main, vm));
  const touchAll = () => {
    for (let page = 0; page < PAGES; page++) expect(m.guestWrite(cpu, page * P, bytes(1))).toBeNull();
  };
  const leaves = () => {
    const { pages_4k: small, pages_2m: large, pages_1g: huge } = statistics(m, stats);
    return { small, large, huge };
  };
  return { m, vm, region, stats, touchAll, leaves };
}

const POPULATED = { small: 0, large: HUGE_PAGES, huge: 0 };
const SPLIT = { small: PAGES, large: 0, huge: 0 };

it('L06 with every page dirty at first, turning logging on leaves huge pages, and the first clearing splits all', () => {
  const { m, vm, region, touchAll, leaves } = setUp(3);
  touchAll();
  expect(leaves()).toEqual(POPULATED);
  expect(m.region(vm, { ...region, flags: MEM_LOG_DIRTY_PAGES })).toBe(0);
  expect(leaves()).toEqual(POPULATED);
  const pages = Array.from({ length: PAGES }, (_, page) => page);
  expect(m.call(kvmClearDirtyLog(m.main, vm, { slot: 0, firstPage: 0, numPages: PAGES, pages }))).toBe(0);
  expect(leaves()).toEqual(SPLIT);
});

it.each([
  [0, [6, 18], POPULATED],
  [1, [6, 13], POPULATED],
  [3, [6, 12], { small: 0, large: 0, huge: 0 }],
] as const)(
  'L07 with logging off again, as many huge pages come back, since 6.13 before anybody touches them (mode %i, %o)',
  (manual, release, untouched) => {
    const { m, vm, region, touchAll, leaves } = setUp(manual, release);
    touchAll();
    const populated = leaves();
    expect(populated).toEqual(POPULATED);
    expect(m.region(vm, { ...region, flags: MEM_LOG_DIRTY_PAGES })).toBe(0);
    const pages = Array.from({ length: PAGES }, (_, page) => page);
    if (manual !== 0) m.call(kvmClearDirtyLog(m.main, vm, { slot: 0, firstPage: 0, numPages: PAGES, pages }));
    touchAll();
    expect(leaves().large).toBe(0);
    expect(m.region(vm, region)).toBe(0);
    expect(leaves()).toEqual(untouched);
    touchAll();
    expect(leaves()).toEqual(populated);
  },
);

it('L07 statistics are read from any offset, and outlast the VM’s own descriptor', () => {
  const { m, vm, stats, touchAll } = setUp(0);
  const whole = m.call(read(m.main, stats, 1 << 16, 0)) as Uint8Array;
  expect(m.call(read(m.main, stats, 8, 4))).toEqual(whole.slice(4, 12));
  expect(m.call(read(m.main, stats, 1 << 16, whole.length))).toEqual(new Uint8Array(0));
  expect(m.call(close(m.main, vm))).toBe(0);
  touchAll();
  expect(statistics(m, stats)).toMatchObject({ pages_2m: HUGE_PAGES });
  expect(m.call(kvmGetStatsFd(m.main, vm))).toBe(-EBADF);
  expect(m.call(kvmGetStatsFd(m.main, stats))).toBe(-ENOTTY);
});
