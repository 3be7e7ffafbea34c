/** mprotect(2), madvise(2), mremap(2), mincore(2): arguments in bytes, as the kernel takes them. */
import type { Actor } from '../engine/step.ts';
import { EINVAL, ENOMEM } from '../host/errno.ts';
import {
  adviseRange,
  MADV_COLLAPSE,
  MADV_HUGEPAGE,
  MADV_MERGEABLE,
  MADV_NOHUGEPAGE,
  MADV_UNMERGEABLE,
} from '../host/madvise.ts';
import { resident } from '../host/mincore.ts';
import { protectRange } from '../host/mprotect.ts';
import { remapRange } from '../host/mremap.ts';
import { PAGE_SIZE } from '../host/units.ts';
import { accessOf, PROT_EXEC, PROT_READ, PROT_WRITE } from './mmap.ts';
import type { Thread } from './process.ts';
import { accessOk, isPageAligned, pageAlignUp, pageOf, TASK_SIZE, type U64, u64 } from './u64.ts';

const PROT_SEM = 1 << 3;
const PROT_GROWSDOWN = 1 << 24;
const PROT_GROWSUP = 1 << 25;
const GROWS = PROT_GROWSDOWN | PROT_GROWSUP;
const WRAP = 2n ** 64n;

/** 0 or a negated errno; mappings before the one that refuses have changed. */
export function* mprotect(thread: Thread, address: U64, length: U64, prot: number): Actor<number> {
  const { mm } = thread.process;
  const start = u64(address);
  const bytes = u64(length);
  if ((prot & GROWS) === GROWS) return -EINVAL;
  if (!isPageAligned(start)) return -EINVAL;
  if (bytes === 0n) return 0;
  const aligned = pageAlignUp(bytes);
  const end = (start + aligned) % WRAP;
  if (end <= start) return -ENOMEM;
  const rights = prot & ~GROWS;
  if (rights & ~(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM)) return -EINVAL;
  // No mapping of the model grows.
  if (prot & GROWS) return mm.vmas.findIn(pageOf(start), pageOf(end)) === undefined ? -ENOMEM : -EINVAL;
  return yield* protectRange(mm, pageOf(start), pageOf(end), accessOf(rights));
}

/** Highest advice there is, and advice that a kernel may have been built without. */
const LAST_ADVICE = MADV_COLLAPSE;
const UNUSED_ADVICE = new Set([5, 6, 7]);
const HUGE_ADVICE = new Set([MADV_HUGEPAGE, MADV_NOHUGEPAGE, MADV_COLLAPSE]);
const KSM_ADVICE = new Set([MADV_MERGEABLE, MADV_UNMERGEABLE]);

function adviceIsKnown(thread: Thread, advice: number): boolean {
  const { host } = thread.process.kernel;
  if (advice < 0 || advice > LAST_ADVICE || UNUSED_ADVICE.has(advice)) return false;
  if (HUGE_ADVICE.has(advice)) return host.hasThp;
  if (KSM_ADVICE.has(advice)) return host.hasKsm;
  return true;
}

/** 0 or a negated errno. */
export function* madvise(thread: Thread, address: U64, length: U64, advice: number): Actor<number> {
  const { mm } = thread.process;
  const start = u64(address);
  const bytes = u64(length);
  if (!adviceIsKnown(thread, advice)) return -EINVAL;
  if (!isPageAligned(start)) return -EINVAL;
  const aligned = pageAlignUp(bytes);
  if (bytes !== 0n && aligned === 0n) return -EINVAL;
  const end = start + aligned;
  if (end >= WRAP) return -EINVAL;
  if (end === start) return 0;
  const first = pageOf(start);
  return yield* adviseRange(mm, first, first + pageOf(aligned), advice, thread.task);
}

export const MREMAP_MAYMOVE = 1 << 0;
export const MREMAP_FIXED = 1 << 1;
export const MREMAP_DONTUNMAP = 1 << 2;

/** The address of the mapping, or a negated errno. */
export function* mremap(
  thread: Thread,
  address: U64,
  oldLength: U64,
  newLength: U64,
  flags: number,
  newAddress: U64 = 0,
): Actor<number> {
  const { mm } = thread.process;
  const start = u64(address);
  const to = u64(newAddress);
  if (flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP)) return -EINVAL;
  if (flags & MREMAP_FIXED && !(flags & MREMAP_MAYMOVE)) return -EINVAL;
  const before = pageAlignUp(u64(oldLength));
  const after = pageAlignUp(u64(newLength));
  if (flags & MREMAP_DONTUNMAP && (!(flags & MREMAP_MAYMOVE) || before !== after)) return -EINVAL;
  if (!isPageAligned(start)) return -EINVAL;
  if (after === 0n || after > TASK_SIZE) return -EINVAL;
  if (flags & MREMAP_FIXED) {
    if (!isPageAligned(to) || to > TASK_SIZE - after) return -EINVAL;
    if (start + before > to && to + after > start) return -EINVAL;
  }
  const result = yield* remapRange(mm, {
    start: pageOf(start),
    oldPages: pageOf(before),
    newPages: pageOf(after),
    keepsOld: (flags & MREMAP_DONTUNMAP) !== 0,
    mayMove: (flags & MREMAP_MAYMOVE) !== 0,
    to: flags & MREMAP_FIXED ? pageOf(to) : -1,
  });
  return result < 0 ? result : result * PAGE_SIZE;
}

/** A 0 or a 1 a page, or a negated errno. */
export function* mincore(thread: Thread, address: U64, length: U64): Actor<number[] | number> {
  const { mm } = thread.process;
  const start = u64(address);
  const bytes = u64(length);
  yield mm.costs.systemCall;
  if (!isPageAligned(start)) return -EINVAL;
  if (!accessOk(start, bytes)) return -ENOMEM;
  const first = pageOf(start);
  return resident(mm, first, first + pageOf(pageAlignUp(bytes)));
}
