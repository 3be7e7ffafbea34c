/**
 * What a guest finds in a frame and leaves there. Where its memory is encrypted, a private access goes through its key,
 * and what was written through the key opens only in the frame it was written to.
 */
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
