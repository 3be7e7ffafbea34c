/** Every system call with arguments of which some are wrong. */
import type { Random } from '../../engine/random.ts';
import type { Actor } from '../../engine/step.ts';
import * as attributeCalls from '../attributeCalls.ts';
import * as encryptCalls from '../encryptCalls.ts';
import type { EncryptCommand } from '../encryptCommand.ts';
import * as fileCalls from '../fileCalls.ts';
import * as kvmCalls from '../kvmCalls.ts';
import * as memoryCalls from '../memoryCalls.ts';
import * as mmapCalls from '../mmap.ts';
import * as policyCalls from '../policyCalls.ts';
import * as preFaultCall from '../preFaultCall.ts';
import type { Thread } from '../process.ts';
import * as regionCalls from '../regionCalls.ts';
import * as ringCalls from '../ringCalls.ts';
import * as runCalls from '../runCalls.ts';
import * as sregsCalls from '../sregsCalls.ts';
import * as statsCall from '../statsCall.ts';
import * as uffdCalls from '../uffdCalls.ts';
import * as uffdFillCalls from '../uffdFillCalls.ts';
import { bytes, P } from './machine.ts';

/** What arguments are made of: descriptors of every kind, places in memory, and numbers at every edge. */
export interface Pool {
  readonly random: Random;
  fd(): number;
  place(): bigint;
  odd(): bigint;
  small(): number;
}

type Call = (thread: Thread, pool: Pool) => Actor<unknown>;

const { kvmMemoryEncryptRegRegion, kvmMemoryEncryptUnregRegion } = encryptCalls;

/** One wrong or right call of each system call, as chance has it. Calls that take none are always right. */
export const CALLS: Readonly<Record<string, Call>> = {
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
export const ALWAYS_RIGHT = ['kvmCreateVm', 'fork', 'openSev', 'movePages'];

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
