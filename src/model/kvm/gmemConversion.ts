/** Conversion of a guest_memfd's pages where they are (kvm_gmem_set_attributes, as posted in the seventh version). */
import type { Actor } from '../engine/step.ts';
import { NO_PFN } from '../host/frames.ts';
import type { GuestMemfd } from './guestMemfd.ts';
import { giveBack } from './rmpUpdate.ts';
import { FILTER_PRIVATE, FILTER_SHARED } from './zap.ts';

/**
 * Makes pages [start, end) private or shared. Called with invalidate_lock held for writing, for a file that keeps its
 * pages' privacy.
 *
 * @returns -1, or the first page that somebody else holds, with nothing changed.
 */
export function* convertPages(
  gmem: GuestMemfd,
  start: number,
  end: number,
  toPrivate: boolean,
): Actor<number> {
  if (gmem.privacy!.isAll(start, end, toPrivate)) return -1;
  if (toPrivate) {
    if (gmem.mappings.any) yield* gmem.mappings.unmap(start, end, false);
    const held = heldPage(gmem, start, end);
    if (held >= 0) return held;
  }
  yield* changeSides(gmem, start, end, toPrivate);
  return -1;
}

function* changeSides(gmem: GuestMemfd, start: number, end: number, toPrivate: boolean): Actor {
  const { vm, bindings } = gmem;
  const begun = yield* bindings.invalidateBegin(start, end, toPrivate ? FILTER_SHARED : FILTER_PRIVATE);
  if (!toPrivate) yield* giveBack(vm, privateFrames(gmem, start, end));
  gmem.privacy!.set(start, end, toPrivate);
  yield* bindings.invalidateEnd(begun);
}

/** Frames of pages [start, end) that the RMP has as the guest's. */
function privateFrames({ vm, cache }: GuestMemfd, start: number, end: number): number[] {
  const frames: number[] = [];
  if (vm.rmp === null) return frames;
  const { rmp } = vm;
  cache.forEach(start, end, (_, pfn) => {
    if (rmp.isPrivate(pfn)) frames.push(pfn);
  });
  return frames;
}

/** The first of pages [start, end) that somebody beside the page cache holds, or -1. */
function heldPage(gmem: GuestMemfd, start: number, end: number): number {
  for (let index = start; index < end; index++) {
    const pfn = gmem.cachedPage(index);
    if (pfn !== NO_PFN && gmem.vm.host.frames.references(pfn) > 1) return index;
  }
  return -1;
}
