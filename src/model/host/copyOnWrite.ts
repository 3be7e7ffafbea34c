import { type Actor, POINT } from '../engine/step.ts';
import { NO_PFN, OWNER_ANON } from './frames.ts';
import type { Mm } from './mm.ts';
import { newEntryFlags } from './protection.ts';
import { PTE_DIRTY, PTE_WRITE, pteHigh, pteLow } from './pte.ts';
import { VM_WRITE, type Vma } from './vma.ts';

/**
 * Gives a private mapping a copy of a page that it must not write in place: shared with another process, with a
 * file, with KSM, or the page of zeros (wp_page_copy, mm/memory.c). Called with mmap_lock held for reading.
 *
 * @returns false where memory is full.
 */
export function* copyPage(mm: Mm, vma: Vma, page: number): Actor<boolean> {
  const { frames, table, engine } = mm;
  mm.prepareAnon(vma);
  const before = table.low(page);
  const old = table.pfn(page);
  const copy = frames.allocate(OWNER_ANON);
  if (copy === NO_PFN) return false;
  frames.get(old);
  frames.copy(old, copy);
  frames.setExclusive(copy, true);
  yield mm.costs.hostFault + mm.costs.pageAllocate;
  const range = mm.rangeOf(page, page + 1, 'clear');
  yield* mm.invalidateStart(range);
  // safety: copy-rechecks-entry
  if (table.low(page) === before && table.pfn(page) === old) {
    const write = vma.flags & VM_WRITE ? PTE_WRITE : 0;
    table.write(page, pteLow(copy, newEntryFlags(vma) | PTE_DIRTY | write), pteHigh(copy));
    frames.put(old);
  } else {
    frames.put(copy);
  }
  if (engine.stepwise) yield POINT;
  yield* mm.invalidateEnd(range);
  frames.put(old);
  return true;
}
