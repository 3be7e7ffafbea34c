/**
 * Loads and stores of a thread of the host, and the kernel's own copies to and from user memory.
 */
import type { Actor } from '../engine/step.ts';
import { readAsHost, writeAsHost } from './ciphertext.ts';
import { faultIn, IN_INTERRUPTED, IN_NO_MAPPING, IN_NO_RIGHT, IN_OOM, IN_POISONED } from './faultIn.ts';
import { NO_PFN } from './frames.ts';
import type { Mm } from './mm.ts';
import type { Task } from './task.ts';
import { PAGE_SIZE } from './units.ts';
import { copyFault, type FaultMode, userFault } from './vmFault.ts';

/** How an access of user mode ended a thread: the signal and its si_code. */
export interface Death {
  readonly signal: 'SIGSEGV' | 'SIGBUS' | 'SIGKILL';
  readonly code: 'MAPERR' | 'ACCERR' | 'ADRERR' | 'MCEERR_AR' | '';
}

/**
 * Brings in the page of an access.
 *
 * @returns its frame, or one of the reasons of `faultIn`.
 */
export function* touch(mm: Mm, page: number, mode: FaultMode): Actor<number> {
  for (;;) {
    const pfn = mm.walk(page, mode.write);
    if (pfn !== NO_PFN) return pfn;
    const result = yield* faultIn(mm, page, mode, false);
    // A page that came may have gone again: the access itself decides.
    if (result > NO_PFN) continue;
    if (result !== IN_INTERRUPTED) return result;
    // The handler of the signal runs, and the access is made again.
    mode.task!.signalPending = false;
  }
}

/** What an access of user mode dies of where no page comes of it. */
function deathOf(mm: Mm, reason: number): Death {
  switch (reason) {
    case IN_NO_MAPPING:
      return { signal: 'SIGSEGV', code: 'MAPERR' };
    case IN_NO_RIGHT:
      return { signal: 'SIGSEGV', code: 'ACCERR' };
    case IN_OOM:
      return { signal: 'SIGKILL', code: '' };
    case IN_POISONED:
      // Without CONFIG_MEMORY_FAILURE the kernel reports broken memory as any other bus error.
      return { signal: 'SIGBUS', code: mm.host.memoryFailure ? 'MCEERR_AR' : 'ADRERR' };
    default:
      return { signal: 'SIGBUS', code: 'ADRERR' };
  }
}

/** Reads bytes as a thread does; address in bytes. Returns them, or what the thread died of. */
export function* loadBytes(
  mm: Mm,
  address: number,
  length: number,
  task: Task | null,
): Actor<Uint8Array | Death> {
  const out = new Uint8Array(length);
  const result = yield* access(mm, address, out, false, task);
  return result ?? out;
}

/** Writes bytes as a thread does; pages before one that fails have been written. Returns null when all were. */
export function* storeBytes(
  mm: Mm,
  address: number,
  bytes: Uint8Array,
  task: Task | null,
): Actor<Death | null> {
  return yield* access(mm, address, bytes, true, task);
}

function* access(
  mm: Mm,
  address: number,
  bytes: Uint8Array,
  write: boolean,
  task: Task | null,
): Actor<Death | null> {
  for (let done = 0; done < bytes.length; ) {
    const page = Math.floor((address + done) / PAGE_SIZE);
    const offset = (address + done) % PAGE_SIZE;
    const count = Math.min(bytes.length - done, PAGE_SIZE - offset);
    const pfn = yield* touch(mm, page, userFault(write, task, offset));
    if (pfn < 0) return deathOf(mm, pfn);
    const part = bytes.subarray(done, done + count);
    if (write) writeAsHost(mm.frames, pfn, offset, part);
    else readAsHost(mm.frames, pfn, offset, part);
    done += count;
  }
  return null;
}

/**
 * Copies from or to user memory as the kernel does for a system call, in place.
 *
 * @returns number of bytes copied: all, or those before the first page that cannot be had.
 */
export function* copyUser(
  mm: Mm,
  address: number,
  bytes: Uint8Array,
  write: boolean,
  task: Task | null,
): Actor<number> {
  let done = 0;
  while (done < bytes.length) {
    const page = Math.floor((address + done) / PAGE_SIZE);
    const offset = (address + done) % PAGE_SIZE;
    const count = Math.min(bytes.length - done, PAGE_SIZE - offset);
    const pfn = yield* touch(mm, page, copyFault(write, task, offset));
    if (pfn < 0) return done;
    const part = bytes.subarray(done, done + count);
    if (write) writeAsHost(mm.frames, pfn, offset, part);
    else readAsHost(mm.frames, pfn, offset, part);
    done += count;
  }
  return done;
}
