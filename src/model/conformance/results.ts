import { errnoName } from '../host/errno.ts';
import type { Death } from '../host/hostAccess.ts';
import type { RunExit, RunResult } from '../kvm/runExit.ts';
import type { FileStatus } from '../uapi/openFile.ts';
import type { ReadMessage } from '../uapi/uffdCalls.ts';
import type { FillResult } from '../uapi/uffdFillCalls.ts';
import { hexOf, type Names, writeWide } from './names.ts';

/** A result as recordings write it. */
export type Result = Record<string, unknown>;

/** What a call returned: success from 0 on, a negated errno below. */
export function plain(value: number | bigint): Result {
  return value < 0 ? { errno: errnoName(Number(value)) } : { ok: true };
}

/** The same with the value of a success. */
export function withValue(value: number | bigint): Result {
  if (value < 0) return plain(value);
  return { ok: true, value: writeWide(BigInt(value)) };
}

/** Bytes that were read, or what the thread died of. */
export function loaded(result: Uint8Array | Death): Result {
  return result instanceof Uint8Array ? { ok: true, value: hexOf(result) } : { ...result };
}

/** A store's end. */
export function stored(death: Death | null): Result {
  return death === null ? { ok: true } : { ...death };
}

/** What fstat told. */
export function status(result: FileStatus | number): Result {
  if (typeof result === 'number') return plain(result);
  const { size, blocks512, blksize, mode, nlink } = result;
  return {
    ok: true,
    value: { size: writeWide(size), blocks512, blksize, mode: `0o${mode.toString(8)}`, nlink },
  };
}

/** What an ioctl that fills pages answered, and the count it left in `field` of its struct. */
export function filled(field: string, { result, done }: FillResult): Result {
  const after = { [field]: done < 0 ? errnoName(done) : done };
  return result < 0 ? { errno: errnoName(result), after } : { ok: true, value: done, after };
}

/** What read() on a userfaultfd gave. */
export function message(result: ReadMessage | number, names: Names): Result {
  if (typeof result === 'number') return plain(result);
  const value = messageValue(result, names);
  return { ok: true, value };
}

function messageValue(result: ReadMessage, names: Names): Result {
  switch (result.event) {
    case 'pagefault':
      return { event: 'PAGEFAULT', addr: names.describe(result.address), flags: result.flags };
    case 'remap':
      return {
        event: 'REMAP',
        from: names.describe(result.from),
        to: names.describe(result.to),
        len: result.length,
      };
    case 'remove':
    case 'unmap':
      return {
        event: result.event.toUpperCase(),
        start: names.describe(result.start),
        len: result.end - result.start,
      };
    case 'fork':
      return { event: 'FORK' };
  }
}

/** What KVM_RUN came to; `read` is what the guest's load got, or null for a store. */
export function ran(result: RunResult | number, read: Uint8Array | null, names: Names): Result {
  // Setting the vCPU up for the access fails before KVM_RUN does.
  if (typeof result === 'number') return { errno: errnoName(result), stage: 'setup' };
  if (result.exit === null) {
    return read === null ? { ok: true } : { ok: true, value: `0x${littleEndian(read).toString(16)}` };
  }
  const exit = exitOf(result.exit);
  if (result.errno === 0) return { exit };
  const out: Result = { errno: errnoName(result.errno), exit };
  if (result.poisonedPage >= 0) {
    out.signal = 'SIGBUS';
    out.code = 'MCEERR_AR';
    out.sigaddr = names.describe(result.poisonedPage * 4096);
  }
  return out;
}

function exitOf(exit: RunExit): Result {
  switch (exit.reason) {
    case 'MMIO': {
      const { addr, len, isWrite, data } = exit;
      const out: Result = { reason: 'MMIO', addr, len, isWrite };
      if (data !== null) out.data = hexOf(data);
      return out;
    }
    case 'MEMORY_FAULT':
      return { reason: 'MEMORY_FAULT', flags: exit.flags, gpa: exit.gpa, size: exit.size };
    default:
      return { reason: exit.reason };
  }
}

/** A number from bytes as a little-endian CPU reads them. */
export function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = value * 256n + BigInt(bytes[i]);
  return value;
}

/** Bytes of a number as a little-endian CPU writes them. */
export function toLittleEndian(value: bigint, size: number): Uint8Array {
  let left = BigInt.asUintN(8 * size, value);
  const out = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    out[i] = Number(left % 256n);
    left /= 256n;
  }
  return out;
}
