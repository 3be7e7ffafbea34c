/**
 * What a guest finds in a frame and leaves there. Where its memory is encrypted, a private access goes through its key,
 * and what was written through the key opens only in the frame it was written to.
 */
import { ciphertext, garble } from '../host/ciphertext.ts';
import { GARBAGE_TOKEN } from '../host/seals.ts';
import type { Vm } from './vm.ts';

/** The token that a guest's load finds. */
export function guestReads(vm: Vm, pfn: number, isPrivate: boolean): number {
  const { frames } = vm.host;
  const token = frames.read(pfn);
  if (!vm.rules.encrypted) return token;
  if (!isPrivate) return frames.seals.isSealed(pfn) ? GARBAGE_TOKEN : token;
  return frames.seals.opensHere(pfn) ? token : GARBAGE_TOKEN;
}

/** A guest's store of a token. */
export function guestWrites(vm: Vm, pfn: number, token: number, isPrivate: boolean): void {
  const { frames } = vm.host;
  frames.write(pfn, token);
  if (vm.rules.encrypted && isPrivate) frames.seals.seal(pfn);
}

/** The token that the host finds, through its own mapping. */
export function hostReads(vm: Vm, pfn: number): number {
  const { frames } = vm.host;
  return frames.seals.isSealed(pfn) ? GARBAGE_TOKEN : frames.read(pfn);
}

/** The bytes that a guest's load finds, from `offset` on. */
export function guestReadsBytes(
  vm: Vm,
  pfn: number,
  offset: number,
  into: Uint8Array,
  isPrivate: boolean,
): void {
  const { frames } = vm.host;
  const { seals } = frames;
  const readable = !vm.rules.encrypted || (isPrivate ? seals.opensHere(pfn) : !seals.isSealed(pfn));
  if (readable) frames.contents.read(pfn, offset, into);
  else ciphertext(frames, pfn, offset, into);
}

/** A guest's store of bytes. What else is in the page was written for the same key and place, or is noise from now on. */
export function guestWritesBytes(
  vm: Vm,
  pfn: number,
  offset: number,
  from: Uint8Array,
  isPrivate: boolean,
): void {
  const { frames } = vm.host;
  const { seals } = frames;
  const readable = !vm.rules.encrypted || (isPrivate ? seals.opensHere(pfn) : !seals.isSealed(pfn));
  if (!readable) garble(frames, pfn);
  frames.contents.write(pfn, offset, from);
  if (vm.rules.encrypted && isPrivate) seals.seal(pfn);
}
