/**
 * One load or store of a guest, from its instruction to its end: through the tables where it can, by KVM's emulator
 * where it must, or out to userspace.
 */
import type { Actor } from '../engine/step.ts';
import { EINTR } from '../host/errno.ts';
import { NO_PFN } from '../host/frames.ts';
import type { Task } from '../host/task.ts';
import { PAGE_SIZE } from '../host/units.ts';
import { emulateAccess } from './emulator.ts';
import { EXIT_DIRTY_RING_FULL, EXIT_INTR, EXIT_MEMORY_FAULT, EXIT_MMIO } from './exits.ts';
import { count } from './faultCounts.ts';
import { guestReadsBytes, guestWritesBytes } from './guestContents.ts';
import {
  MEMORY_EXIT_PRIVATE,
  MEMORY_EXIT_USERFAULT,
  RUN_DONE,
  type RunExit,
  type RunResult,
} from './runExit.ts';
import { shadowFault } from './shadow/shadowFault.ts';
import type { Vcpu } from './vcpu.ts';

/** How a guest's instruction is carried out. */
export type GuestMode =
  /** By the CPU, through the tables. */
  | 'mmu'
  /** By KVM's emulator from the start: real mode and the like where hardware cannot run it. */
  | 'emul';

/** An access of bytes [gpa, gpa + bytes.length): into `bytes` for a read, out of them for a write. */
export interface GuestAccess {
  readonly gpa: number;
  readonly bytes: Uint8Array;
  readonly write: boolean;
  /** What the guest's tables say of the page: private memory is meant. */
  readonly isPrivate: boolean;
  /** It fetches an instruction: one that is not in memory cannot be carried out, nor completed as I/O. */
  readonly fetch?: boolean;
}

/** Carries out one access of a vCPU. */
export function* guestAccess(
  vcpu: Vcpu,
  access: GuestAccess,
  mode: GuestMode,
  task: Task | null,
): Actor<RunResult> {
  if (mode === 'emul') return yield* emulate(vcpu, access, task);
  const { vm } = vcpu;
  const { gpa, bytes, write } = access;
  const first = Math.floor(gpa / PAGE_SIZE);
  const last = Math.floor((gpa + bytes.length - 1) / PAGE_SIZE);
  for (;;) {
    if (task?.signalPending) return interrupted();
    vm.engine.beginAttempt();
    let missing = -1;
    const pfns: number[] = [];
    for (let page = first; page <= last && missing < 0; page++) {
      const pfn =
        vm.shadow === null
          ? yield* throughTables(vcpu, page, access)
          : vm.shadow.translate(page, write, vcpu.shadowRole);
      if (typeof pfn !== 'number')
        return pfn.exit?.reason === 'MMIO' ? yield* emulate(vcpu, access, task) : pfn;
      if (pfn === NO_PFN) missing = page;
      else pfns.push(pfn);
    }
    if (missing < 0) {
      copyFrames(vcpu, access, pfns);
      return RUN_DONE;
    }
    const result = yield* faultShadow(vcpu, missing, access, task);
    if (result !== null) return result;
  }
}

/** The frame of a page through the second stage, or why there is none. */
function* throughTables(
  vcpu: Vcpu,
  gfn: number,
  { write, isPrivate }: GuestAccess,
): Actor<number | RunResult> {
  const pfn = yield* vcpu.access(gfn, write, isPrivate);
  if (pfn !== NO_PFN) return pfn;
  const { exit } = vcpu;
  let left: RunExit = { reason: 'UNKNOWN' };
  if (exit?.reason === EXIT_MMIO) left = { reason: 'MMIO', addr: 0, len: 0, isWrite: write, data: null };
  else if (exit?.reason === EXIT_INTR)
    return { errno: -EINTR, exit: { reason: 'INTR' }, poisonedPage: exit.poisonedPage };
  else if (exit?.reason === EXIT_DIRTY_RING_FULL) left = { reason: 'DIRTY_RING_FULL' };
  else if (exit?.reason === EXIT_MEMORY_FAULT) {
    const flags = (exit.isPrivate ? MEMORY_EXIT_PRIVATE : 0) | (exit.userfault ? MEMORY_EXIT_USERFAULT : 0);
    left = { reason: 'MEMORY_FAULT', flags, gpa: exit.gfn * PAGE_SIZE, size: PAGE_SIZE };
  }
  return { errno: 0 - vcpu.errno, exit: left, poisonedPage: -1 };
}

/** Takes one exit for a page that the shadow does not map. Null where the guest goes on. */
function* faultShadow(
  vcpu: Vcpu,
  page: number,
  access: GuestAccess,
  task: Task | null,
): Actor<RunResult | null> {
  const { vm } = vcpu;
  yield vm.costs.vmExit;
  const reader = vm.srcu.enter();
  count(vcpu, 'faults');
  const fault = yield* shadowFault(vm, page, access.write, task, vcpu.shadowRole);
  if (fault.kind === 'fixed') count(vcpu, 'fixed');
  if (fault.kind === 'emulate') count(vcpu, 'emulated');
  if (fault.kind === 'emulate') {
    const exit = yield* emulateAccess(vm, access.gpa, access.bytes, access.write, task);
    vm.srcu.exit(reader);
    return yield* afterEmulation(vcpu, exit, access, task);
  }
  vm.srcu.exit(reader);
  switch (fault.kind) {
    case 'fixed':
      return null;
    case 'retry':
      yield vm.engine.retry();
      return null;
    case 'poisoned':
      return yield* leave(vcpu, { errno: -EINTR, exit: { reason: 'INTR' }, poisonedPage: fault.page });
    case 'error': {
      if (fault.errno === EINTR) return yield* leave(vcpu, interrupted());
      const exit: RunExit = fault.memoryFault
        ? { reason: 'MEMORY_FAULT', flags: 0, gpa: page * PAGE_SIZE, size: PAGE_SIZE }
        : { reason: 'UNKNOWN' };
      return yield* leave(vcpu, { errno: 0 - fault.errno, exit, poisonedPage: -1 });
    }
  }
}

function* emulate(vcpu: Vcpu, access: GuestAccess, task: Task | null): Actor<RunResult> {
  const { vm } = vcpu;
  yield vm.costs.vmExit;
  const reader = vm.srcu.enter();
  const exit = yield* emulateAccess(vm, access.gpa, access.bytes, access.write, task);
  vm.srcu.exit(reader);
  return yield* afterEmulation(vcpu, exit, access, task);
}

/** An access that was done ends KVM_RUN all the same where a signal came meanwhile: the guest cannot go on. */
function* afterEmulation(
  vcpu: Vcpu,
  exit: RunExit | null,
  access: GuestAccess,
  task: Task | null,
): Actor<RunResult> {
  if (exit !== null) return yield* leave(vcpu, emulated(exit, access));
  return task?.signalPending ? yield* leave(vcpu, interrupted()) : RUN_DONE;
}

function* leave(vcpu: Vcpu, result: RunResult): Actor<RunResult> {
  yield vcpu.vm.costs.userExit;
  return result;
}

/** What the emulator leaves with: an instruction that it cannot even read is an error of its own. */
function emulated(exit: RunExit, { fetch }: GuestAccess): RunResult {
  return { errno: 0, exit: fetch ? { reason: 'INTERNAL_ERROR' } : exit, poisonedPage: -1 };
}

function interrupted(): RunResult {
  return { errno: -EINTR, exit: { reason: 'INTR' }, poisonedPage: -1 };
}

function copyFrames(
  { vm }: Vcpu,
  { gpa, bytes, write, isPrivate }: GuestAccess,
  pfns: readonly number[],
): void {
  let done = 0;
  for (const pfn of pfns) {
    const offset = (gpa + done) % PAGE_SIZE;
    const part = bytes.subarray(done, done + Math.min(bytes.length - done, PAGE_SIZE - offset));
    if (write) guestWritesBytes(vm, pfn, offset, part, isPrivate);
    else guestReadsBytes(vm, pfn, offset, part, isPrivate);
    done += part.length;
  }
}
