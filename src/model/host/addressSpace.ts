/**
 * A process' address space: what the rest of the model calls to map memory, to touch it and to take it away.
 *
 * Addresses are host virtual page numbers (hva / 4096). The protocols stand in files of their own.
 */
import type { Actor } from '../engine/step.ts';
import { faultIn, gupErrno } from './faultIn.ts';
import type { Host } from './host.ts';
import type { MappedFile } from './mappedFile.ts';
import { insertMapping, newAftermath, settle, unmapRange } from './mapRange.ts';
import { Mm } from './mm.ts';
import type { NotifierEvent } from './notifier.ts';
import {
  VM_ACCOUNT,
  VM_MAYEXEC,
  VM_MAYREAD,
  VM_MAYSHARE,
  VM_MAYWRITE,
  VM_PFNMAP,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from './vma.ts';
import { kernelFault } from './vmFault.ts';
import { ZAP_CLEAR, ZAP_HOLE, ZAP_TRUNCATE, ZAP_UNMAP, zapEntries, zapRange } from './zap.ts';

const READ_WRITE = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;
const READ_FAULT = kernelFault(false, null);
const WRITE_FAULT = kernelFault(true, null);

export class AddressSpace extends Mm {
  constructor(host: Host) {
    super(host, (vma, start, end, privateCopies) =>
      zapRange(this, vma, start, end, privateCopies ? ZAP_TRUNCATE : ZAP_HOLE, 'clear'),
    );
  }

  /**
   * Maps `pages` pages of anonymous memory, or of `file` shared, from page `offset`; readable and writable.
   *
   * @returns the first host virtual page.
   */
  map(pages: number, file: MappedFile | null = null, offset = 0): number {
    const start = this.chooseRange(pages);
    file?.hold();
    insertMapping(this, start, start + pages, {
      flags:
        READ_WRITE |
        (file === null ? VM_ACCOUNT : VM_SHARED | VM_MAYSHARE) |
        (file?.kind === 'dmabuf' ? VM_PFNMAP : 0),
      file,
      offset: file === null ? start : offset,
      uffd: null,
      anonVma: 0,
      inherited: false,
    });
    return start;
  }

  /** Unmaps the mapping that starts at `start`. */
  *unmap(start: number): Actor {
    const vma = this.vmas.find(start);
    if (vma?.start !== start) return;
    const aftermath = newAftermath();
    yield this.mmapLock.write();
    yield* unmapRange(this, vma.start, vma.end, aftermath);
    this.mmapLock.writeUnlock();
    yield* settle(aftermath);
  }

  /**
   * Makes a page present and returns its frame, as get_user_pages does.
   *
   * @returns its frame, or -EFAULT, -ENOMEM, -EHWPOISON.
   */
  *fault(page: number, write: boolean): Actor<number> {
    const pfn = yield* faultIn(this, page, write ? WRITE_FAULT : READ_FAULT, true);
    return pfn > 0 ? pfn : gupErrno(pfn);
  }

  /** madvise(MADV_DONTNEED) on pages [start, end): their contents are gone, the mapping stays. */
  *dontNeed(start: number, end: number): Actor {
    yield this.mmapLock.read();
    for (const vma of this.vmas.within(start, end)) {
      yield* zapRange(this, vma, Math.max(start, vma.start), Math.min(end, vma.end), ZAP_CLEAR, 'clear');
    }
    this.table.dropEmptyTables(start, end);
    yield this.costs.dontNeed + this.costs.dontNeedPage * (end - start);
    this.mmapLock.readUnlock();
  }

  /** Clears the entries of pages [start, end) between the notifiers' start and end, and drops their references. */
  *zap(start: number, end: number, event: NotifierEvent): Actor {
    yield* zapRange(this, null, start, end, ZAP_UNMAP, event);
  }

  /** The process has ended: listeners let go first, then every mapping goes (exit_mmap). */
  *exit(): Actor {
    yield* this.releaseNotifiers();
    const aftermath = newAftermath();
    yield this.mmapLock.write();
    for (const vma of [...this.vmas.list]) {
      zapEntries(this, vma, vma.start, vma.end, ZAP_UNMAP);
      this.vmas.remove(vma);
      const release = vma.file?.drop() ?? null;
      if (release !== null) aftermath.releases.push(release);
    }
    this.mmapLock.writeUnlock();
    this.host.spaces.delete(this);
    yield* settle(aftermath);
  }
}
