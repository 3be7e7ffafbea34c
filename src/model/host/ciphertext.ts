/**
 * What bytes of encrypted memory look like without the key: noise that depends on the frame and on what was encrypted,
 * and on nothing that can be read out of it.
 */
import type { Frames } from './frames.ts';
import { PAGE_SIZE } from './units.ts';

/** Fills `into` with the ciphertext of a frame, from `offset` on. */
export function ciphertext(frames: Frames, pfn: number, offset: number, into: Uint8Array): void {
  const seed = Math.imul(pfn, 0x9e3779b1) ^ Math.imul(frames.read(pfn) + 1, 0x85ebca6b);
  for (let i = 0; i < into.length; i++) {
    let mixed = Math.imul(seed ^ (offset + i), 0xc2b2ae35);
    mixed ^= mixed >>> 15;
    into[i] = Math.imul(mixed, 0x27d4eb2f) >>> 24;
  }
}

/** Turns a frame's bytes into noise for good: nobody can tell any more what they were. */
export function garble(frames: Frames, pfn: number): void {
  const noise = new Uint8Array(PAGE_SIZE);
  ciphertext(frames, pfn, 0, noise);
  frames.contents.write(pfn, 0, noise);
}

/** Bytes that the host finds in a frame. */
export function readAsHost(frames: Frames, pfn: number, offset: number, into: Uint8Array): void {
  if (!frames.seals.none && frames.seals.isSealed(pfn)) ciphertext(frames, pfn, offset, into);
  else frames.contents.read(pfn, offset, into);
}

/** Bytes that the host writes to a frame. Where the rest of it is ciphertext, no key opens that page any more. */
export function writeAsHost(frames: Frames, pfn: number, offset: number, from: Uint8Array): void {
  if (!frames.seals.none && frames.seals.isSealed(pfn)) garble(frames, pfn);
  frames.contents.write(pfn, offset, from);
}
