/**
 * Operations that one thread carries out from beginning to end: what each recorded name means as a system call.
 */
import type { Actor } from '../engine/step.ts';
import { loadBytes, storeBytes } from '../host/hostAccess.ts';
import { PAGE_SIZE } from '../host/units.ts';
import type { GuestMode } from '../kvm/guestAccess.ts';
import { GuestTables } from '../kvm/shadow/guestTables.ts';
import {
  close,
  dup,
  fallocate,
  fstat,
  ftruncate,
  lseek,
  memfdCreate,
  read,
  write,
} from '../uapi/fileCalls.ts';
import { fork } from '../uapi/forkCall.ts';
import {
  kvmCheckExtension,
  kvmClearDirtyLog,
  kvmCreateGuestMemfd,
  kvmCreateVcpu,
  kvmCreateVm,
  kvmEnableCap,
  kvmGetDirtyLog,
  vmOf,
} from '../uapi/kvmCalls.ts';
import { MREMAP_FIXED, MREMAP_MAYMOVE, madvise, mincore, mprotect, mremap } from '../uapi/memoryCalls.ts';
import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_PRIVATE,
  mmap,
  munmap,
  PROT_READ,
  PROT_WRITE,
} from '../uapi/mmap.ts';
import type { Thread } from '../uapi/process.ts';
import { kvmSetUserMemoryRegion, kvmSetUserMemoryRegion2 } from '../uapi/regionCalls.ts';
import { bytesOf, hexOf, type Names, NoMapping, number, readLength, wide } from './names.ts';
import { performUffd } from './performUffd.ts';
import type { RecordedOp } from './recording.ts';
import { accessGuest } from './replayAccess.ts';
import { loaded, plain, type Result, status, stored, withValue } from './results.ts';

/** An operation, or an argument of one, that the replayer does not know. */
export class UnknownOp extends Error {}

/** Who carries an operation out. */
export interface Context {
  readonly thread: Thread;
  readonly names: Names;
  /** How a vCPU's instructions are carried out. */
  readonly guestMode: (vcpu: string) => GuestMode | undefined;
}

type Perform = (op: RecordedOp, context: Context) => Actor<Result>;

/** The slot that every VM with a vCPU has for its code and page tables. */
const CTRL_SLOT = 1000;
const CTRL_GPA = 0x10000000;
const CTRL_SIZE = 0x10000;

const CALLS: Readonly<Record<string, Perform>> = {
  *'vm.create'(op, { thread, names }) {
    const fd = yield* kvmCreateVm(thread);
    if (fd >= 0) names.nameDescriptor(String(op.vm), fd);
    return plain(fd);
  },
  *'vm.checkExtension'(op, { thread, names }) {
    return withValue(yield* kvmCheckExtension(thread, names.descriptor(op.vm), number(op, 'cap')));
  },
  *'vm.enableCap'(op, { thread, names }) {
    const args = Array.isArray(op.args) ? op.args.map(BigInt) : [];
    const fd = names.descriptor(op.vm);
    return plain(yield* kvmEnableCap(thread, fd, number(op, 'cap'), number(op, 'flags'), args));
  },
  *'vm.setRegion'(op, { thread, names }) {
    const region = {
      slot: number(op, 'slot'),
      flags: number(op, 'flags'),
      guestPhysAddr: wide(op, 'gpa'),
      memorySize: wide(op, 'size'),
      userspaceAddr: names.address(op.hva),
      guestMemfd: op.gmem === undefined ? 0 : names.descriptor(op.gmem),
      guestMemfdOffset: wide(op, 'gmemOffset'),
    };
    const call = number(op, 'api') === 1 ? kvmSetUserMemoryRegion : kvmSetUserMemoryRegion2;
    return plain(yield* call(thread, names.descriptor(op.vm), region));
  },
  *'vm.getDirtyLog'(op, { thread, names }) {
    const dirty = yield* kvmGetDirtyLog(thread, names.descriptor(op.vm), number(op, 'slot'));
    if (typeof dirty === 'number') return plain(dirty);
    // The bitmap is looked at as far as the caller's buffer goes.
    return { ok: true, dirty: dirty.filter(page => page < number(op, 'npages')) };
  },
  *'vm.clearDirtyLog'(op, { thread, names }) {
    const log = {
      slot: number(op, 'slot'),
      firstPage: wide(op, 'firstPage'),
      numPages: number(op, 'numPages'),
      pages: Array.isArray(op.pages) ? op.pages.map(Number) : [],
    };
    return plain(yield* kvmClearDirtyLog(thread, names.descriptor(op.vm), log));
  },
  *'gmem.create'(op, { thread, names }) {
    const args = { size: wide(op, 'size'), flags: wide(op, 'flags') };
    const fd = yield* kvmCreateGuestMemfd(thread, names.descriptor(op.vm), args);
    if (fd >= 0) names.nameDescriptor(String(op.gmem), fd);
    return plain(fd);
  },
  *'memfd.create'(op, { thread, names }) {
    const fd = yield* memfdCreate(thread, number(op, 'flags'));
    if (fd < 0) return plain(fd);
    const sized = yield* ftruncate(thread, fd, wide(op, 'size'));
    if (sized < 0) {
      yield* close(thread, fd);
      return plain(sized);
    }
    names.nameDescriptor(String(op.fd), fd);
    return { ok: true };
  },
  *'fd.fallocate'(op, { thread, names }) {
    const fd = names.descriptor(op.fd);
    return plain(yield* fallocate(thread, fd, number(op, 'mode'), wide(op, 'offset'), wide(op, 'len')));
  },
  *'fd.fstat'(op, { thread, names }) {
    return status(yield* fstat(thread, names.descriptor(op.fd)));
  },
  *'fd.ftruncate'(op, { thread, names }) {
    const size = op.size === undefined ? wide(op, 'len') : wide(op, 'size');
    return plain(yield* ftruncate(thread, names.descriptor(op.fd), size));
  },
  *'fd.lseek'(op, { thread, names }) {
    const fd = names.descriptor(op.fd);
    return withValue(yield* lseek(thread, fd, wide(op, 'offset'), number(op, 'whence')));
  },
  *'fd.read'(op, { thread, names }) {
    const offset = op.offset === undefined ? null : wide(op, 'offset');
    const result = yield* read(thread, names.descriptor(op.fd), readLength(op, 'len'), offset);
    return typeof result === 'number' ? plain(result) : { ok: true, value: hexOf(result) };
  },
  *'fd.write'(op, { thread, names }) {
    const offset = op.offset === undefined ? null : wide(op, 'offset');
    return withValue(yield* write(thread, names.descriptor(op.fd), bytesOf(op.data), offset));
  },
  *'fd.close'(op, { thread, names }) {
    const result = yield* close(thread, names.descriptor(op.fd));
    names.forgetDescriptor(op.fd);
    return plain(result);
  },
  *'fd.dup'(op, { thread, names }) {
    const fd = yield* dup(thread, names.descriptor(op.fd));
    if (fd >= 0) names.nameDescriptor(String(op.as), fd);
    return plain(fd);
  },
  *mmap(op, { thread, names }) {
    const length = wide(op, 'len');
    const over = op.at !== undefined;
    // A new mapping is put where nothing is; one `at` an address takes the place of whatever is there.
    const at = over ? names.address(op.at) : BigInt(names.choosePlace(length));
    const flags = number(op, 'flags') | (over ? MAP_FIXED : MAP_FIXED_NOREPLACE);
    const fd = op.fd === undefined ? -1 : names.descriptor(op.fd);
    const result = yield* mmap(thread, at, length, number(op, 'prot'), flags, fd, wide(op, 'offset'));
    if (result >= 0 && op.as !== undefined) names.nameMapping(String(op.as), result, Number(length));
    return plain(result);
  },
  *munmap(op, { thread, names }) {
    return plain(yield* munmap(thread, names.address(op.addr), wide(op, 'len')));
  },
  *mprotect(op, { thread, names }) {
    return plain(yield* mprotect(thread, names.address(op.addr), wide(op, 'len'), number(op, 'prot')));
  },
  *madvise(op, { thread, names }) {
    return plain(yield* madvise(thread, names.address(op.addr), wide(op, 'len'), number(op, 'advice')));
  },
  *mremap(op, { thread, names }) {
    const from = names.address(op.addr);
    const to = op.to === undefined ? 0n : names.address(op.to);
    const flags = op.to === undefined ? 0 : MREMAP_MAYMOVE | MREMAP_FIXED;
    return plain(yield* mremap(thread, from, wide(op, 'oldLen'), wide(op, 'newLen'), flags, to));
  },
  *mincore(op, { thread, names }) {
    const result = yield* mincore(thread, names.address(op.addr), wide(op, 'len'));
    return typeof result === 'number' ? plain(result) : { ok: true, value: result };
  },
  *'host.read'(op, { thread, names }) {
    const address = Number(names.address(op.addr));
    return loaded(yield* loadBytes(thread.process.mm, address, readLength(op, 'len'), thread.task));
  },
  *'host.write'(op, { thread, names }) {
    const address = Number(names.address(op.addr));
    return stored(yield* storeBytes(thread.process.mm, address, bytesOf(op.data), thread.task));
  },
  *'host.forkRun'(op, context) {
    const child = yield* fork(context.thread);
    const inner: Context = { ...context, thread: child.createThread(), names: context.names.copy() };
    const value: Result[] = [];
    for (const step of op.ops ?? []) value.push(yield* performInner(step, inner));
    yield* child.exit();
    return { ok: true, value };
  },
  *'vcpu.create'(op, { thread, names }) {
    const vm = names.descriptor(op.vm);
    if (op.ctrlSlot !== false) {
      const failed = yield* addCtrlSlot(thread, vm, names, op.pteDirty !== false);
      if (failed !== 0) return plain(failed);
    }
    const fd = yield* kvmCreateVcpu(thread, vm, wide(op, 'id'));
    if (fd >= 0) names.nameDescriptor(String(op.vcpu), fd);
    return plain(fd);
  },
  *'vcpu.read'(op, { thread, names, guestMode }) {
    return yield* accessGuest(op, false, thread, names, guestMode(String(op.vcpu)) ?? 'mmu');
  },
  *'vcpu.write'(op, { thread, names, guestMode }) {
    return yield* accessGuest(op, true, thread, names, guestMode(String(op.vcpu)) ?? 'mmu');
  },
};

function* addCtrlSlot(thread: Thread, vm: number, names: Names, dirty: boolean): Actor<number> {
  const at = names.choosePlace(BigInt(CTRL_SIZE));
  const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
  const memory = yield* mmap(thread, at, CTRL_SIZE, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (memory < 0) return memory;
  // Code and tables are written there: the pages are in memory from the start.
  for (let page = 0; page < CTRL_SIZE / PAGE_SIZE; page++) {
    yield* storeBytes(thread.process.mm, memory + page * PAGE_SIZE, new Uint8Array(1), thread.task);
  }
  const region = {
    slot: CTRL_SLOT,
    flags: 0,
    guestPhysAddr: CTRL_GPA,
    memorySize: CTRL_SIZE,
    userspaceAddr: memory,
  };
  const result = yield* kvmSetUserMemoryRegion(thread, vm, region);
  const made = vmOf(thread, vm);
  if (result === 0 && typeof made !== 'number' && made.shadow !== null) {
    made.shadow.guest = new GuestTables(dirty);
  }
  return result;
}

/** Carries out an operation within another one: naming a mapping that was never made skips that one alone. */
function* performInner(op: RecordedOp, context: Context): Actor<Result> {
  try {
    return yield* performCall(op, context);
  } catch (error) {
    if (error instanceof NoMapping) return error.skipped;
    throw error;
  }
}

/**
 * Carries out one operation.
 *
 * @throws UnknownOp where the replayer does not know it; NoMapping where it names a mapping that was never made.
 */
export function* performCall(op: RecordedOp, context: Context): Actor<Result> {
  if (op.op.startsWith('uffd.')) {
    const result = yield* performUffd(op, context.thread, context.names);
    if (result !== null) return result;
  } else if (Object.hasOwn(CALLS, op.op)) {
    return yield* CALLS[op.op](op, context);
  }
  throw new UnknownOp(`there is no operation ${op.op}`);
}
