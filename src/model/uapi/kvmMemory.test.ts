/** Ioctls about a VM's tables and its encrypted memory, which no selftest and no recording has. */
import { describe, expect, it } from 'vitest';
import { attributesIoctl } from '../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../designs/reclaim/flushOnGmemFree.ts';
import { EBADF, EINVAL, ENOTTY } from '../host/errno.ts';
import { MIN_ALLOC_MMU_PAGES } from '../kvm/rmap/rmapMmu.ts';
import { kvmSetNrMmuPages } from './kvmCalls.ts';
import { ScenarioMachine } from './scenarios/machine.ts';
import type { VmFile } from './vmFile.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };

describe('KVM_SET_NR_MMU_PAGES', () => {
  it('asks for 64 at least, and outlasts slots that come and go', () => {
    const m = new ScenarioMachine(designs, { mmu: 'direct-rmap' });
    const fd = m.vm();
    const { rmapMmu } = (m.process.file(fd) as VmFile).vm;
    expect(m.call(kvmSetNrMmuPages(m.main, fd, MIN_ALLOC_MMU_PAGES - 1))).toBe(-EINVAL);
    expect([rmapMmu!.limit, rmapMmu!.requested]).toEqual([MIN_ALLOC_MMU_PAGES, 0]);
    expect(m.call(kvmSetNrMmuPages(m.main, fd, 1000))).toBe(0);
    expect([rmapMmu!.limit, rmapMmu!.requested]).toEqual([1000, 1000]);
    const userspaceAddr = m.map(4096);
    expect(m.region(fd, { userspaceAddr })).toBe(0);
    expect(rmapMmu!.limit).toBe(1000);
  });

  it('is taken without effect where tables are not counted, and is a call on a VM alone', () => {
    const m = new ScenarioMachine(designs);
    const fd = m.vm();
    expect(m.call(kvmSetNrMmuPages(m.main, fd, 1000))).toBe(0);
    expect(m.call(kvmSetNrMmuPages(m.main, fd, 1))).toBe(-EINVAL);
    expect(m.call(kvmSetNrMmuPages(m.main, 99, 1000))).toBe(-EBADF);
    expect(m.call(kvmSetNrMmuPages(m.main, m.vcpu(fd), 1000))).toBe(-ENOTTY);
  });
});
