import type { Hashable, StateHash } from '../engine/hash.ts';
import { PAGE_SIZE } from './units.ts';

/** Where the tokens are kept: a frame's token changes with its bytes. */
interface Tokens {
  read(pfn: number): number;
  retoken(pfn: number, token: number): void;
  newToken(): number;
}

/**
 * Bytes of the pages that somebody wrote bytes to. All others hold what their token stands for: zeros, or the token
 * itself, repeated as a little-endian 64-bit number.
 */
export class Contents implements Hashable {
  private readonly pages = new Map<number, Uint8Array>();
  private readonly tokens: Tokens;

  constructor(tokens: Tokens) {
    this.tokens = tokens;
  }

  /** Pages that have bytes. */
  get count(): number {
    return this.pages.size;
  }

  /** Copies bytes out of a frame, from `offset` on, until `into` is full. */
  read(pfn: number, offset: number, into: Uint8Array): void {
    const bytes = this.pages.get(pfn);
    if (bytes !== undefined) {
      into.set(bytes.subarray(offset, offset + into.length));
      return;
    }
    const token = this.tokens.read(pfn);
    for (let i = 0; i < into.length; i++) into[i] = tokenByte(token, offset + i);
  }

  /** Writes bytes into a frame, from `offset` on; the frame gets a new token. */
  write(pfn: number, offset: number, from: Uint8Array): void {
    this.bytesOf(pfn).set(from, offset);
    this.tokens.retoken(pfn, this.tokens.newToken());
  }

  /** Fills bytes [start, end) of a frame with one value. */
  fill(pfn: number, value: number, start = 0, end = PAGE_SIZE): void {
    this.bytesOf(pfn).fill(value, start, end);
    this.tokens.retoken(pfn, this.tokens.newToken());
  }

  /** Copies a frame's bytes, if it has any, to another. */
  copy(from: number, to: number): void {
    const bytes = this.pages.get(from);
    if (bytes === undefined) this.pages.delete(to);
    else this.pages.set(to, bytes.slice());
  }

  /** Whether two frames hold the same. */
  same(a: number, b: number): boolean {
    if (this.tokens.read(a) === this.tokens.read(b)) return true;
    const left = new Uint8Array(PAGE_SIZE);
    const right = new Uint8Array(PAGE_SIZE);
    this.read(a, 0, left);
    this.read(b, 0, right);
    return left.every((byte, i) => byte === right[i]);
  }

  /** Drops a frame's bytes. */
  forget(pfn: number): void {
    if (this.pages.size > 0) this.pages.delete(pfn);
  }

  hashInto(hash: StateHash): void {
    for (const pfn of [...this.pages.keys()].sort((a, b) => a - b)) {
      hash.add(pfn);
      const bytes = this.pages.get(pfn)!;
      for (let i = 0; i < PAGE_SIZE; i += 4) {
        hash.add(bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24));
      }
    }
  }

  private bytesOf(pfn: number): Uint8Array {
    let bytes = this.pages.get(pfn);
    if (bytes === undefined) {
      bytes = new Uint8Array(PAGE_SIZE);
      this.read(pfn, 0, bytes);
      this.pages.set(pfn, bytes);
    }
    return bytes;
  }
}

function tokenByte(token: number, offset: number): number {
  const byte = offset % 8;
  return byte < 6 ? Math.floor(token / 256 ** byte) & 255 : 0;
}
