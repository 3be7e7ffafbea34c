/** Calls that older releases do not know, and what a descriptor says to an ioctl that it does not know. */
import { describe, expect, it } from 'vitest';
import type { Release } from '../arch/profile.ts';
import { attributesIoctl } from '../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../designs/reclaim/flushOnGmemFree.ts';
import { EBADF, EEXIST, EINTR, EINVAL, EIO, ENOTTY, EOPNOTSUPP } from '../host/errno.ts';
import { kvmSetMemoryAttributes } from './attributeCalls.ts';
import { memfdCreate } from './fileCalls.ts';
import { fork } from './forkCall.ts';
import { kvmCheckExtension, kvmCreateGuestMemfd } from './kvmCalls.ts';
import { kvmPreFaultMemory } from './preFaultCall.ts';
import { kvmRun } from './runCalls.ts';
import { P, ScenarioMachine } from './scenarios/machine.ts';
import { kvmGetStatsFd } from './statsCall.ts';
import { UFFD_API, uffdioApi, uffdioRegister, uffdioWake, userfaultfd } from './uffdCalls.ts';
import { uffdioMove, uffdioPoison } from './uffdFillCalls.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };
const range = { gpa: 0, size: P, flags: 0 };
const access = { gpa: 0, bytes: new Uint8Array(4), write: false, isPrivate: false };

describe('a call that came with a release', () => {
  it.each<[Release, boolean, boolean]>([
    [[6, 5], false, false],
    [[6, 6], true, false],
    [[6, 7], true, false],
    [[6, 8], true, true],
  ])('poisoning and moving pages: %j', (release, poisons, moves) => {
    const m = new ScenarioMachine(designs, { release });
    const [at, other] = [m.map(P), m.map(P)];
    m.write(other, new Uint8Array([1]));
    const uffd = m.call(userfaultfd(m.main, 0));
    const POISON_AND_MOVE = (1n << 14n) | (1n << 16n);
    const told = m.call(uffdioApi(m.main, uffd, UFFD_API, 0)) as { features: bigint };
    expect(told.features & POISON_AND_MOVE).toBe((poisons ? 1n << 14n : 0n) | (moves ? 1n << 16n : 0n));
    const ioctls = m.call(uffdioRegister(m.main, uffd, at, P, 1)) as bigint;
    expect([(ioctls & (1n << 8n)) !== 0n, (ioctls & (1n << 5n)) !== 0n]).toEqual([poisons, moves]);
    const move = { dst: at, src: other, len: P, mode: 0 };
    expect(m.call(uffdioMove(m.main, uffd, move)).result).toBe(moves ? 0 : -EINVAL);
    // A page that has come is not poisoned.
    expect(m.call(uffdioPoison(m.main, uffd, at, P, 0)).result).toBe(
      poisons ? (moves ? -EEXIST : 0) : -EINVAL,
    );
  });

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
