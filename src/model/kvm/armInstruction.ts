/**
 * Guest instructions of arm64 that reach memory: the walk of the guest's own table before them, what KVM is told of them
 * when they fault, and what it does where it is told too little (kvm_handle_guest_abort, arch/arm64/kvm/mmu.c;
 * io_mem_abort, arch/arm64/kvm/mmio.c). No translation is remembered: each instruction walks.
 */
import type { Actor } from '../engine/step.ts';
import { ENOSYS } from '../host/errno.ts';
import { NO_PFN } from '../host/frames.ts';
import type { Task } from '../host/task.ts';
import { PAGE_SIZE } from '../host/units.ts';
import { EXIT_MMIO } from './exits.ts';
import { guestAccess } from './guestAccess.ts';
import { RUN_DONE, type RunResult } from './runExit.ts';
import type { Vcpu } from './vcpu.ts';

export type ArmKind =
  /** Loads and stores of eight bytes, whose syndrome says all that emulating them takes. */
  | 'load'
  | 'store'
  /** The same with an address that is written back: the syndrome says nothing. */
  | 'load-preindex'
  | 'store-preindex'
  /** CASAL: stores where it finds zero. */
  | 'compare-and-swap'
  /** DC ZVA: a block of zeros. */
  | 'zero-block'
  /** AT S1E1R: the walk alone. */
  | 'translate'
  | 'fetch';

/** What the stage-1 entry of a page looks like (arch/arm64/include/asm/pgtable-hwdef.h). */
export const PTE_VALID = 3n;
export const PTE_AF = 1n << 10n;

/** Bytes that DC ZVA clears on most CPUs (DCZID_EL0). */
const ZVA_BYTES = 64;

const PAGE_MASK = ~BigInt(PAGE_SIZE - 1) & 0xffff_ffff_ffffn;

export interface ArmInstruction {
  readonly kind: ArmKind;
  /** Guest physical address, in bytes, of the entry that maps the page it is about. */
  readonly pteAt: number;
  /** Bytes from the start of that page. */
  readonly offset?: number;
  /** What a store leaves behind. */
  readonly value?: bigint;
  /** The CPU sets the access flag itself (TCR_EL1.HA). */
  readonly hardwareAf?: boolean;
}

/** What became of an instruction. */
export interface ArmRun {
  readonly run: RunResult;
  /** What was loaded, or found before a swap; null where nothing was. */
  readonly value: bigint | null;
  /** The guest took an abort instead: its own table does not allow the access. */
  readonly aborted: boolean;
}

/** Carries out one instruction of a vCPU. */
export function* armInstruction(vcpu: Vcpu, what: ArmInstruction, task: Task | null): Actor<ArmRun> {
  const entry = yield* walk(vcpu, what, task);
  if (typeof entry !== 'bigint') return entry;
  if (what.kind === 'translate') return ended(RUN_DONE, entry & PAGE_MASK);
  const gpa = Number(entry & PAGE_MASK) + (what.offset ?? 0);
  switch (what.kind) {
    case 'load':
    case 'load-preindex':
    case 'fetch':
      return yield* load(vcpu, gpa, task);
    case 'compare-and-swap':
      return yield* swap(vcpu, gpa, what.value ?? 0n);
    case 'zero-block':
      return withoutSyndrome(yield* store(vcpu, gpa - (gpa % ZVA_BYTES), new Uint8Array(ZVA_BYTES), task));
    case 'store-preindex':
      return withoutSyndrome(yield* store(vcpu, gpa, bytesOf(what.value ?? 0n), task));
    case 'store':
      return ended(yield* store(vcpu, gpa, bytesOf(what.value ?? 0n), task));
  }
}

/** The stage-1 entry, with its access flag set; or how the walk ended. It is a read of the table until it sets the flag. */
function* walk(
  vcpu: Vcpu,
  { pteAt, hardwareAf = false }: ArmInstruction,
  task: Task | null,
): Actor<bigint | ArmRun> {
  const { run, value } = yield* load(vcpu, pteAt, task);
  if (value === null) return { run, value, aborted: run === RUN_DONE };
  if ((value & PTE_VALID) !== PTE_VALID) return ABORTED;
  if (value & PTE_AF) return value;
  if (!hardwareAf) return ABORTED;
  const marked = yield* store(vcpu, pteAt, bytesOf(value | PTE_AF), task);
  // KVM cannot emulate a walk: a table that may not be written is the guest's mistake.
  if (marked.exit?.reason === 'MMIO') return ABORTED;
  return marked.exit === null ? value | PTE_AF : ended(marked);
}

function* load(vcpu: Vcpu, gpa: number, task: Task | null): Actor<ArmRun> {
  const bytes = new Uint8Array(8);
  const run = yield* guestAccess(vcpu, { gpa, bytes, write: false, isPrivate: false }, 'mmu', task);
  return ended(run, run.exit === null ? wordIn(bytes) : null);
}

function* store(vcpu: Vcpu, gpa: number, bytes: Uint8Array, task: Task | null): Actor<RunResult> {
  return yield* guestAccess(vcpu, { gpa, bytes, write: true, isPrivate: false }, 'mmu', task);
}

/** One access that reads and writes: it faults as a write. */
function* swap(vcpu: Vcpu, gpa: number, value: bigint): Actor<ArmRun> {
  const pfn = yield* vcpu.access(Math.floor(gpa / PAGE_SIZE), true, false);
  if (pfn === NO_PFN) {
    const isIo = vcpu.exit?.reason === EXIT_MMIO;
    return ended({ errno: isIo ? -ENOSYS : 0 - vcpu.errno, exit: { reason: 'UNKNOWN' }, poisonedPage: -1 });
  }
  const { contents } = vcpu.vm.host.frames;
  const bytes = new Uint8Array(8);
  contents.read(pfn, gpa % PAGE_SIZE, bytes);
  const found = wordIn(bytes);
  if (found === 0n) contents.write(pfn, gpa % PAGE_SIZE, bytesOf(value));
  return ended(RUN_DONE, found);
}

const ABORTED: ArmRun = { run: RUN_DONE, value: null, aborted: true };

function ended(run: RunResult, value: bigint | null = null): ArmRun {
  return { run, value, aborted: false };
}

/** What would be I/O cannot be carried out: KVM does not know which registers it is about. */
function withoutSyndrome(run: RunResult): ArmRun {
  if (run.exit?.reason !== 'MMIO') return ended(run);
  return ended({ errno: -ENOSYS, exit: { reason: 'UNKNOWN' }, poisonedPage: -1 });
}

function bytesOf(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}

function wordIn(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer).getBigUint64(0, true);
}
