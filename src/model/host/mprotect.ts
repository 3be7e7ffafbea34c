import type { Actor } from '../engine/step.ts';
import { changeProtection } from './changeProtection.ts';
import { EACCES, ENOMEM } from './errno.ts';
import type { Mm } from './mm.ts';
import { announceSplits } from './splitEdges.ts';
import { VM_ACCESS, VM_ACCOUNT, VM_HUGETLB, VM_NORESERVE, VM_SHARED, VM_WRITE, type Vma } from './vma.ts';

/**
 * Gives pages [start, end) new rights, mapping by mapping; what came before a hole or a refusal stays changed, as in
 * the kernel (do_mprotect_pkey, mm/mprotect.c).
 *
 * @param access VM_READ, VM_WRITE and VM_EXEC, as asked for.
 * @returns 0, -ENOMEM where a part is not mapped, -EACCES where a mapping may never have the right.
 */
export function* protectRange(mm: Mm, start: number, end: number, access: number): Actor<number> {
  yield mm.mmapLock.write();
  const result = yield* protectMappings(mm, start, end, access);
  yield mm.costs.mprotectCall;
  mm.mmapLock.writeUnlock();
  return result;
}

function* protectMappings(mm: Mm, start: number, end: number, access: number): Actor<number> {
  if (mm.vmas.find(start) === undefined) return -ENOMEM;
  let at = start;
  while (at < end) {
    const vma = mm.vmas.find(at);
    if (vma === undefined) return -ENOMEM;
    const flags = (vma.flags & ~VM_ACCESS) | access;
    if (flags & ~(flags >> 4) & VM_ACCESS) return -EACCES;
    const until = Math.min(end, vma.end);
    if (flags !== vma.flags) {
      const changed = yield* modifyFlags(mm, vma, at, until, withAccounting(vma, flags));
      yield* changeProtection(mm, changed, at, until, 'rights');
    }
    at = until;
  }
  return 0;
}

/** Private memory counts against the limit from when it becomes writable, and no longer once it never will be. */
function withAccounting(vma: Vma, flags: number): number {
  if (flags & VM_WRITE) {
    const exempt = vma.flags & (VM_ACCOUNT | VM_WRITE | VM_HUGETLB | VM_SHARED | VM_NORESERVE);
    return exempt ? flags : flags | VM_ACCOUNT;
  }
  return vma.flags & VM_ACCOUNT && vma.file === null && vma.anonVma === 0 ? flags & ~VM_ACCOUNT : flags;
}

/**
 * Gives a part of a mapping other flags: it is split off where it must be, and merged with its neighbours where it
 * can be (vma_modify_flags).
 *
 * @returns the mapping that covers the part now.
 */
export function* modifyFlags(mm: Mm, vma: Vma, start: number, end: number, flags: number): Actor<Vma> {
  const part = yield* isolate(mm, vma, start, end);
  part.flags = flags;
  return mm.vmas.merge(part);
}

/**
 * Splits pages [start, end) off a mapping that covers them; returns the mapping of just these pages. No huge leaf
 * belongs to two mappings (vma_adjust_trans_huge).
 */
export function* isolate(mm: Mm, vma: Vma, start: number, end: number): Actor<Vma> {
  yield* announceSplits(mm, start, end);
  const part = vma.start < start ? mm.vmas.split(vma, start) : vma;
  if (part.end > end) mm.vmas.split(part, end);
  return part;
}
