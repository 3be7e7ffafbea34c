import type { Actor } from '../engine/step.ts';
import type { GuestMode } from '../kvm/guestAccess.ts';
import type { Thread } from '../uapi/process.ts';
import { kvmRun } from '../uapi/runCalls.ts';
import { type Names, number, wide } from './names.ts';
import type { RecordedOp } from './recording.ts';
import { type Result, ran, toLittleEndian } from './results.ts';

/** Bytes that one instruction of a guest loads or stores. */
const SIZES = [1, 2, 4, 8];

/** Where no guest has an address any more: the architecture has 52 bits for a physical one (SDM vol. 3A, 4.1.4). */
const GPA_END = 2 ** 52;

/** One load or store of a guest, as `vcpu.read`, `vcpu.write` and `vcpu.start` describe it. */
export function* accessGuest(
  op: RecordedOp,
  write: boolean,
  thread: Thread,
  names: Names,
  mode: GuestMode,
): Actor<Result> {
  const size = number(op, 'size', 4);
  if (!SIZES.includes(size)) throw new RangeError(`a guest accesses 1, 2, 4 or 8 bytes at once, not ${size}`);
  const bytes = write ? toLittleEndian(wide(op, 'value'), size) : new Uint8Array(size);
  const gpa = number(op, 'gpa');
  // Past 2^53 a page is no longer told from the next, and a walk over them has no end.
  if (!(gpa >= 0 && gpa <= GPA_END - size))
    throw new RangeError(`${op.op}: gpa must be from 0 to 2^52, not ${gpa}`);
  const access = { gpa, bytes, write, isPrivate: false };
  const result = yield* kvmRun(thread, names.descriptor(op.vcpu), access, mode);
  return ran(result, write ? null : bytes, names);
}
