import type { RecordedOp } from './recording.ts';

const GIB = 2 ** 30;
/** Where the first mapping is put: 1 GiB slots downwards from here, never adjacent. */
const TOP = 0x7e0000000000;

/** An address names a mapping that was never made. */
export class NoMapping extends Error {
  readonly mapping: string;

  constructor(mapping: string) {
    super(`no mapping ${mapping}`);
    this.mapping = mapping;
  }

  /** The result of an operation that names it. */
  get skipped(): { skipped: string } {
    return { skipped: this.message };
  }
}

/** What the names of a recording stand for: mappings and descriptors. */
export class Names {
  private readonly mappings = new Map<string, { start: number; length: number }>();
  private readonly descriptors = new Map<string, number>();
  private next = TOP;

  /** The names as a child process inherits them. */
  copy(): Names {
    const out = new Names();
    for (const [name, mapping] of this.mappings) out.mappings.set(name, mapping);
    for (const [name, fd] of this.descriptors) out.descriptors.set(name, fd);
    out.next = this.next;
    return out;
  }

  /** A place for a new mapping of a length in bytes. */
  choosePlace(length: bigint): number {
    const slots = length > BigInt(GIB) ? Number((length + BigInt(GIB) - 1n) / BigInt(GIB)) : 1;
    const at = this.next - (Math.min(slots, 2 ** 16) - 1) * GIB;
    this.next = at - GIB;
    return at;
  }

  nameMapping(name: string, start: number, length: number): void {
    this.mappings.delete(name);
    this.mappings.set(name, { start, length });
  }

  nameDescriptor(name: string, fd: number): void {
    this.descriptors.set(name, fd);
  }

  /** The descriptor of a name; -1 for one that was never made or was closed. */
  descriptor(name: unknown): number {
    return typeof name === 'string' ? (this.descriptors.get(name) ?? -1) : -1;
  }

  /** A closed descriptor is no descriptor. */
  forgetDescriptor(name: unknown): void {
    if (typeof name === 'string') this.descriptors.set(name, -1);
  }

  /**
   * The address that an argument means.
   *
   * @throws NoMapping where it names a mapping that was never made.
   */
  address(value: unknown): bigint {
    if (value === null || value === undefined) return 0n;
    if (typeof value === 'number') return BigInt(value);
    const text = String(value);
    if (/^-?\d|^0x/.test(text)) return BigInt(text);
    const [name, offset] = text.split('+');
    const mapping = this.mappings.get(name);
    if (mapping === undefined) throw new NoMapping(name);
    return BigInt(mapping.start) + (offset === undefined ? 0n : BigInt(offset));
  }

  /** An address as recordings write it: by the mapping it lies in, or next to. */
  describe(address: number): string {
    for (const [name, { start, length }] of [...this.mappings].reverse()) {
      const span = Math.max(length, GIB / 2);
      if (address < start || address >= start + span) continue;
      return address === start ? name : `${name}+0x${(address - start).toString(16)}`;
    }
    return `0x${address.toString(16)}`;
  }
}

/** A number argument, as wide as it was recorded. */
export function wide(op: RecordedOp, key: string, otherwise: number | bigint = 0): bigint {
  const value = op[key];
  if (value === undefined || value === null) return BigInt(otherwise);
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean')
    return BigInt(value);
  throw new TypeError(`${op.op}: ${key} is no number`);
}

/** A number argument that fits a double. */
export function number(op: RecordedOp, key: string, otherwise = 0): number {
  return Number(wide(op, key, otherwise));
}

/**
 * Bytes of a hex string, in address order.
 *
 * @throws TypeError where it is none.
 */
export function bytesOf(hex: unknown): Uint8Array {
  const text = String(hex ?? '');
  if (!/^([0-9a-f]{2})*$/i.test(text))
    throw new TypeError(`${JSON.stringify(hex)} is no string of hex bytes`);
  return Uint8Array.from({ length: text.length / 2 }, (_, i) =>
    Number.parseInt(text.slice(2 * i, 2 * i + 2), 16),
  );
}

/** Most bytes that one operation reads; recordings read a few. */
const MOST_READ = 2 ** 26;

/**
 * A length in bytes of what is read at once.
 *
 * @throws RangeError where it is more than the replayer reads.
 */
export function readLength(op: RecordedOp, key: string, otherwise = 0): number {
  const length = number(op, key, otherwise);
  if (length >= 0 && length <= MOST_READ) return length;
  throw new RangeError(`${op.op}: ${key} must be from 0 to ${MOST_READ}, not ${length}`);
}

/** Bytes as a hex string. */
export function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** A number as recordings write it: hex text above 2^53. */
export function writeWide(value: bigint): number | string {
  return value > 2n ** 53n ? `0x${value.toString(16)}` : Number(value);
}
