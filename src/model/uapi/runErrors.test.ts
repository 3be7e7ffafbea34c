/** How KVM_RUN ends where the second stage is the hardware's, in ways that no selftest and no recording has. */
import { describe, expect, it } from 'vitest';
import type { Profile } from '../arch/profile.ts';
import { attributesIoctl } from '../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../designs/reclaim/flushOnGmemFree.ts';
import { EFAULT, EHWPOISON, EINTR, EINVAL, ENOMEM } from '../host/errno.ts';
import { MEM_GUEST_MEMFD, MEM_LOG_DIRTY_PAGES } from '../kvm/memslots.ts';
import { MEMORY_EXIT_PRIVATE, type RunResult } from '../kvm/runExit.ts';
import { kvmSetMemoryAttributes } from './attributeCalls.ts';
import { kvmMemoryEncryptOp } from './encryptCalls.ts';
import type { GmemFile } from './gmemFile.ts';
import { kvmGetDirtyLog } from './kvmCalls.ts';
import { munmap } from './mmap.ts';
import { kvmPreFaultMemory } from './preFaultCall.ts';
import { kvmRun } from './runCalls.ts';
import { bytes, P, ScenarioMachine } from './scenarios/machine.ts';
import { KVM_SEV_INIT2, KVM_SEV_SNP_LAUNCH_FINISH, KVM_SEV_SNP_LAUNCH_START } from './sevCalls.ts';
import { openSev } from './sevDevice.ts';
import { UFFD_API, uffdioApi, uffdioRegister, userfaultfd } from './uffdCalls.ts';
import { uffdioPoison } from './uffdFillCalls.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };
const PAGES = 8;
const INTERRUPTED = { errno: -EINTR, exit: { reason: 'INTR' }, poisonedPage: -1 };

function setUp(profile: Partial<Profile> = {}, frames?: number) {
  const m = new ScenarioMachine(designs, profile, frames);
  const vm = m.vm();
  const hva = m.map(PAGES * P);
  const slot = { memorySize: PAGES * P, userspaceAddr: hva };
  let gmem = -1;
  if (profile.vmType === undefined) expect(m.region(vm, slot)).toBe(0);
  else {
    gmem = m.gmem(vm, PAGES * P, 0);
    expect(m.region(vm, { ...slot, flags: MEM_GUEST_MEMFD, guestMemfd: gmem })).toBe(0);
  }
  return { m, vm, hva, gmem, cpu: m.vcpu(vm) };
}

/** A userfaultfd that has all of the slot's memory. */
function handled() {
  const world = setUp();
  const { m, hva } = world;
  const uffd = m.call(userfaultfd(m.main, 0o4000));
  m.call(uffdioApi(m.main, uffd, UFFD_API, 0));
  m.call(uffdioRegister(m.main, uffd, hva, PAGES * P, 1));
  return { ...world, uffd };
}

/** An SNP guest runs once it is launched. Returns its vCPU. */
function launched(m: ScenarioMachine, vm: number): number {
  const sevFd = m.call(openSev(m.main));
  const op = (id: number, data: object) => m.call(kvmMemoryEncryptOp(m.main, vm, { sevFd, id, data })).result;
  expect(op(KVM_SEV_INIT2, {})).toBe(0);
  const cpu = m.vcpu(vm);
  expect(op(KVM_SEV_SNP_LAUNCH_START, { policy: 1 << 17 })).toBe(0);
  expect(op(KVM_SEV_SNP_LAUNCH_FINISH, {})).toBe(0);
  return cpu;
}

const access = (gpa: number, write = false, isPrivate = false) => ({
  ...{ gpa, write, isPrivate },
  bytes: new Uint8Array(8),
});

function toPrivate(m: ScenarioMachine, vm: number): void {
  const range = { address: 0, size: PAGES * P, attributes: 8, flags: 0 };
  expect(m.call(kvmSetMemoryAttributes(m.main, vm, range))).toBe(0);
}

const memoryFault = (errno: number, flags: number) => ({
  errno: -errno,
  exit: { reason: 'MEMORY_FAULT', flags, gpa: 0, size: P },
  poisonedPage: -1,
});

describe('a signal', () => {
  it('ends the sleep of a vCPU that waits for a userfaultfd, and KVM_RUN with it', () => {
    const { m, cpu } = handled();
    const thread = m.process.createThread();
    const job = m.start(kvmRun(thread, cpu, access(0), 'mmu'), thread);
    expect(job.done).toBe(false);
    thread.task.signal();
    m.engine.run();
    expect(job.result).toEqual(INTERRUPTED);
  });

  it('ends prefaulting with EINTR where nothing was done', () => {
    const { m, cpu } = handled();
    const thread = m.process.createThread();
    const job = m.start(kvmPreFaultMemory(thread, cpu, { gpa: 0, size: 2 * P, flags: 0 }), thread);
    expect(job.done).toBe(false);
    thread.task.signal();
    m.engine.run();
    expect(job.result).toEqual({ result: -EINTR, gpa: 0n, size: BigInt(2 * P) });
  });
});

describe('broken memory', () => {
  it('of the host sends the thread a signal that names it', () => {
    const { m, cpu, uffd, hva } = handled();
    expect(m.call(uffdioPoison(m.main, uffd, hva + P, P, 0)).result).toBe(0);
    expect(m.guestRead(cpu, P)).toEqual({ ...INTERRUPTED, poisonedPage: hva / P + 1 });
  });

  it('of a guest_memfd is an error of its own, with a memory-fault exit', () => {
    const { m, vm, gmem, cpu } = setUp({ vmType: 'sw-protected' });
    toPrivate(m, vm);
    expect(m.guestWrite(cpu, P, bytes(7))).toBeNull();
    const { gmem: file } = m.process.file(gmem) as GmemFile;
    m.call(file.allocate(0, 1));
    m.kernel.host.frames.poison(file.cachedPage(0));
    expect(m.guestRead(cpu, 0)).toEqual(memoryFault(EHWPOISON, MEMORY_EXIT_PRIVATE));
    expect(m.guestRead(cpu, P)).toEqual(bytes(7));
  });
});

describe('a host without memory', () => {
  it('is a bare EFAULT for anonymous memory', () => {
    const { m, cpu, hva } = setUp({}, 1);
    expect(m.write(hva + P, bytes(1))).toBeNull();
    expect(m.guestWrite(cpu, 0, bytes(1))).toEqual({
      ...{ errno: -EFAULT, exit: { reason: 'UNKNOWN' }, poisonedPage: -1 },
    });
  });

  it('is ENOMEM with a memory-fault exit for a guest_memfd', () => {
    const { m, vm, cpu, hva } = setUp({ vmType: 'sw-protected' }, 1);
    toPrivate(m, vm);
    expect(m.write(hva, bytes(1))).toBeNull();
    expect(m.guestRead(cpu, 0)).toEqual(memoryFault(ENOMEM, MEMORY_EXIT_PRIVATE));
  });
});

it('nothing of an exit outlives it: a bare EFAULT after a memory fault leaves nothing set', () => {
  const m = new ScenarioMachine(designs, { vmType: 'snp' });
  const vm = m.vm();
  const cpu = launched(m, vm);
  const hva = m.map(PAGES * P);
  expect(m.region(vm, { memorySize: PAGES * P, userspaceAddr: hva })).toBe(0);
  const run = (isPrivate: boolean) =>
    m.call(kvmRun(m.main, cpu, access(0, false, isPrivate), 'mmu')) as RunResult;
  expect(run(true)).toEqual(memoryFault(EFAULT, MEMORY_EXIT_PRIVATE));
  expect(m.call(munmap(m.main, hva, PAGES * P))).toBe(0);
  expect(run(false)).toEqual({ errno: -EFAULT, exit: { reason: 'UNKNOWN' }, poisonedPage: -1 });
});

it('a private write to a shared page that was protected to log writes is not taken for one of them', () => {
  const m = new ScenarioMachine(designs, { vmType: 'snp' });
  const vm = m.vm();
  const cpu = launched(m, vm);
  expect(m.region(vm, { flags: MEM_LOG_DIRTY_PAGES, userspaceAddr: m.map(P) })).toBe(0);
  expect(m.call(kvmRun(m.main, cpu, access(0, true), 'mmu'))).toMatchObject({ errno: 0, exit: null });
  expect(m.call(kvmGetDirtyLog(m.main, vm, 0))).toEqual([0]);
  expect(m.call(kvmRun(m.main, cpu, access(0, true, true), 'mmu'))).toEqual(
    memoryFault(EFAULT, MEMORY_EXIT_PRIVATE),
  );
  expect(m.call(kvmGetDirtyLog(m.main, vm, 0))).toEqual([]);
});

it('EINVAL is what a bad range of prefaulting gives, whatever signal waits', () => {
  const { m, cpu } = setUp();
  m.main.task.signalPending = true;
  const bad = { gpa: 1, size: P, flags: 0 };
  expect(m.call(kvmPreFaultMemory(m.main, cpu, bad)).result).toBe(-EINVAL);
});
