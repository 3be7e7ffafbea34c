/** Operations on userfaultfds. */
import type { Actor } from '../engine/step.ts';
import { PAGE_SIZE } from '../host/units.ts';
import type { Thread } from '../uapi/process.ts';
import {
  readMessage,
  UFFD_API,
  uffdioApi,
  uffdioRegister,
  uffdioUnregister,
  uffdioWake,
  uffdioWriteprotect,
  userfaultfd,
} from '../uapi/uffdCalls.ts';
import {
  uffdioContinue,
  uffdioCopy,
  uffdioMove,
  uffdioPoison,
  uffdioZeropage,
} from '../uapi/uffdFillCalls.ts';
import { type Names, number, wide, writeWide } from './names.ts';
import type { RecordedOp } from './recording.ts';
import { filled, message, plain, type Result } from './results.ts';

/** O_CLOEXEC | O_NONBLOCK: what a userfaultfd is made with unless a recording says otherwise. */
const DEFAULT_FLAGS = 0o2004000;

/** Longest source that is made up for a copy; longer ranges are refused before anybody reads it. */
const MAX_SOURCE = 2 ** 24;

const RANGE_OPS = new Set(
  [
    'api',
    'register',
    'unregister',
    'wake',
    'copy',
    'zeropage',
    'continue',
    'poison',
    'move',
    'writeprotect',
    'read',
  ].map(name => `uffd.${name}`),
);

/** Carries out an operation whose name begins with `uffd.`; null for one that there is not. */
export function* performUffd(op: RecordedOp, thread: Thread, names: Names): Actor<Result | null> {
  if (op.op === 'uffd.create') {
    const fd = yield* userfaultfd(thread, number(op, 'flags', DEFAULT_FLAGS));
    if (fd >= 0) names.nameDescriptor(String(op.uffd), fd);
    return plain(fd);
  }
  // An operation that is not known must not pass for one that names no mapping.
  if (!RANGE_OPS.has(op.op)) return null;
  const fd = names.descriptor(op.uffd);
  const at = names.address(op.addr);
  const length = wide(op, 'len');
  const mode = wide(op, 'mode');
  switch (op.op) {
    case 'uffd.api': {
      const result = yield* uffdioApi(thread, fd, wide(op, 'api', UFFD_API), wide(op, 'features'));
      if (typeof result === 'number') return plain(result);
      const ioctls = `0x${result.ioctls.toString(16)}`;
      return { ok: true, value: { features: writeWide(result.features), ioctls } };
    }
    case 'uffd.register': {
      const result = yield* uffdioRegister(thread, fd, at, length, mode);
      if (typeof result === 'number') return plain(result);
      return { ok: true, value: { ioctls: `0x${result.toString(16)}` } };
    }
    case 'uffd.unregister':
      return plain(yield* uffdioUnregister(thread, fd, at, length));
    case 'uffd.wake':
      return plain(yield* uffdioWake(thread, fd, at, length));
    case 'uffd.copy': {
      const source = copySource(op, length);
      return filled('copy', yield* uffdioCopy(thread, fd, at, source, length, mode));
    }
    case 'uffd.zeropage':
      return filled('zeropage', yield* uffdioZeropage(thread, fd, at, length, mode));
    case 'uffd.continue':
      return filled('mapped', yield* uffdioContinue(thread, fd, at, length, mode));
    case 'uffd.poison':
      return filled('updated', yield* uffdioPoison(thread, fd, at, length, mode));
    case 'uffd.move': {
      const move = { dst: at, src: names.address(op.src), len: length, mode };
      return filled('move', yield* uffdioMove(thread, fd, move));
    }
    case 'uffd.writeprotect':
      return plain(yield* uffdioWriteprotect(thread, fd, at, length, mode));
    case 'uffd.read':
      return message(yield* readMessage(thread, fd), names);
    default:
      return null;
  }
}

/** The pages that are copied: every byte of the source is `fill`, wherever in it the copy begins. */
function copySource(op: RecordedOp, length: bigint): Uint8Array {
  const bytes = length > BigInt(MAX_SOURCE) ? PAGE_SIZE : Number(length);
  return new Uint8Array(Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE).fill(number(op, 'fill'));
}
