/**
 * System calls on descriptors. Each returns what the kernel's does: a value, or a negated errno.
 */
import type { Actor } from '../engine/step.ts';
import { EBADF, EFBIG, EINVAL, EOPNOTSUPP } from '../host/errno.ts';
import { LEVEL_1G, LEVEL_2M } from '../host/units.ts';
import { HugetlbMemfd, KEEP_SIZE, MemfdFile, PUNCH_HOLE } from './memfdFile.ts';
import type { FileStatus } from './openFile.ts';
import type { Thread } from './process.ts';
import { s64, type U64 } from './u64.ts';

const COLLAPSE_RANGE = 1 << 3;
const ZERO_RANGE = 1 << 4;
const INSERT_RANGE = 1 << 5;
const UNSHARE_RANGE = 1 << 6;
const WRITE_ZEROES = 1 << 7;
const MODES = PUNCH_HOLE | COLLAPSE_RANGE | ZERO_RANGE | INSERT_RANGE | UNSHARE_RANGE | WRITE_ZEROES;

/** SEEK_HOLE is the last. */
const SEEK_MAX = 4;

const LARGEST = 2n ** 63n - 1n;

const MFD_HUGETLB = 1 << 2;
const MFD_KNOWN = 0x1f;
/** Flags of memfd_create that choose a huge page's size, from this bit on, as its binary logarithm. */
const MFD_HUGE_SHIFT = 26;

/** memfd_create(2): a file of length 0. */
export function* memfdCreate(thread: Thread, flags: number): Actor<number> {
  const { host } = thread.process.kernel;
  yield host.costs.systemCall;
  if (!(flags & MFD_HUGETLB)) {
    if (flags & ~MFD_KNOWN) return -EINVAL;
    return thread.process.install(new MemfdFile(host));
  }
  const size = flags >>> MFD_HUGE_SHIFT;
  if (size !== 0 && size !== 21 && size !== 30) return -EINVAL;
  return thread.process.install(new HugetlbMemfd(host, size === 30 ? LEVEL_1G : LEVEL_2M));
}

/** close(2). */
export function* close(thread: Thread, fd: number): Actor<number> {
  yield thread.process.kernel.host.costs.systemCall;
  return yield* thread.process.close(fd);
}

/** dup(2). */
export function* dup(thread: Thread, fd: number): Actor<number> {
  yield thread.process.kernel.host.costs.systemCall;
  const file = thread.process.file(fd);
  return file === undefined ? -EBADF : thread.process.install(file);
}

/** fstat(2). */
export function* fstat(thread: Thread, fd: number): Actor<FileStatus | number> {
  yield thread.process.kernel.host.costs.systemCall;
  return thread.process.file(fd)?.status() ?? -EBADF;
}

/** lseek(2). */
export function* lseek(thread: Thread, fd: number, offset: U64, whence: number): Actor<bigint> {
  yield thread.process.kernel.host.costs.systemCall;
  const file = thread.process.file(fd);
  if (file === undefined) return BigInt(-EBADF);
  return whence < 0 || whence > SEEK_MAX ? BigInt(-EINVAL) : file.seek(s64(offset), whence);
}

/** ftruncate(2). */
export function* ftruncate(thread: Thread, fd: number, length: U64): Actor<number> {
  yield thread.process.kernel.host.costs.systemCall;
  const size = s64(length);
  if (size < 0n) return -EINVAL;
  const file = thread.process.file(fd);
  if (file === undefined) return -EBADF;
  if (!file.regular || !file.writable) return -EINVAL;
  return yield* file.truncate(size);
}

/** read(2), or pread64(2) where an offset is given. */
export function* read(
  thread: Thread,
  fd: number,
  length: number,
  offset: U64 | null = null,
): Actor<Uint8Array | number> {
  const at = offset === null ? null : s64(offset);
  if (at !== null && at < 0n) return -EINVAL;
  const file = thread.process.file(fd);
  if (file === undefined) return -EBADF;
  return yield* file.readBytes(length, at);
}

/** write(2), or pwrite64(2) where an offset is given. */
export function* write(
  thread: Thread,
  fd: number,
  bytes: Uint8Array,
  offset: U64 | null = null,
): Actor<number> {
  const at = offset === null ? null : s64(offset);
  if (at !== null && at < 0n) return -EINVAL;
  const file = thread.process.file(fd);
  if (file === undefined) return -EBADF;
  return yield* file.writeBytes(bytes, at);
}

/** fallocate(2): the checks that all files share, in the order of vfs_fallocate (fs/open.c). */
export function* fallocate(
  thread: Thread,
  fd: number,
  mode: number,
  offset: U64,
  length: U64,
): Actor<number> {
  const file = thread.process.file(fd);
  if (file === undefined) return -EBADF;
  const start = s64(offset);
  const count = s64(length);
  if (start < 0n || count <= 0n) return -EINVAL;
  if (!modeIsKnown(mode)) return -EOPNOTSUPP;
  if (!file.writable) return -EBADF;
  if (!file.regular) return yield* file.fallocate(mode, start, count);
  if (start + count > LARGEST) return -EFBIG;
  return yield* file.fallocate(mode, start, count);
}

/** Modes exclude one another, and each says whether the file's length may change. */
function modeIsKnown(mode: number): boolean {
  if (mode & ~(MODES | KEEP_SIZE)) return false;
  const keeps = (mode & KEEP_SIZE) !== 0;
  switch (mode & MODES) {
    case 0:
    case UNSHARE_RANGE:
    case ZERO_RANGE:
      return true;
    case PUNCH_HOLE:
      return keeps;
    case COLLAPSE_RANGE:
    case INSERT_RANGE:
    case WRITE_ZEROES:
      return !keeps;
    default:
      return false;
  }
}
