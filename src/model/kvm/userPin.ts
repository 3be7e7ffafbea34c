/** Host memory held in place for the firmware (sev_pin_memory, arch/x86/kvm/svm/sev.c). */
import type { Actor } from '../engine/step.ts';
import { EINVAL, ENOMEM } from '../host/errno.ts';
import type { Vm } from './vm.ts';

/** Most pages at once (INT_MAX). */
const MAX_PAGES = 2 ** 31 - 1;

const PAGE_SHIFT = 12n;

/**
 * Brings in and pins every page that bytes [addr, addr + size) touch. Called with kvm->lock held.
 *
 * @param locked pages that the VM has pinned by now.
 * @param limit pages that may be locked (RLIMIT_MEMLOCK).
 * @returns their frames, or a negated errno with nothing pinned.
 */
export function* pinUserMemory(
  { mm, host }: Vm,
  addr: bigint,
  size: bigint,
  locked: number,
  limit: number,
): Actor<number[] | number> {
  // A sum of just 2^64 has wrapped to 0 as well.
  if (size === 0n || addr + size >= 1n << 64n) return -EINVAL;
  const first = addr >> PAGE_SHIFT;
  const end = ((addr + size - 1n) >> PAGE_SHIFT) + 1n;
  const pages = Number(end - first);
  if (locked + pages > limit) return -ENOMEM;
  // A patch of 2026 asks this first.
  if (pages > MAX_PAGES) return -EINVAL;
  const frames: number[] = [];
  for (let page = Number(first); page < Number(end); page++) {
    const pfn = yield* mm.fault(page, true);
    if (pfn < 0) {
      for (const pinned of frames) host.frames.unpin(pinned);
      return -ENOMEM;
    }
    host.frames.pin(pfn);
    frames.push(pfn);
  }
  return frames;
}
