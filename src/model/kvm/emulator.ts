/**
 * KVM's own way to carry out a guest's load or store (emulator_read_write, arch/x86/kvm/x86.c): it copies through the
 * slot's host address, and what it cannot reach that way is I/O for userspace.
 *
 * No fault of the second stage is taken: a page that only guest_memfd has is not seen here.
 */
import type { Actor } from '../engine/step.ts';
import { copyUser } from '../host/hostAccess.ts';
import type { Task } from '../host/task.ts';
import { PAGE_SIZE } from '../host/units.ts';
import { markPageDirty } from './dirtyLog.ts';
import { MEM_READONLY, MEMSLOT_INVALID } from './memslots.ts';
import type { RunExit } from './runExit.ts';
import type { Vm } from './vm.ts';

/** Largest piece of I/O that one exit carries. */
const MMIO_BYTES = 8;

/**
 * Carries out an access of bytes [gpa, gpa + bytes.length), reading into `bytes` or writing from them. A piece that is
 * I/O does not keep the pieces after it from being done.
 *
 * @returns null when all of it was memory, else the exit for the first piece that was not.
 */
export function* emulateAccess(
  vm: Vm,
  gpa: number,
  bytes: Uint8Array,
  write: boolean,
  task: Task | null,
): Actor<RunExit | null> {
  let exit: RunExit | null = null;
  for (let done = 0; done < bytes.length; ) {
    const at = gpa + done;
    const count = Math.min(bytes.length - done, PAGE_SIZE - (at % PAGE_SIZE));
    const part = bytes.subarray(done, done + count);
    const reached = yield* copyGuest(vm, at, part, write, task);
    if (!reached) exit ??= mmioExit(at, part, write);
    done += count;
  }
  return exit;
}

/** Copies bytes that lie in one guest page (kvm_vcpu_read_guest_page and its like); false where that fails. */
function* copyGuest(
  vm: Vm,
  gpa: number,
  bytes: Uint8Array,
  write: boolean,
  task: Task | null,
): Actor<boolean> {
  const gfn = Math.floor(gpa / PAGE_SIZE);
  const slot = vm.memslots.set.find(gfn);
  if (slot === undefined || slot.flags & MEMSLOT_INVALID) return false;
  if (write && slot.flags & MEM_READONLY) return false;
  const hva = (slot.hva + gfn - slot.baseGfn) * PAGE_SIZE + (gpa % PAGE_SIZE);
  const copied = yield* copyUser(vm.mm, hva, bytes, write, task);
  if (copied < bytes.length) return false;
  if (write) markPageDirty(vm, slot, gfn);
  return true;
}

function mmioExit(addr: number, bytes: Uint8Array, write: boolean): RunExit {
  const len = Math.min(bytes.length, MMIO_BYTES);
  const data = write ? bytes.slice(0, len) : null;
  return { reason: 'MMIO', addr, len, isWrite: write, data };
}
