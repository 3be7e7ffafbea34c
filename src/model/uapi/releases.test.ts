/** Calls that older releases do not know, and what a descriptor says to an ioctl that it does not know. */
import { describe, expect, it } from 'vitest';
import type { Release } from '../arch/profile.ts';
import { attributesIoctl } from '../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../designs/reclaim/flushOnGmemFree.ts';
import { EBADF, EINTR, EINVAL, EIO, ENOTTY, EOPNOTSUPP } from '../host/errno.ts';
import { kvmSetMemoryAttributes } from './attributeCalls.ts';
import { memfdCreate } from './fileCalls.ts';
import { fork } from './forkCall.ts';
import { kvmCheckExtension, kvmCreateGuestMemfd } from './kvmCalls.ts';
import { kvmPreFaultMemory } from './preFaultCall.ts';
import { kvmRun } from './runCalls.ts';
import { P, ScenarioMachine } from './scenarios/machine.ts';
import { kvmGetStatsFd } from './statsCall.ts';
import { uffdioWake, userfaultfd } from './uffdCalls.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };
const range = { gpa: 0, size: P, flags: 0 };
const access = { gpa: 0, bytes: new Uint8Array(4), write: false, isPrivate: false };

describe('a call that came with a release', () => {
  it.each<[Release, boolean]>([
    [[6, 7], false],
    [[6, 8], true],
  ])('guest_memfd, attributes and the second region call: %j', (release, known) => {
    const m = new ScenarioMachine(designs, { release, vmType: 'sw-protected' });
    const vm = m.vm();
    const attributes = { address: 0, size: P, attributes: 8, flags: 0 };
    const results = [
      m.call(kvmCreateGuestMemfd(m.main, vm, { size: P, flags: 0 })),
      m.call(kvmSetMemoryAttributes(m.main, vm, attributes)),
      m.region(vm, { userspaceAddr: m.map(P) }),
    ];
    for (const result of results) {
      if (known) expect(result).toBeGreaterThanOrEqual(0);
      else expect(result).toBe(-ENOTTY);
    }
  });

  it('prefaulting is unknown to a vCPU before 6.11', () => {
    const m = new ScenarioMachine(designs, { release: [6, 10] });
    expect(m.call(kvmPreFaultMemory(m.main, m.vcpu(m.vm()), range)).result).toBe(-EINVAL);
  });

  it('statistics are unknown to a VM before 5.14', () => {
    const m = new ScenarioMachine(designs, { release: [5, 13] });
    expect(m.call(kvmGetStatsFd(m.main, m.vm()))).toBe(-ENOTTY);
  });
});

describe('prefaulting with shadow tables', () => {
  it('is refused, but a signal is noticed first', () => {
    const m = new ScenarioMachine(designs, { mmu: 'shadow' });
    const cpu = m.vcpu(m.vm());
    expect(m.call(kvmPreFaultMemory(m.main, cpu, range)).result).toBe(-EOPNOTSUPP);
    m.main.task.signalPending = true;
    expect(m.call(kvmPreFaultMemory(m.main, cpu, range)).result).toBe(-EINTR);
  });
});

describe('an ioctl on a descriptor of another kind', () => {
  it('is refused as the kernel of each kind does', () => {
    const m = new ScenarioMachine(designs);
    const vm = m.vm();
    const cpu = m.vcpu(vm);
    const uffd = m.call(userfaultfd(m.main, 0));
    const memfd = m.call(memfdCreate(m.main, 0));
    const ofVm = (fd: number) => m.call(kvmCheckExtension(m.main, fd, 10));
    const ofVcpu = (fd: number) => m.call(kvmRun(m.main, fd, access, 'mmu'));
    const ofUffd = (fd: number) => m.call(uffdioWake(m.main, fd, 0, P));
    expect([cpu, uffd, memfd, 999].map(ofVm)).toEqual([-EINVAL, -EINVAL, -ENOTTY, -EBADF]);
    expect([vm, uffd, memfd, 999].map(ofVcpu)).toEqual([-ENOTTY, -EINVAL, -ENOTTY, -EBADF]);
    expect([vm, cpu, memfd, 999].map(ofUffd)).toEqual([-ENOTTY, -EINVAL, -ENOTTY, -EBADF]);
  });

  it('of another process is refused before that', () => {
    const m = new ScenarioMachine(designs);
    const vm = m.vm();
    const cpu = m.vcpu(vm);
    const thread = m.call(fork(m.main)).createThread();
    expect([vm, cpu].map(fd => m.call(uffdioWake(thread, fd, 0, P), thread))).toEqual([-EIO, -EIO]);
    expect(m.call(kvmCheckExtension(thread, cpu, 10), thread)).toBe(-EIO);
  });
});
