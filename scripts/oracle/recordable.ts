/**
 * Which operations may be recorded: those that neither take up the machine's memory nor reach what the calling process
 * itself needs, and that find the thread they want at leisure.
 */
import { wide } from '../../src/model/conformance/names.ts';
import type { RecordedOp } from '../../src/model/conformance/recording.ts';
import { CTRL_SLOT } from './guest.ts';

const MIB = 2n ** 20n;
const GIB = 2n ** 30n;
/** Pages of guest memory that the guest's own tables map, in bytes from 0. */
const GUEST_BYTES = 8 * 2 ** 20;

/** Flags of mmap that fill or lock memory, or let it grow: GROWSDOWN, LOCKED, POPULATE, HUGETLB. */
const MAP_REFUSED = 0x100 | 0x2000 | 0x8000 | 0x40000;
/** MADV_PAGEOUT depends on the host's state; what is from 100 on breaks memory. */
const ADVICE_REFUSED = [21];
/** UFFD_FEATURE_EVENT_FORK: a fork waits until somebody reads of it. */
const FEATURE_EVENT_FORK = 2n;
/** The capability that operations enable, and some that are none. */
const CAPS = [168, 0, 3, 9999];
const CHECKED = [3, 10, 16, 21, 30, 81, 118, 136, 168, 192, 223, 231, 232, 233, 234, 236, 244];

function unsigned(op: RecordedOp, key: string): bigint {
  return BigInt.asUintN(64, wide(op, key));
}

/** Small enough to be carried out, or so large that it is refused before anything is done. */
function within(value: bigint, small: bigint, large: bigint): boolean {
  return value <= small || value >= large;
}

function isNamed(address: unknown): boolean {
  return typeof address === 'string' && /^[a-z]\w*(\+0x[0-9a-f]{1,8})?$/.test(address);
}

const RULES: Readonly<Record<string, (op: RecordedOp) => boolean>> = {
  // More than 2^31 - 1 pages are refused.
  // The slot of code and tables stays as it is.
  'vm.setRegion': op => within(unsigned(op, 'size'), GIB, 2n ** 43n) && Number(op.slot) % 65536 !== CTRL_SLOT,
  'vm.enableCap': op => CAPS.includes(Number(op.cap)),
  'vm.checkExtension': op => CHECKED.includes(Number(op.cap)),
  'fd.fallocate': op => within(unsigned(op, 'len'), 64n * MIB, 2n ** 63n),
  mmap: op =>
    within(unsigned(op, 'len'), GIB, 2n ** 47n) &&
    !(Number(op.flags) & MAP_REFUSED) &&
    (op.at === undefined || isNamed(op.at)),
  munmap: isApart,
  mprotect: isApart,
  madvise: op => isApart(op) && !ADVICE_REFUSED.includes(Number(op.advice)) && Number(op.advice) < 100,
  mremap: op =>
    isNamed(op.addr) &&
    (op.to === undefined || isNamed(op.to)) &&
    within(unsigned(op, 'oldLen'), GIB, 2n ** 47n) &&
    within(unsigned(op, 'newLen'), GIB, 2n ** 47n),
  mincore: op => within(unsigned(op, 'len'), 2n ** 36n, 2n ** 63n),
  'host.read': op => isNamed(op.addr) && unsigned(op, 'len') <= 65536n,
  'host.write': op => isNamed(op.addr),
  'fd.read': op => unsigned(op, 'len') <= 65536n,
  'uffd.api': op => !(wide(op, 'features') & FEATURE_EVENT_FORK),
  'vcpu.read': reachesGuest,
  'vcpu.write': reachesGuest,
  'vcpu.start': reachesGuest,
  'host.forkRun': op => (op.ops ?? []).every(inner => isHarmless(inner) && inner.op !== 'host.forkRun'),
  'host.start': op => isNamed(op.addr),
  'async.start': op => op.do !== undefined && isHarmless(op.do) && CALLS.test(op.do.op),
};

/** Calls that a thread may make by itself: none that forks or makes threads. */
const CALLS = /^(vm\.|gmem\.|memfd\.|fd\.|m|uffd\.|host\.(read|write)$)/;

/** Ranges that end before the calling process's own memory, or wrap. */
function isApart(op: RecordedOp): boolean {
  return isNamed(op.addr) && within(unsigned(op, 'len'), 2n ** 36n, 2n ** 63n);
}

function reachesGuest(op: RecordedOp): boolean {
  const [gpa, size] = [Number(op.gpa), Number(op.size ?? 4)];
  return [1, 2, 4, 8].includes(size) && gpa >= 0 && gpa + size <= GUEST_BYTES;
}

/** Whether an operation can do the calling process and its machine no harm. */
export function isHarmless(op: RecordedOp): boolean {
  return RULES[op.op]?.(op) ?? true;
}
