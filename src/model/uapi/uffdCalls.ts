/** userfaultfd(2) and its ioctls, but those that fill pages (fs/userfaultfd.c): lengths and addresses in bytes. */
import { atLeast } from '../arch/profile.ts';
import type { Actor } from '../engine/step.ts';
import { EAGAIN, EBADF, EINVAL } from '../host/errno.ts';
import { writeProtectRange } from '../host/uffdProtect.ts';
import { registerRange, unregisterRange } from '../host/uffdRegister.ts';
import { readUserfaultfd, wakeUserfaults } from '../host/userfault.ts';
import {
  UFFD_FEATURE_WP_ASYNC,
  UFFD_FEATURE_WP_UNPOPULATED,
  type UffdMessage,
  Userfaultfd,
} from '../host/userfaultfd.ts';
import { VM_UFFD_MINOR, VM_UFFD_MISSING, VM_UFFD_WP } from '../host/vma.ts';
import type { Thread } from './process.ts';
import { pageOf, type U64, u64 } from './u64.ts';
import { fileOf, isChanging, readyFile, validRange } from './uffdArguments.ts';
import { UffdFile } from './uffdFile.ts';
import { featuresOf, featuresTold, ioctlsOf, protectsWrites } from './uffdReleases.ts';

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

/** userfaultfd(2): a descriptor, or -EINVAL. */
export function* userfaultfd(thread: Thread, flags: number): Actor<number> {
  const { process } = thread;
  yield process.mm.costs.systemCall;
  if (flags & ~(O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY)) return -EINVAL;
  const { engine, costs } = process.mm;
  const uffd = new Userfaultfd(engine, costs, (flags & UFFD_USER_MODE_ONLY) !== 0);
  return process.install(new UffdFile(uffd, process.mm, (flags & O_NONBLOCK) !== 0));
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
  const { profile } = thread.process.kernel;
  const known = featuresOf(profile.release);
  if (u64(api) !== UFFD_API || wanted & ~BigInt(known)) return -EINVAL;
  if (file.uffd.initialized) return -EINVAL;
  file.uffd.initialized = true;
  file.uffd.features = Number(wanted);
  if (file.uffd.has(UFFD_FEATURE_WP_ASYNC)) file.uffd.features |= UFFD_FEATURE_WP_UNPOPULATED;
  return { features: BigInt(featuresTold(profile)), ioctls: API_IOCTLS };
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
  const { profile } = thread.process.kernel;
  if (modes === 0n || modes & ~(MODE_MISSING | MODE_WP | MODE_MINOR)) return -EINVAL;
  if (modes & MODE_WP && !protectsWrites(profile)) return -EINVAL;
  if (!validRange(start, bytes)) return -EINVAL;
  let flags = 0;
  if (modes & MODE_MISSING) flags |= VM_UFFD_MISSING;
  if (modes & MODE_WP) flags |= VM_UFFD_WP;
  if (modes & MODE_MINOR) flags |= VM_UFFD_MINOR;
  const first = pageOf(start);
  const result = yield* registerRange(file.mm, file.uffd, first, first + pageOf(bytes), flags);
  if (result < 0) return result;
  let ioctls = ioctlsOf(profile.release, result === 1 ? HUGE_IOCTLS : RANGE_IOCTLS);
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
  if (isChanging(file)) return -EAGAIN;
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
