import type { Actor } from '../engine/step.ts';
import { changeProtection } from './changeProtection.ts';
import { EAGAIN, EINVAL, ENOENT } from './errno.ts';
import type { Mm } from './mm.ts';
import { pagesOf } from './units.ts';
import type { Userfaultfd } from './userfaultfd.ts';
import { VM_UFFD_WP } from './vma.ts';

/**
 * Protects pages [start, end) from writes, or gives writing back (mwriteprotect_range, mm/userfaultfd.c). Mappings
 * before one that is not registered for it have changed all the same.
 *
 * @returns 0, -ENOENT where nothing, or a part, is not registered for write-protection, or -EAGAIN while the layout
 *   changes.
 */
export function* writeProtectRange(
  mm: Mm,
  uffd: Userfaultfd,
  start: number,
  end: number,
  protect: boolean,
): Actor<number> {
  yield mm.mmapLock.read();
  yield uffd.mapChangingLock.read();
  uffd.noteRead();
  let result = uffd.mapChanging > 0 ? -EAGAIN : -ENOENT;
  if (uffd.mapChanging === 0) {
    for (const vma of mm.vmas.within(start, end)) {
      result = -ENOENT;
      if ((vma.flags & VM_UFFD_WP) === 0) break;
      if (vma.file?.kind === 'hugetlb') {
        const span = pagesOf(vma.file.level);
        result = -EINVAL;
        if (start % span !== 0 || (end - start) % span !== 0) break;
      }
      const from = Math.max(start, vma.start);
      const to = Math.min(end, vma.end);
      yield* changeProtection(mm, vma, from, to, protect ? 'uffd-protect' : 'uffd-resolve');
      result = 0;
    }
  }
  uffd.mapChangingLock.readUnlock();
  yield mm.costs.uffdWriteProtect + mm.costs.uffdWriteProtectPage * (end - start);
  mm.mmapLock.readUnlock();
  return result;
}
