/** A wrong call never corrupts the machine: whatever a system call refuses, everything is as it was before. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Profile, rulesOf } from '../arch/profile.ts';
import { attributesIoctl } from '../designs/conversion/attributesIoctl.ts';
import { inPlace } from '../designs/conversion/inPlace.ts';
import { flushOnGmemFree } from '../designs/reclaim/flushOnGmemFree.ts';
import { StateHash } from '../engine/hash.ts';
import { Random } from '../engine/random.ts';
import type { Actor } from '../engine/step.ts';
import { MEM_GUEST_MEMFD, MEM_LOG_DIRTY_PAGES } from '../kvm/memslots.ts';
import type { VmDesigns } from '../kvm/vm.ts';
import * as attributeCalls from './attributeCalls.ts';
import * as encryptCalls from './encryptCalls.ts';
import type { EncryptCommand } from './encryptCommand.ts';
import * as fileCalls from './fileCalls.ts';
import * as forkCall from './forkCall.ts';
import { GmemFile } from './gmemFile.ts';
import * as kvmCalls from './kvmCalls.ts';
import * as memoryCalls from './memoryCalls.ts';
import * as mmapCalls from './mmap.ts';
import * as policyCalls from './policyCalls.ts';
import * as preFaultCall from './preFaultCall.ts';
import type { Thread } from './process.ts';
import * as regionCalls from './regionCalls.ts';
import * as ringCalls from './ringCalls.ts';
import * as runCalls from './runCalls.ts';
import { bytes, P, ScenarioMachine } from './scenarios/machine.ts';
import {
  KVM_SEV_INIT2,
  KVM_SEV_LAUNCH_START,
  KVM_SEV_SNP_LAUNCH_START,
  KVM_SEV_SNP_LAUNCH_UPDATE,
} from './sevCalls.ts';
import * as sevDevice from './sevDevice.ts';
import * as sregsCalls from './sregsCalls.ts';
import * as statsCall from './statsCall.ts';
import { KVM_TDX_INIT_MEM_REGION, KVM_TDX_INIT_VCPU, KVM_TDX_INIT_VM } from './tdxCalls.ts';
import * as uffdCalls from './uffdCalls.ts';
import * as uffdFillCalls from './uffdFillCalls.ts';
import { VmFile } from './vmFile.ts';

const MODULES = [attributeCalls, fileCalls, kvmCalls, memoryCalls, mmapCalls, preFaultCall, regionCalls];
const ALL: Readonly<Record<string, unknown>> = Object.assign(
  {},
  ...[
    ...MODULES,
    encryptCalls,
    forkCall,
    policyCalls,
    ringCalls,
    runCalls,
    sevDevice,
    sregsCalls,
    statsCall,
    uffdCalls,
    uffdFillCalls,
  ],
);
const GENERATOR = Object.getPrototypeOf(function* () {}).constructor;

/** What arguments are made of: descriptors of every kind, places in memory, and numbers at every edge. */
interface Pool {
  readonly random: Random;
  fd(): number;
  place(): bigint;
  odd(): bigint;
  small(): number;
}

type Call = (thread: Thread, pool: Pool) => Actor<unknown>;

const { kvmMemoryEncryptRegRegion, kvmMemoryEncryptUnregRegion } = encryptCalls;

/** One wrong or right call of each system call, as chance has it. Calls that take none are always right. */
const CALLS: Readonly<Record<string, Call>> = {
  kvmSetMemoryAttributes: (t, p) =>
    attributeCalls.kvmSetMemoryAttributes(
      t,
      p.fd(),
      p.random.chance(0.05)
        ? null
        : {
            address: p.odd(),
            size: p.odd(),
            attributes: p.random.pick([0, 8, 1, 9]),
            flags: p.random.pick([0, 0, 1]),
          },
    ),
  gmemSetMemoryAttributes2: (t, p) =>
    attributeCalls.gmemSetMemoryAttributes2(
      t,
      p.fd(),
      p.random.chance(0.05)
        ? null
        : {
            offset: p.odd(),
            size: p.odd(),
            attributes: p.random.pick([0, 8, 1]),
            flags: p.random.pick([0, 0, 1]),
          },
    ),
  memfdCreate: (t, p) =>
    fileCalls.memfdCreate(t, p.random.pick([0, 1, 4, 0x20, 0x40, 2 ** 31, 4 | (9 << 26)])),
  close: (t, p) => fileCalls.close(t, p.random.pick([-1, 999, 2 ** 31])),
  dup: (t, p) => fileCalls.dup(t, p.random.pick([-1, 999])),
  fstat: (t, p) => fileCalls.fstat(t, p.fd()),
  lseek: (t, p) => fileCalls.lseek(t, p.fd(), p.odd(), p.random.below(7) - 1),
  ftruncate: (t, p) => fileCalls.ftruncate(t, p.fd(), p.random.chance(0.5) ? -p.odd() : p.small()),
  read: (t, p) => fileCalls.read(t, p.fd(), p.small(), p.random.pick([null, -1, 0, p.odd()])),
  write: (t, p) => fileCalls.write(t, p.fd(), bytes(1, 4), p.random.pick([null, -1, 100])),
  fallocate: (t, p) =>
    fileCalls.fallocate(
      t,
      p.fd(),
      p.random.pick([0, 1, 2, 3, 3, 8, 16, 64, 255]),
      p.odd(),
      p.random.pick([0, -1, 1, P, 2 * P]),
    ),
  kvmCheckExtension: (t, p) => kvmCalls.kvmCheckExtension(t, p.fd(), p.small()),
  kvmEnableCap: (t, p) =>
    kvmCalls.kvmEnableCap(t, p.fd(), p.random.pick([168, 168, 192, 223, 0, 9999]), p.random.pick([0, 0, 1]), [
      p.odd(),
    ]),
  kvmSetNrMmuPages: (t, p) => kvmCalls.kvmSetNrMmuPages(t, p.fd(), p.random.pick([0, 1, 63, -1, 4096])),
  kvmMemoryEncryptRegRegion: (t, p) =>
    // One that fails later has faulted pages in, as the kernel's does.
    kvmMemoryEncryptRegRegion(
      t,
      p.fd(),
      p.random.chance(0.05) ? null : { addr: p.place(), size: p.random.pick([0, -P, 2n ** 45n]) },
    ),
  kvmMemoryEncryptUnregRegion: (t, p) =>
    kvmMemoryEncryptUnregRegion(t, p.fd(), p.random.chance(0.05) ? null : { addr: p.place(), size: p.odd() }),
  kvmMemoryEncryptOp: (t, p) => encryptCalls.kvmMemoryEncryptOp(t, p.fd(), encryptCommandOf(p)),
  kvmCreateGuestMemfd: (t, p) =>
    kvmCalls.kvmCreateGuestMemfd(t, p.fd(), { size: p.odd(), flags: p.random.pick([0, 1, 3, 4, -1]) }),
  kvmCreateVcpu: (t, p) => kvmCalls.kvmCreateVcpu(t, p.fd(), p.random.pick([0, 0, 4096, -1])),
  kvmRun: (t, p) =>
    runCalls.kvmRun(
      t,
      p.random.pick([-1, 999, p.fd()]),
      { gpa: 2 ** 40, bytes: new Uint8Array(4), write: false, isPrivate: false },
      'mmu',
    ),
  kvmGetDirtyLog: (t, p) => kvmCalls.kvmGetDirtyLog(t, p.fd(), p.random.pick([1, 5, 40000, 70000, 2 ** 31])),
  kvmClearDirtyLog: (t, p) =>
    kvmCalls.kvmClearDirtyLog(t, p.fd(), {
      slot: p.random.pick([0, 1, 5, 70000]),
      firstPage: p.random.pick([1, 64, 128, p.odd()]),
      numPages: p.random.pick([0, 1, 15, 2 ** 31]),
      pages: [0],
    }),
  mprotect: (t, p) => memoryCalls.mprotect(t, p.place() | 1n, p.odd(), p.random.below(16)),
  madvise: (t, p) => memoryCalls.madvise(t, p.place() | 1n, p.odd(), p.small()),
  mremap: (t, p) => memoryCalls.mremap(t, p.place() | 1n, p.odd(), p.odd(), p.random.below(8), p.place()),
  mincore: (t, p) =>
    memoryCalls.mincore(t, p.place() | BigInt(p.random.below(2)), p.random.pick([P, -1, 2n ** 47n])),
  mmap: (t, p) =>
    mmapCalls.mmap(
      t,
      p.place() | 1n,
      p.odd(),
      p.random.below(8),
      p.random.pick([0, 0x10, 0x11, 0x12, 0x100002]),
      p.fd(),
      p.odd(),
    ),
  munmap: (t, p) =>
    mmapCalls.munmap(t, p.place() | BigInt(p.random.below(2)), p.random.pick([0, -1, 2n ** 48n])),
  kvmRunInstruction: (t, p) =>
    runCalls.kvmRunInstruction(t, p.random.pick([-1, 999]), { kind: 'load', pteAt: 0 }),
  kvmGetSregs: (t, p) => sregsCalls.kvmGetSregs(t, p.fd()),
  kvmSetSregs: (t, p) =>
    sregsCalls.kvmSetSregs(t, p.fd(), { cr0: p.random.pick([0x80000031, 1 << 29, 2 ** 32, 2 ** 31]) }),
  mbind: (t, p) =>
    policyCalls.mbind(t, p.place() | 1n, p.odd(), p.random.pick([0, 2, 3, 999]), p.random.below(4)),
  getMempolicy: (t, p) => policyCalls.getMempolicy(t, p.place()),
  kvmPreFaultMemory: (t, p) =>
    preFaultCall.kvmPreFaultMemory(t, p.fd(), {
      gpa: p.random.chance(0.5) ? 2n ** 40n : p.odd() | 1n,
      size: p.random.pick([0, P, -P]),
      flags: p.random.pick([0, 0, 1]),
    }),
  kvmSetUserMemoryRegion: (t, p) => regionCalls.kvmSetUserMemoryRegion(t, p.fd(), regionOf(p)),
  kvmSetUserMemoryRegion2: (t, p) => regionCalls.kvmSetUserMemoryRegion2(t, p.fd(), regionOf(p)),
  kvmResetDirtyRings: (t, p) => ringCalls.kvmResetDirtyRings(t, p.fd()),
  kvmGetStatsFd: (t, p) => statsCall.kvmGetStatsFd(t, p.fd()),
  userfaultfd: (t, p) => uffdCalls.userfaultfd(t, p.random.pick([2, 4, 2 ** 30])),
  uffdioApi: (t, p) => uffdCalls.uffdioApi(t, p.fd(), p.random.pick([0xaa, 0xab]), p.odd()),
  uffdioRegister: (t, p) => uffdCalls.uffdioRegister(t, p.fd(), p.place(), p.odd(), p.random.below(9)),
  uffdioMove: (t, p) =>
    uffdFillCalls.uffdioMove(t, p.fd(), { dst: p.place() | 1n, src: p.place(), len: p.odd(), mode: p.odd() }),
  uffdioUnregister: (t, p) => uffdCalls.uffdioUnregister(t, p.fd(), p.place() | 1n, p.odd()),
  uffdioWake: (t, p) => uffdCalls.uffdioWake(t, p.fd(), p.place() | BigInt(p.random.below(2)), p.odd()),
  uffdioCopy: (t, p) =>
    uffdFillCalls.uffdioCopy(t, p.fd(), p.place() | 1n, bytes(1, P), p.odd(), p.random.below(8)),
  uffdioZeropage: (t, p) =>
    uffdFillCalls.uffdioZeropage(t, p.fd(), p.place() | 1n, p.odd(), p.random.below(8)),
  uffdioContinue: (t, p) =>
    uffdFillCalls.uffdioContinue(t, p.fd(), p.place() | 1n, p.odd(), p.random.below(8)),
  uffdioPoison: (t, p) => uffdFillCalls.uffdioPoison(t, p.fd(), p.place() | 1n, p.odd(), p.random.below(8)),
  uffdioWriteprotect: (t, p) =>
    uffdCalls.uffdioWriteprotect(
      t,
      p.fd(),
      p.place() | BigInt(p.random.below(2)),
      p.odd(),
      p.random.below(8),
    ),
  readMessage: (t, p) => uffdCalls.readMessage(t, p.fd()),
};

/** Calls that nothing can be wrong about. */
const ALWAYS_RIGHT = ['kvmCreateVm', 'fork', 'openSev', 'movePages'];

/** A command with something wrong about it, or nothing. What memory it names is there as a whole, or not at all. */
function encryptCommandOf(p: Pool): EncryptCommand | null {
  if (p.random.chance(0.03)) return null;
  const missing = p.random.chance(0.5);
  const data = {
    flags: p.random.pick([0, 0, 0, 1]),
    policy: p.random.pick([1 << 17, 1 << 17, 0, 1 << 18]),
    uaddr: missing ? 2n ** 62n : p.place(),
    len: missing ? P : 0,
    gfnStart: p.random.pick([0, 16, 17, 20, 23, 24, 2 ** 40]),
    type: p.random.pick([1, 1, 3, 4, 2]),
    sourceAddr: missing ? 2n ** 62n : p.place() | 1n,
    gpa: p.random.pick([0, 16, 17, 20, 23, 24, 2 ** 40]) * P,
    nrPages: p.random.pick([0, 1, -1]),
    guestPhysBits: p.random.pick([48, 47]),
    ghcbVersion: p.random.pick([0, 3]),
  };
  return {
    id: p.random.pick([0, 1, 2, 3, 3, 4, 5, 6, 7, 22, 100, 101, 101, 102]),
    data: p.random.chance(0.1) ? null : data,
    sevFd: p.fd(),
    flags: p.random.pick([0, 0, 1, 2]),
    hwError: p.random.pick([0, 0, 0, 1]),
  };
}

function regionOf(p: Pool): regionCalls.MemoryRegion | null {
  if (p.random.chance(0.03)) return null;
  return {
    slot: p.random.pick([0, 1, 2, 3, 32764, 65535, 65536, 2 ** 31]),
    flags: p.random.pick([0, 0, 1, 2, 3, 4, 4, 5, 6, 8, 2 ** 31]),
    guestPhysAddr: p.odd(),
    memorySize: p.odd(),
    userspaceAddr: p.place() | BigInt(p.random.pick([0, 0, 0, 1])),
    guestMemfd: p.fd(),
    guestMemfdOffset: p.odd(),
  };
}

const WORLDS: readonly { name: string; designs: VmDesigns; options: Partial<Profile> }[] = [
  ...(['tdp', 'shadow', 'direct-rmap'] as const).map(mmu => ({
    name: `default, ${mmu}`,
    designs: { conversion: attributesIoctl, reclaim: flushOnGmemFree },
    options: { mmu },
  })),
  {
    name: 'private memory',
    designs: { conversion: attributesIoctl, reclaim: flushOnGmemFree },
    options: { vmType: 'sw-protected' },
  },
  {
    name: 'in-place conversion',
    designs: { conversion: inPlace, reclaim: flushOnGmemFree },
    options: { vmType: 'sw-protected' },
  },
  ...(['sev', 'sev-es', 'snp', 'tdx'] as const).map(vmType => ({
    name: `${vmType}, being launched`,
    designs: { conversion: attributesIoctl, reclaim: flushOnGmemFree },
    options: { vmType },
  })),
];

/** Brings an encrypted guest to where it takes contents, with two pages of its file filled. */
function begin(m: ScenarioMachine, vm: number, sev: number): void {
  const op = (command: EncryptCommand) => m.call(encryptCalls.kvmMemoryEncryptOp(m.main, vm, command));
  const { vmType } = m.kernel.profile;
  if (vmType === 'tdx') {
    op({ id: KVM_TDX_INIT_VM, data: {} });
    return;
  }
  op({ id: KVM_SEV_INIT2, data: {} });
  if (vmType === 'snp') op({ id: KVM_SEV_SNP_LAUNCH_START, sevFd: sev, data: { policy: 1 << 17 } });
  else op({ id: KVM_SEV_LAUNCH_START, sevFd: sev, data: {} });
}

/** Fills two private pages of slot 1. The others of its file are there, so that nothing has to be allocated any more. */
function fill(m: ScenarioMachine, vm: number, cpu: number, gmem: number, from: number, sev: number): void {
  expect(m.call(fileCalls.fallocate(m.main, gmem, 1, 0, 8 * P))).toBe(0);
  const range = { address: 16 * P, size: 4 * P, attributes: 8, flags: 0 };
  expect(m.call(attributeCalls.kvmSetMemoryAttributes(m.main, vm, range))).toBe(0);
  const op = (fd: number, command: EncryptCommand) =>
    m.call(encryptCalls.kvmMemoryEncryptOp(m.main, fd, command)).result;
  if (m.kernel.profile.vmType === 'tdx') {
    expect(op(cpu, { id: KVM_TDX_INIT_VCPU })).toBe(0);
    const data = { sourceAddr: from, gpa: 16 * P, nrPages: 2 };
    expect(op(cpu, { id: KVM_TDX_INIT_MEM_REGION, data })).toBe(0);
  } else {
    const data = { uaddr: from, gfnStart: 16, len: 2 * P, type: 1 };
    expect(op(vm, { id: KVM_SEV_SNP_LAUNCH_UPDATE, sevFd: sev, data })).toBe(0);
  }
}

/** A machine in the midst of things, and what to make arguments of. */
function world({ designs, options }: (typeof WORLDS)[number]) {
  const m = new ScenarioMachine(designs, options);
  const vm = m.vm();
  const sev = m.call(sevDevice.openSev(m.main));
  if (rulesOf(m.kernel.profile.vmType).encrypted) begin(m, vm, sev);
  const cpu = m.vcpu(vm);
  const memory = m.map(16 * P);
  const watched = m.map(8 * P);
  const memfd = m.call(fileCalls.memfdCreate(m.main, 0));
  m.call(fileCalls.ftruncate(m.main, memfd, 8 * P));
  const shared = m.map(8 * P, { flags: 1, fd: memfd });
  m.region(vm, { slot: 0, memorySize: 16 * P, userspaceAddr: memory, flags: MEM_LOG_DIRTY_PAGES });
  const gmem = m.gmem(vm, 8 * P, 0);
  m.region(vm, {
    ...{ slot: 1, guestPhysAddr: 16 * P, memorySize: 8 * P, userspaceAddr: shared },
    ...(gmem < 0 ? {} : { flags: MEM_GUEST_MEMFD, guestMemfd: gmem, guestMemfdOffset: 0 }),
  });
  if (m.kernel.profile.vmType === 'snp' || m.kernel.profile.vmType === 'tdx')
    fill(m, vm, cpu, gmem, memory, sev);
  for (let page = 0; page < 20; page += 3) m.guestWrite(cpu, page * P, bytes(page, 4));
  const uffd = m.call(uffdCalls.userfaultfd(m.main, 0o4000));
  m.call(uffdCalls.uffdioApi(m.main, uffd, 0xaa, 0));
  m.call(uffdCalls.uffdioRegister(m.main, uffd, watched, 8 * P, 1));
  const raw = m.call(uffdCalls.userfaultfd(m.main, 0o4000));
  const descriptors = [vm, vm, vm, cpu, memfd, gmem, gmem, uffd, uffd, raw, sev, -1, 999];
  const pool = (random: Random): Pool => ({
    random,
    fd: () => random.pick(descriptors),
    place: () =>
      random.chance(0.1)
        ? random.pick([0n, 2n ** 47n, 2n ** 63n])
        : BigInt(random.pick([memory, watched, shared]) + random.below(10) * P),
    odd: () =>
      BigInt.asUintN(
        64,
        random.pick([
          ...[0n, 1n, -1n, BigInt(P), BigInt(2 * P), BigInt(16 * P), BigInt(P + 1), -BigInt(P)],
          ...[2n ** 31n, 2n ** 43n, 2n ** 52n, 2n ** 63n],
        ]),
      ),
    small: () => random.below(300),
  });
  return { m, pool };
}

/** Everything that a call could have left its mark on. */
function hashOf({ process }: ScenarioMachine): string {
  const hash = new StateHash();
  process.hashInto(hash);
  for (let fd = 0; fd < 32; fd++) {
    const file = process.file(fd);
    if (file instanceof VmFile) for (let gfn = 0; gfn < 64; gfn++) hash.add(file.vm.isPrivate(gfn) ? 1 : 0);
    if (file instanceof GmemFile) for (let page = 0; page < 8; page++) hash.add(file.gmem.has(page) ? 1 : 0);
  }
  return hash.digest();
}

/** Whether a result says that the call was refused before it did anything. */
function isRefused(result: unknown): boolean {
  if (typeof result === 'number' || typeof result === 'bigint') return result < 0;
  if (typeof result !== 'object' || result === null || !('result' in result)) return false;
  const { result: inner, done } = result as { result: number; done?: number };
  return inner < 0 && !(done !== undefined && done > 0);
}

describe('system calls', () => {
  it('are all tried, but for those that nothing can be wrong about', () => {
    const calls = Object.keys(ALL).filter(name => ALL[name] instanceof GENERATOR);
    expect([...Object.keys(CALLS), ...ALWAYS_RIGHT].sort()).toEqual(calls.sort());
  });

  it.each(WORLDS)('leave everything as it was where they are refused: $name', kind => {
    const refused = new Map<string, number>();
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(...Object.keys(CALLS)), (seed, first) => {
        const { m, pool } = world(kind);
        const arguments_ = pool(new Random(seed));
        for (const name of [first, ...Object.keys(CALLS)]) {
          const before = hashOf(m);
          const { result } = m.start(CALLS[name](m.main, arguments_));
          if (!isRefused(result)) continue;
          refused.set(name, (refused.get(name) ?? 0) + 1);
          expect(hashOf(m), `${name} with seed ${seed} was refused`).toBe(before);
        }
      }),
      { numRuns: 25, seed: 20_261_121 },
    );
    const never = Object.keys(CALLS).filter(name => !refused.has(name));
    expect(never).toEqual([]);
  });
});
