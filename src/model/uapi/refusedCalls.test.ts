/** A wrong call never corrupts the machine: whatever a system call refuses, everything is as it was before. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Profile, rulesOf } from '../arch/profile.ts';
import { attributesIoctl } from '../designs/conversion/attributesIoctl.ts';
import { inPlace } from '../designs/conversion/inPlace.ts';
import { flushOnGmemFree } from '../designs/reclaim/flushOnGmemFree.ts';
import { StateHash } from '../engine/hash.ts';
import { Random } from '../engine/random.ts';
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
import * as regionCalls from './regionCalls.ts';
import * as ringCalls from './ringCalls.ts';
import * as runCalls from './runCalls.ts';
import { bytes, P, ScenarioMachine } from './scenarios/machine.ts';
import { ALWAYS_RIGHT, CALLS, type Pool } from './scenarios/oddCalls.ts';
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
