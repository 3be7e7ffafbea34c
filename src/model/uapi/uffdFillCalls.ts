/** The ioctls of a userfaultfd that put pages into a range (fs/userfaultfd.c): lengths and addresses in bytes. */
import { atLeast } from '../arch/profile.ts';
import type { Actor } from '../engine/step.ts';
import { EAGAIN, EINVAL } from '../host/errno.ts';
import { copyUser } from '../host/hostAccess.ts';
import { type Fill, fillRange } from '../host/uffdFill.ts';
import { moveRange } from '../host/uffdMove.ts';
import { PAGE_SIZE } from '../host/units.ts';
import { wakeUserfaults } from '../host/userfault.ts';
import type { Thread } from './process.ts';
import { pageOf, type U64, u64 } from './u64.ts';
import { isChanging, readyFile, validLength, validRange } from './uffdArguments.ts';
import type { UffdFile } from './uffdFile.ts';
import { MOVE_SINCE, POISON_SINCE } from './uffdReleases.ts';

const DONTWAKE = 1n;
const MOVE_ALLOW_HOLES = 2n;
const FILL_WP = 2n;

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

const BUSY: FillResult = { result: -EAGAIN, done: -EAGAIN };

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
  if (isChanging(file)) return BUSY;
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
  if (!atLeast(thread.process.kernel.profile.release, MOVE_SINCE)) return untouched(-EINVAL);
  if (isChanging(file)) return BUSY;
  const { mm, uffd } = file;
  const [dst, src, bytes, modes] = [u64(move.dst), u64(move.src), u64(move.len), u64(move.mode)];
  if (mm !== thread.process.mm || !validRange(dst, bytes) || !validRange(src, bytes))
    return untouched(-EINVAL);
  if (modes & ~(DONTWAKE | MOVE_ALLOW_HOLES)) return untouched(-EINVAL);
  const allowHoles = (modes & MOVE_ALLOW_HOLES) !== 0n;
  const range = { to: pageOf(dst), from: pageOf(src), pages: pageOf(bytes), allowHoles };
  return yield* report(file, dst, bytes, modes, yield* moveRange(mm, uffd, range));
}

/** UFFDIO_POISON, since 6.6. */
export function* uffdioPoison(
  thread: Thread,
  fd: number,
  address: U64,
  length: U64,
  mode: U64,
): Actor<FillResult> {
  if (!atLeast(thread.process.kernel.profile.release, POISON_SINCE)) {
    const file = readyFile(thread, fd);
    return untouched(typeof file === 'number' ? file : -EINVAL);
  }
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
  if (isChanging(file)) return BUSY;
  const start = u64(address);
  const bytes = u64(length);
  const modes = u64(mode);
  if (!validRange(start, bytes) || modes & ~known) return untouched(-EINVAL);
  return yield* fill(file, start, bytes, modes, what);
}
