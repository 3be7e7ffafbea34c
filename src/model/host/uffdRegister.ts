/**
 * Which ranges a userfaultfd handles (userfaultfd_register and _unregister, fs/userfaultfd.c).
 */
import type { Actor } from '../engine/step.ts';
import { changeProtection } from './changeProtection.ts';
import { EBUSY, EINVAL, EPERM } from './errno.ts';
import type { Mm } from './mm.ts';
import { isolate } from './mprotect.ts';
import { PAGE_SIZE, pagesOf } from './units.ts';
import { wakeUserfaults } from './userfault.ts';
import { UFFD_FEATURE_WP_ASYNC, type Userfaultfd } from './userfaultfd.ts';
import {
  VM_MAYWRITE,
  VM_PFNMAP,
  VM_UFFD,
  VM_UFFD_MINOR,
  VM_UFFD_MISSING,
  VM_UFFD_WP,
  type Vma,
} from './vma.ts';

/** Whether a mapping can be handled in these modes (vma_can_userfault). */
function canUserfault(vma: Vma, modes: number, wpAsync: boolean): boolean {
  const kind = vma.file?.kind ?? 'anonymous';
  if (vma.flags & VM_PFNMAP) return false;
  const hasCache = kind === 'shmem' || kind === 'hugetlb' || vma.file?.userfaultable === true;
  if (modes & VM_UFFD_MINOR && !hasCache) return false;
  // Protection that the kernel itself gives up on a write needs nothing of the memory.
  if (wpAsync && (modes & VM_UFFD) === VM_UFFD_WP) return true;
  if (kind === 'gmem' && modes & VM_UFFD_WP) return false;
  return kind === 'anonymous' || hasCache;
}

function misaligned(vma: Vma, page: number): boolean {
  return vma.file?.kind === 'hugetlb' && page % pagesOf(vma.file.level) !== 0;
}

/**
 * Puts pages [start, end) under a userfaultfd.
 *
 * @param modes VM_UFFD_* flags, at least one.
 * @returns 1 where a part is of huge pages, so that not every ioctl works on it; 0 where none is; or -EINVAL where
 *   nothing is mapped or a mapping cannot be handled, -EPERM where it may never be written, -EBUSY where another
 *   userfaultfd has it. Nothing has changed then.
 */
export function* registerRange(
  mm: Mm,
  uffd: Userfaultfd,
  start: number,
  end: number,
  modes: number,
): Actor<number> {
  yield mm.mmapLock.write();
  const result = checkRegister(mm, uffd, start, end, modes);
  if (result >= 0) {
    for (let at = start; at < end; ) {
      const vma = mm.vmas.findIn(at, end);
      if (vma === undefined) break;
      at = Math.max(at, vma.start);
      const until = Math.min(end, vma.end);
      // A mapping that has these modes, and perhaps more, keeps what it has.
      if (vma.uffd !== uffd || (vma.flags & modes) !== modes) {
        const part = yield* isolate(mm, vma, at, until);
        part.flags = (part.flags & ~VM_UFFD) | modes;
        part.uffd = uffd;
        mm.vmas.merge(part);
      }
      at = until;
    }
  }
  yield mm.costs.uffdRegister;
  mm.mmapLock.writeUnlock();
  return result;
}

function checkRegister(mm: Mm, uffd: Userfaultfd, start: number, end: number, modes: number): number {
  const first = mm.vmas.findIn(start, end);
  if (first === undefined || misaligned(first, start)) return -EINVAL;
  let huge = 0;
  for (const vma of mm.vmas.within(start, end)) {
    if (!canUserfault(vma, modes, uffd.has(UFFD_FEATURE_WP_ASYNC))) return -EINVAL;
    if ((vma.flags & VM_MAYWRITE) === 0) return -EPERM;
    if (end <= vma.end && end > vma.start && misaligned(vma, end)) return -EINVAL;
    if (vma.uffd !== null && vma.uffd !== uffd) return -EBUSY;
    if (vma.file?.kind === 'hugetlb') huge = 1;
  }
  return huge;
}

/**
 * Takes pages [start, end) away from the userfaultfd that has them; faults that sleep there go on.
 *
 * @param ofOthers it may be any userfaultfd's, as it could until Linux 6.17 (Zussman, June 2025).
 * @returns 0, or -EINVAL where nothing is mapped, a mapping could never have been registered, or is another one's.
 */
export function* unregisterRange(
  mm: Mm,
  uffd: Userfaultfd,
  start: number,
  end: number,
  ofOthers: boolean,
): Actor<number> {
  yield mm.mmapLock.write();
  const first = mm.vmas.findIn(start, end);
  const wpAsync = uffd.has(UFFD_FEATURE_WP_ASYNC);
  let result = first === undefined || misaligned(first, start) ? -EINVAL : 0;
  for (const vma of mm.vmas.within(start, end)) {
    const isOthers = vma.uffd !== null && vma.uffd !== uffd;
    if ((isOthers && !ofOthers) || !canUserfault(vma, vma.flags, wpAsync)) result = -EINVAL;
  }
  if (result === 0) {
    for (let at = start; at < end; ) {
      const vma = mm.vmas.findIn(at, end);
      if (vma === undefined) break;
      at = Math.max(at, vma.start);
      const until = Math.min(end, vma.end);
      if (vma.uffd !== null) {
        if (vma.flags & VM_UFFD_MISSING) {
          yield* wakeUserfaults(vma.uffd, at * PAGE_SIZE, (until - at) * PAGE_SIZE);
        }
        yield* clear(mm, vma, at, until);
      }
      at = until;
    }
  }
  yield mm.costs.uffdRegister;
  mm.mmapLock.writeUnlock();
  return result;
}

function* clear(mm: Mm, vma: Vma, start: number, end: number): Actor {
  if (vma.flags & VM_UFFD_WP) yield* changeProtection(mm, vma, start, end, 'uffd-resolve');
  const part = yield* isolate(mm, vma, start, end);
  part.flags &= ~VM_UFFD;
  part.uffd = null;
  mm.vmas.merge(part);
}

/**
 * The last descriptor of a userfaultfd is gone: its ranges are ordinary memory again, and everybody who sleeps in
 * it goes on (userfaultfd_release).
 */
export function* releaseUserfaultfd(mm: Mm, uffd: Userfaultfd): Actor {
  uffd.noteWrite();
  // safety: userfault-released-before-clearing
  uffd.released = true;
  yield mm.mmapLock.write();
  for (const vma of [...mm.vmas.list]) {
    if (vma.uffd === uffd && mm.vmas.list.includes(vma)) yield* clear(mm, vma, vma.start, vma.end);
  }
  uffd.noteWrite();
  uffd.cleared = true;
  mm.mmapLock.writeUnlock();
  yield* wakeUserfaults(uffd, 0, 0);
  uffd.eventSleepers.wakeAll(uffd.wakeNs);
  uffd.readers.wakeAll(uffd.wakeNs);
  uffd.exclusiveReaders.wakeAll(uffd.wakeNs);
}
