/** userfaultfd(2) and its ioctls (fs/userfaultfd.c): lengths and addresses in bytes. */
import { atLeast } from '../arch/profile.ts';
import type { Actor } from '../engine/step.ts';
import { EAGAIN, EBADF, EINVAL } from '../host/errno.ts';
import { copyUser } from '../host/hostAccess.ts';
import { type Fill, fillRange } from '../host/uffdFill.ts';
import { moveRange } from '../host/uffdMove.ts';
import { writeProtectRange } from '../host/uffdProtect.ts';
import { registerRange, unregisterRange } from '../host/uffdRegister.ts';
import { PAGE_SIZE } from '../host/units.ts';
import { readUserfaultfd, wakeUserfaults } from '../host/userfault.ts';
import {
  UFFD_FEATURE_WP_ASYNC,
  UFFD_FEATURE_WP_UNPOPULATED,
  UFFD_FEATURES,
  type UffdMessage,
  Userfaultfd,
} from '../host/userfaultfd.ts';
import { VM_UFFD_MINOR, VM_UFFD_MISSING, VM_UFFD_WP } from '../host/vma.ts';
import type { Thread } from './process.ts';
import { isPageAligned, pageOf, TASK_SIZE, type U64, u64 } from './u64.ts';
import { UffdFile } from './uffdFile.ts';

/** UFFD_API: what UFFDIO_API must be asked for. */
export const UFFD_API = 0xaan;

const UFFD_USER_MODE_ONLY = 1;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;

const MODE_MISSING = 1n;
const MODE_WP = 2n;
const MODE_MINOR = 4n;

/** Bits of `ioctls` that UFFDIO_API reports: API, REGISTER, UNREGISTER. */
const API_IOCTLS = (1n << 63n) | (1n << 0n) | (1n << 1n);
/** WAKE, COPY, ZEROPAGE, MOVE, POISON; WRITEPROTECT and CONTINUE by mode. */
const RANGE_IOCTLS = 0x13cn;
/** On huge pages: WAKE, COPY, POISON. */
const HUGE_IOCTLS = 0x10cn;
const IOCTL_WRITEPROTECT = 1n << 6n;
const IOCTL_CONTINUE = 1n << 7n;

/** Since when a userfaultfd can unregister its own ranges alone. */
const OWN_RANGES_ONLY = [6, 17] as const;

const DONTWAKE = 1n;
const MOVE_ALLOW_HOLES = 2n;
/** Since when pages can be moved. */
const MOVES = [6, 8] as const;
const FILL_WP = 2n;

/** userfaultfd(2): a descriptor, or -EINVAL. */
export function* userfaultfd(thread: Thread, flags: number): Actor<number> {
  const { process } = thread;
  yield process.mm.costs.systemCall;
  if (flags & ~(O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY)) return -EINVAL;
  const { engine, costs } = process.mm;
  const uffd = new Userfaultfd(engine, costs, (flags & UFFD_USER_MODE_ONLY) !== 0);
  return process.install(new UffdFile(uffd, process.mm, (flags & O_NONBLOCK) !== 0));
}

function fileOf(thread: Thread, fd: number): UffdFile | number {
  const file = thread.process.file(fd);
  if (file === undefined) return -EBADF;
  return file instanceof UffdFile ? file : file.unknownIoctl(thread.process.mm);
}

/** The file behind an ioctl other than UFFDIO_API, which must have come first. */
function readyFile(thread: Thread, fd: number): UffdFile | number {
  const file = fileOf(thread, fd);
  return typeof file !== 'number' && !file.uffd.initialized ? -EINVAL : file;
}

/** UFFDIO_API: what there is, or a negated errno. */
export function* uffdioApi(
  thread: Thread,
  fd: number,
  api: U64,
  features: U64,
): Actor<{ features: bigint; ioctls: bigint } | number> {
  const file = fileOf(thread, fd);
  if (typeof file === 'number') return file;
  yield file.mm.costs.systemCall;
  const wanted = u64(features);
  if (u64(api) !== UFFD_API || wanted & ~BigInt(UFFD_FEATURES)) return -EINVAL;
  if (file.uffd.initialized) return -EINVAL;
  file.uffd.initialized = true;
  file.uffd.features = Number(wanted);
  if (file.uffd.has(UFFD_FEATURE_WP_ASYNC)) file.uffd.features |= UFFD_FEATURE_WP_UNPOPULATED;
  return { features: BigInt(UFFD_FEATURES), ioctls: API_IOCTLS };
}

/** 0, or -EINVAL where a range is not of whole pages below the end of user addresses. */
function validRange(start: bigint, length: bigint): boolean {
  return isPageAligned(start) && validLength(start, length);
}

function validLength(start: bigint, length: bigint): boolean {
  return isPageAligned(length) && length > 0n && start < TASK_SIZE && length <= TASK_SIZE - start;
}

/** UFFDIO_REGISTER: the ioctls that work on the range, or a negated errno. */
export function* uffdioRegister(
  thread: Thread,
  fd: number,
  address: U64,
  length: U64,
  mode: U64,
): Actor<bigint | number> {
  const file = readyFile(thread, fd);
  if (typeof file === 'number') return file;
  const start = u64(address);
  const bytes = u64(length);
  const modes = u64(mode);
  if (modes === 0n || modes & ~(MODE_MISSING | MODE_WP | MODE_MINOR)) return -EINVAL;
  if (!validRange(start, bytes)) return -EINVAL;
  let flags = 0;
  if (modes & MODE_MISSING) flags |= VM_UFFD_MISSING;
  if (modes & MODE_WP) flags |= VM_UFFD_WP;
  if (modes & MODE_MINOR) flags |= VM_UFFD_MINOR;
  const first = pageOf(start);
  const result = yield* registerRange(file.mm, file.uffd, first, first + pageOf(bytes), flags);
  if (result < 0) return result;
  let ioctls = result === 1 ? HUGE_IOCTLS : RANGE_IOCTLS;
  if (modes & MODE_WP) ioctls |= IOCTL_WRITEPROTECT;
  if (modes & MODE_MINOR) ioctls |= IOCTL_CONTINUE;
  return ioctls;
}

/** UFFDIO_UNREGISTER: 0 or a negated errno. */
export function* uffdioUnregister(thread: Thread, fd: number, address: U64, length: U64): Actor<number> {
  const file = readyFile(thread, fd);
  if (typeof file === 'number') return file;
  const start = u64(address);
  const bytes = u64(length);
  if (!validRange(start, bytes)) return -EINVAL;
  const first = pageOf(start);
  const ofOthers = !atLeast(thread.process.kernel.profile.release, OWN_RANGES_ONLY);
  return yield* unregisterRange(file.mm, file.uffd, first, first + pageOf(bytes), ofOthers);
}

/** UFFDIO_WAKE: 0 or a negated errno. */
export function* uffdioWake(thread: Thread, fd: number, address: U64, length: U64): Actor<number> {
  const file = readyFile(thread, fd);
  if (typeof file === 'number') return file;
  const start = u64(address);
  const bytes = u64(length);
  yield file.mm.costs.systemCall;
  if (!validRange(start, bytes)) return -EINVAL;
  yield* wakeUserfaults(file.uffd, Number(start), Number(bytes));
  return 0;
}

/** What an ioctl that fills pages leaves behind: its result, and the field of its struct that counts bytes. */
export interface FillResult {
  /** 0 or a negated errno. */
  readonly result: number;
  /** The field as the kernel left it: bytes, a negated errno, or 0 where it was not written. */
  readonly done: number;
}

function untouched(result: number): FillResult {
  return { result, done: 0 };
}

/** What all of them share after their arguments are in order: fill, report, wake. */
function* fill(file: UffdFile, start: bigint, bytes: bigint, mode: bigint, what: Fill): Actor<FillResult> {
  const { uffd, mm } = file;
  const first = pageOf(start);
  const filled = yield* fillRange(mm, uffd, first, first + pageOf(bytes), what);
  return yield* report(file, start, bytes, mode, filled);
}

/** What is left in the struct after `filled` pages, and whom that wakes. */
function* report(
  { uffd }: UffdFile,
  start: bigint,
  bytes: bigint,
  mode: bigint,
  filled: number,
): Actor<FillResult> {
  if (filled < 0) return { result: filled, done: filled };
  const done = filled * PAGE_SIZE;
  if (!(mode & DONTWAKE)) yield* wakeUserfaults(uffd, Number(start), done);
  return { result: done === Number(bytes) ? 0 : -EAGAIN, done };
}

function changing({ uffd }: UffdFile): FillResult | null {
  uffd.noteRead();
  return uffd.mapChanging > 0 ? { result: -EAGAIN, done: -EAGAIN } : null;
}

/** Where UFFDIO_COPY takes its bytes from: memory of the caller's, or bytes that are known to be readable. */
export type CopySource = { readonly address: U64 } | Uint8Array;

/** UFFDIO_COPY. */
export function* uffdioCopy(
  thread: Thread,
  fd: number,
  destination: U64,
  source: CopySource,
  length: U64,
  mode: U64,
): Actor<FillResult> {
  const file = readyFile(thread, fd);
  if (typeof file === 'number') return untouched(file);
  const busy = changing(file);
  if (busy !== null) return busy;
  const start = u64(destination);
  const bytes = u64(length);
  const modes = u64(mode);
  const from = source instanceof Uint8Array ? 0n : u64(source.address);
  if (!validLength(from, bytes) || !validRange(start, bytes)) return untouched(-EINVAL);
  if (modes & ~(DONTWAKE | FILL_WP)) return untouched(-EINVAL);
  const pages = source instanceof Uint8Array ? null : yield* readPages(thread, from, pageOf(bytes));
  const { contents } = file.mm.frames;
  return yield* fill(file, start, bytes, modes, {
    kind: 'copy',
    protect: (modes & FILL_WP) !== 0n,
    into: (pfn, nth) => {
      const page =
        pages === null ? (source as Uint8Array).subarray(nth * PAGE_SIZE, (nth + 1) * PAGE_SIZE) : pages[nth];
      if (page === undefined) return false;
      contents.write(pfn, 0, page);
      return true;
    },
  });
}

/** Reads the caller's pages before any lock is taken, up to the first that cannot be had. */
function* readPages({ process, task }: Thread, from: bigint, count: number): Actor<Uint8Array[]> {
  const out: Uint8Array[] = [];
  while (out.length < count) {
    const page = new Uint8Array(PAGE_SIZE);
    const address = Number(from) + out.length * PAGE_SIZE;
    const copied = yield* copyUser(process.mm, address, page, false, task);
    if (copied < PAGE_SIZE) break;
    out.push(page);
  }
  return out;
}

/** UFFDIO_ZEROPAGE. */
export function* uffdioZeropage(
  thread: Thread,
  fd: number,
  address: U64,
  length: U64,
  mode: U64,
): Actor<FillResult> {
  return yield* simpleFill(thread, fd, address, length, mode, DONTWAKE, { kind: 'zeropage' });
}

/** UFFDIO_CONTINUE. */
export function* uffdioContinue(
  thread: Thread,
  fd: number,
  address: U64,
  length: U64,
  mode: U64,
): Actor<FillResult> {
  const protect = (u64(mode) & FILL_WP) !== 0n;
  const what: Fill = { kind: 'continue', protect };
  return yield* simpleFill(thread, fd, address, length, mode, DONTWAKE | FILL_WP, what);
}

/** struct uffdio_move; addresses and length in bytes. */
export interface UffdMove {
  readonly dst: U64;
  readonly src: U64;
  readonly len: U64;
  readonly mode: U64;
}

/** UFFDIO_MOVE: pages are moved into holes instead of being copied, since 6.8. */
export function* uffdioMove(thread: Thread, fd: number, move: UffdMove): Actor<FillResult> {
  const file = readyFile(thread, fd);
  if (typeof file === 'number') return untouched(file);
  if (!atLeast(thread.process.kernel.profile.release, MOVES)) return untouched(-EINVAL);
  const busy = changing(file);
  if (busy !== null) return busy;
  const { mm, uffd } = file;
  const [dst, src, bytes, modes] = [u64(move.dst), u64(move.src), u64(move.len), u64(move.mode)];
  if (mm !== thread.process.mm || !validRange(dst, bytes) || !validRange(src, bytes))
    return untouched(-EINVAL);
  if (modes & ~(DONTWAKE | MOVE_ALLOW_HOLES)) return untouched(-EINVAL);
  const allowHoles = (modes & MOVE_ALLOW_HOLES) !== 0n;
  const range = { to: pageOf(dst), from: pageOf(src), pages: pageOf(bytes), allowHoles };
  return yield* report(file, dst, bytes, modes, yield* moveRange(mm, uffd, range));
}

/** UFFDIO_POISON. */
export function* uffdioPoison(
  thread: Thread,
  fd: number,
  address: U64,
  length: U64,
  mode: U64,
): Actor<FillResult> {
  return yield* simpleFill(thread, fd, address, length, mode, DONTWAKE, { kind: 'poison' });
}

function* simpleFill(
  thread: Thread,
  fd: number,
  address: U64,
  length: U64,
  mode: U64,
  known: bigint,
  what: Fill,
): Actor<FillResult> {
  const file = readyFile(thread, fd);
  if (typeof file === 'number') return untouched(file);
  const busy = changing(file);
  if (busy !== null) return busy;
  const start = u64(address);
  const bytes = u64(length);
  const modes = u64(mode);
  if (!validRange(start, bytes) || modes & ~known) return untouched(-EINVAL);
  return yield* fill(file, start, bytes, modes, what);
}

const PROTECT = 1n;
const PROTECT_DONTWAKE = 2n;

/** UFFDIO_WRITEPROTECT: 0 or a negated errno. */
export function* uffdioWriteprotect(
  thread: Thread,
  fd: number,
  address: U64,
  length: U64,
  mode: U64,
): Actor<number> {
  const file = readyFile(thread, fd);
  if (typeof file === 'number') return file;
  if (changing(file) !== null) return -EAGAIN;
  const start = u64(address);
  const bytes = u64(length);
  const modes = u64(mode);
  if (!validRange(start, bytes)) return -EINVAL;
  if (modes & ~(PROTECT | PROTECT_DONTWAKE)) return -EINVAL;
  const protect = (modes & PROTECT) !== 0n;
  const quiet = (modes & PROTECT_DONTWAKE) !== 0n;
  if (protect && quiet) return -EINVAL;
  const first = pageOf(start);
  const result = yield* writeProtectRange(file.mm, file.uffd, first, first + pageOf(bytes), protect);
  if (result === 0 && !protect && !quiet) yield* wakeUserfaults(file.uffd, Number(start), Number(bytes));
  return result;
}

/** A message, with the new descriptor where it tells of a fork; or a negated errno. */
export type ReadMessage = UffdMessage | (UffdMessage & { readonly event: 'fork'; readonly fd: number });

/** read(2) of one message. */
export function* readMessage(thread: Thread, fd: number): Actor<ReadMessage | number> {
  if (thread.process.file(fd) === undefined) return -EBADF;
  const file = readyFile(thread, fd);
  // Any descriptor may be read; what has nothing to read refuses the argument.
  if (typeof file === 'number') return -EINVAL;
  yield file.mm.costs.systemCall;
  const message = yield* readUserfaultfd(file.uffd, file.nonblocking, thread.task);
  if (typeof message === 'number' || message.event !== 'fork') return message;
  const child = new UffdFile(
    message.child,
    thread.process.kernel.heirs.get(message.child)!,
    file.nonblocking,
  );
  return { ...message, fd: thread.process.install(child) };
}
