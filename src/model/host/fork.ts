/**
 * A process forks: its child gets the same mappings, and shares its private pages until one of them writes
 * (dup_mmap, kernel/fork.c; copy_page_range, mm/memory.c).
 */
import type { Actor } from '../engine/step.ts';
import { NO_PFN, OWNER_ANON, ZERO_PFN } from './frames.ts';
import type { Mm } from './mm.ts';
import { writeEntry } from './pageTable.ts';
import {
  PTE_HUGE,
  PTE_MARKER_POISONED,
  PTE_MARKER_UFFD_WP,
  PTE_UFFD_WP,
  PTE_WRITE,
  pteHigh,
  pteIsMarker,
  pteLow,
  pteMaps,
  ptePfn,
} from './pte.ts';
import { beginMapChange, sendEvent } from './userfault.ts';
import { UFFD_FEATURE_EVENT_FORK, Userfaultfd } from './userfaultfd.ts';
import {
  isCow,
  VM_DONTCOPY,
  VM_PFNMAP,
  VM_SHARED,
  VM_UFFD,
  VM_UFFD_WP,
  VM_WIPEONFORK,
  type Vma,
} from './vma.ts';

/**
 * Copies `parent`'s mappings into `child`, which has none yet.
 *
 * @param adopt told of each userfaultfd that came into being for the child, with the parent's.
 */
export function* forkInto(parent: Mm, child: Mm, adopt: (heir: Userfaultfd) => void): Actor {
  const heirs = new Map<Userfaultfd, Userfaultfd>();
  yield parent.mmapLock.write();
  for (const vma of [...parent.vmas.list]) {
    if (vma.flags & VM_DONTCOPY) continue;
    const copy = copyMapping(child, vma);
    yield* inheritUserfaultfd(parent, vma, copy, heirs);
    if (!(copy.flags & VM_WIPEONFORK) && needsEntries(vma, copy))
      yield* copyEntries(parent, child, vma, copy);
  }
  parent.mmapLock.writeUnlock();
  for (const [uffd, heir] of heirs) {
    adopt(heir);
    yield* sendEvent(uffd, { event: 'fork', child: heir });
  }
}

function copyMapping(child: Mm, vma: Vma): Vma {
  vma.file?.hold();
  const copy: Vma = { ...vma, mapping: null, inherited: vma.anonVma !== 0 };
  if (vma.flags & VM_WIPEONFORK) {
    copy.anonVma = 0;
    copy.inherited = false;
  } else if (vma.anonVma !== 0) {
    copy.anonVma = child.takeAnonVma();
  }
  child.vmas.insert(copy);
  return copy;
}

/** The child is handled by a userfaultfd of its own where the parent's wants to hear of forks; else by none. */
function* inheritUserfaultfd(parent: Mm, vma: Vma, copy: Vma, heirs: Map<Userfaultfd, Userfaultfd>): Actor {
  const { uffd } = vma;
  if (uffd === null) return;
  if (!uffd.has(UFFD_FEATURE_EVENT_FORK)) {
    copy.uffd = null;
    copy.flags &= ~VM_UFFD;
    return;
  }
  let heir = heirs.get(uffd);
  if (heir === undefined) {
    heir = new Userfaultfd(parent.engine, parent.costs, uffd.userModeOnly);
    heir.features = uffd.features;
    heir.initialized = true;
    heirs.set(uffd, heir);
    yield* beginMapChange(uffd);
  }
  copy.uffd = heir;
}

/** Pages that a fault finds again need not be copied (vma_needs_copy). */
function needsEntries(vma: Vma, copy: Vma): boolean {
  return (copy.flags & VM_UFFD_WP) !== 0 || (vma.flags & VM_PFNMAP) !== 0 || vma.anonVma !== 0;
}

function* copyEntries(parent: Mm, child: Mm, vma: Vma, copy: Vma): Actor {
  const cow = isCow(vma);
  const range = parent.rangeOf(vma.start, vma.end, 'protection-page');
  if (cow) yield* parent.invalidateStart(range);
  parent.table.note(vma.start, vma.end);
  const protects = (copy.flags & VM_UFFD_WP) !== 0;
  parent.table.forEach(vma.start, vma.end, (page, table, index, low) => {
    if (!pteMaps(low)) {
      const keep =
        pteIsMarker(low, PTE_MARKER_POISONED) || (protects && pteIsMarker(low, PTE_MARKER_UFFD_WP));
      if (keep) child.table.write(page, low, 0);
      return;
    }
    const pfn = ptePfn(low, table.words[2 * index + 1]);
    const given = shareFrame(parent, pfn);
    let flags = cow ? low & ~PTE_WRITE : low;
    if (cow && given === pfn && low & PTE_WRITE) writeEntry(table, index, flags, table.words[2 * index + 1]);
    if (!protects) flags &= ~PTE_UFFD_WP;
    if (vma.flags & VM_SHARED) flags = low & ~(protects ? 0 : PTE_UFFD_WP);
    const entry = pteLow(given, flags & 0xfff);
    if (low & PTE_HUGE) child.table.writeHuge(page, table.level, entry, pteHigh(given));
    else child.table.write(page, entry, pteHigh(given));
  });
  if (cow) yield* parent.invalidateEnd(range);
}

/**
 * One more process maps the frame. A page that is pinned for long stays the parent's alone, and the child gets a
 * copy at once: else the parent's next write would move it away from the device (copy_present_page).
 */
function shareFrame(parent: Mm, pfn: number): number {
  const { frames } = parent;
  if (pfn === ZERO_PFN) return pfn;
  if (frames.owner(pfn) === OWNER_ANON) {
    if (frames.pinCount(pfn) > 0 && frames.folioPages(pfn) === 1) {
      const copy = frames.allocate(OWNER_ANON);
      if (copy !== NO_PFN) {
        frames.copy(pfn, copy);
        frames.setExclusive(copy, true);
        return copy;
      }
    }
    frames.setExclusive(pfn, false);
  }
  frames.get(pfn);
  return pfn;
}
