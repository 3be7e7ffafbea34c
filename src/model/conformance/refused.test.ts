import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { profile } from '../arch/profile.ts';
import { StateHash } from '../engine/hash.ts';
import { FLAVOURS, type Flavour, generateOps } from './generate.ts';
import { Names } from './names.ts';
import { performCall } from './performCall.ts';
import type { RecordedOp } from './recording.ts';
import { replayCase } from './replayCase.ts';
import { ReplayMachine } from './replayMachine.ts';

/**
 * Calls that the kernel leaves half done where they fail: those that work through a range and stop at the first hole
 * or full page, and those that are a thread's or a guest's access, whose pages come one after the other.
 */
const MAY_STOP_HALFWAY = new Set([
  'munmap',
  'mprotect',
  'madvise',
  'mremap',
  'host.forkRun',
  'vcpu.read',
  'vcpu.write',
  'vcpu.create',
  'host.read',
  'host.write',
]);

/** A mapping put over another one is made by taking that away first; the file may then refuse. */
function overAnother(op: RecordedOp): boolean {
  return op.op === 'mmap' && op.at !== undefined;
}

/** A fill readies a private mapping for pages of its own before it looks further, as the kernel's does (anon_vma). */
function readiesMapping(op: RecordedOp): boolean {
  return /^uffd\.(copy|zeropage|continue|poison)$/.test(op.op);
}

/** What a call that fills pages left in its struct: some of them were done before it stopped. */
function someDone(result: Record<string, unknown>): boolean {
  return Object.values((result.after ?? {}) as object).some(done => typeof done === 'number' && done > 0);
}

function hashOf(machine: ReplayMachine): string {
  const hash = new StateHash();
  machine.process.hashInto(hash);
  return hash.digest();
}

/** Carries a sequence out; returns how many calls were refused, by name. */
function run(seed: number, flavour: Flavour): Map<string, number> {
  const machine = new ReplayMachine({
    profile: profile({ mmu: 'shadow', bugCompatible: true }),
    memoryFailure: true,
  });
  const names = new Names();
  const refused = new Map<string, number>();
  const context = { thread: machine.main, names, guestMode: () => 'mmu' as const };
  for (const op of generateOps(seed, flavour, 80)) {
    const exempt = MAY_STOP_HALFWAY.has(op.op) || overAnother(op);
    // What has been readied once stays so: the same call made once more must leave everything as it is.
    if (readiesMapping(op)) machine.start(machine.main, performCall(op, context));
    const before = exempt ? '' : hashOf(machine);
    const job = machine.start(machine.main, performCall(op, context));
    const result = job.result as Record<string, unknown>;
    if (exempt || result?.errno === undefined || someDone(result)) continue;
    refused.set(op.op, (refused.get(op.op) ?? 0) + 1);
    expect(hashOf(machine), `seed ${seed}, ${flavour}: ${JSON.stringify(op)} -> ${result.errno}`).toBe(
      before,
    );
  }
  return refused;
}

describe('a refused call', () => {
  it.each(FLAVOURS)('leaves the machine as it was, in sequences about %s', flavour => {
    let refusals = 0;
    fc.assert(
      fc.property(fc.nat(), seed => {
        for (const times of run(seed, flavour).values()) refusals += times;
      }),
      { numRuns: 12, seed: 20_261_121 },
    );
    expect(refusals).toBeGreaterThan(100);
  });

  it('is looked for in every kind of call that is not a thread’s access', () => {
    const seen = new Set<string>();
    for (const flavour of FLAVOURS) {
      for (let seed = 0; seed < 6; seed++) for (const op of run(seed, flavour).keys()) seen.add(op);
    }
    const kinds = ['vm.setRegion', 'gmem.create', 'fd.fallocate', 'fd.lseek', 'uffd.register', 'uffd.copy'];
    expect([...seen]).toEqual(expect.arrayContaining(kinds));
  });
});

describe('the state hash', () => {
  it('differs after a call that changed something', () => {
    const machine = new ReplayMachine({ profile: profile(), memoryFailure: true });
    const context = { thread: machine.main, names: new Names(), guestMode: () => 'mmu' as const };
    const hashes = [hashOf(machine)];
    const ops: RecordedOp[] = [
      { op: 'vm.create', vm: 'vm0' },
      { op: 'mmap', as: 'anon0', len: 8192, prot: 3, flags: 0x22 },
      { op: 'host.write', addr: 'anon0', data: '01' },
      { op: 'host.write', addr: 'anon0', data: '02' },
      { op: 'vm.setRegion', vm: 'vm0', api: 2, slot: 0, flags: 0, gpa: 0, size: 4096, hva: 'anon0' },
      { op: 'vm.setRegion', vm: 'vm0', api: 2, slot: 0, flags: 1, gpa: 0, size: 4096, hva: 'anon0' },
      { op: 'gmem.create', vm: 'vm0', gmem: 'gmem0', size: 4096, flags: 0 },
      { op: 'fd.fallocate', fd: 'gmem0', mode: 1, offset: 0, len: 4096 },
      { op: 'memfd.create', fd: 'mf0', size: 4096 },
      { op: 'fd.write', fd: 'mf0', data: 'aa', offset: 0 },
      { op: 'fd.ftruncate', fd: 'mf0', size: 8192 },
      { op: 'uffd.create', uffd: 'uf0' },
      { op: 'uffd.api', uffd: 'uf0', features: 1 },
      { op: 'uffd.register', uffd: 'uf0', addr: 'anon0', len: 4096, mode: 1 },
    ];
    for (const op of ops) {
      const { result } = machine.start(machine.main, performCall(op, context));
      expect(result, op.op).toMatchObject({ ok: true });
      hashes.push(hashOf(machine));
    }
    const idle = ops.filter((_, at) => hashes[at] === hashes[at + 1]).map(op => op.op);
    expect(idle).toEqual([]);
  });
});

describe('an access of a guest', () => {
  it.each([
    [-1, 'from 0 to 2^52'],
    [2 ** 52, 'from 0 to 2^52'],
    [1e241, 'from 0 to 2^52'],
  ])('at %s is no operation of a machine', (gpa, said) => {
    for (const mode of ['mmu', 'emul']) {
      const ops: RecordedOp[] = [
        { op: 'vm.create', vm: 'vm0', result: { ok: true } },
        { op: 'vcpu.create', vm: 'vm0', vcpu: 'cpu0', mode, result: { ok: true } },
        { op: 'vcpu.read', vcpu: 'cpu0', gpa, size: 4, result: { ok: true } },
      ];
      const machine = { profile: profile(), memoryFailure: true };
      const { mismatches } = replayCase({ name: 'far', family: 'A', ops }, machine);
      expect(mismatches).toMatchObject([{ index: 2, got: { thrown: expect.stringContaining(said) } }]);
    }
  });
});
