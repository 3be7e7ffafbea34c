import type { FileMapping, MappedFile } from './mappedFile.ts';
import type { Userfaultfd } from './userfaultfd.ts';

/** Flags of a mapping (include/linux/mm.h), those of uffd among them; the numbers are the model's own. */
export const VM_READ = 1 << 0;
export const VM_WRITE = 1 << 1;
export const VM_EXEC = 1 << 2;
export const VM_SHARED = 1 << 3;
/** What mprotect may still grant: the access flags, four bits up. */
export const VM_MAYREAD = 1 << 4;
export const VM_MAYWRITE = 1 << 5;
export const VM_MAYEXEC = 1 << 6;
export const VM_MAYSHARE = 1 << 7;
export const VM_DONTCOPY = 1 << 8;
export const VM_WIPEONFORK = 1 << 9;
export const VM_HUGEPAGE = 1 << 10;
export const VM_NOHUGEPAGE = 1 << 11;
export const VM_MERGEABLE = 1 << 12;
export const VM_UFFD_MISSING = 1 << 13;
export const VM_UFFD_WP = 1 << 14;
export const VM_UFFD_MINOR = 1 << 15;
/** Pages of a device or without struct page: dma-buf. */
export const VM_PFNMAP = 1 << 16;
export const VM_HUGETLB = 1 << 17;
export const VM_SEQ_READ = 1 << 18;
export const VM_RAND_READ = 1 << 19;
export const VM_DONTDUMP = 1 << 20;
export const VM_LOCKED = 1 << 21;
export const VM_NORESERVE = 1 << 22;
/** A private mapping whose pages were accounted when it became writable; it tells mappings apart when they merge. */
export const VM_ACCOUNT = 1 << 23;

export const VM_ACCESS = VM_READ | VM_WRITE | VM_EXEC;
export const VM_UFFD = VM_UFFD_MISSING | VM_UFFD_WP | VM_UFFD_MINOR;

/** One mapping of an address space: host virtual pages [start, end) and what stands behind them. */
export interface Vma {
  start: number;
  end: number;
  flags: number;
  /** The file mapped, or null for anonymous memory. */
  readonly file: MappedFile | null;
  /** Page index in the file of the first page; for anonymous memory, where it was first mapped. */
  offset: number;
  /** Who handles its faults, or null. */
  uffd: Userfaultfd | null;
  /** Identity of its reverse mapping; 0 before the first private page. Mappings with different ones do not merge. */
  anonVma: number;
  /** It has pages of a process it was forked from: it merges only with mappings of the same reverse mapping. */
  inherited: boolean;
  /** Its entry in the file's list of mappings. */
  mapping: FileMapping | null;
}

/** Whether its private pages are copied on the first write: a private mapping that may become writable. */
export function isCow(vma: Vma): boolean {
  return (vma.flags & (VM_SHARED | VM_MAYWRITE)) === VM_MAYWRITE;
}

/** The page index in the mapping's file (or its like for anonymous memory) of a host virtual page. */
export function indexIn(vma: Vma, page: number): number {
  return vma.offset + page - vma.start;
}
