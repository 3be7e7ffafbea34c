import type { Actor } from '../engine/step.ts';
import type { HostRange, NotifierEvent } from './notifier.ts';
import type { PageTable } from './pageTable.ts';

/** An address space as whoever moves its pages sees it: entries, and the announcements that go with changing them. */
export interface PageOwner {
  readonly table: PageTable;
  rangeOf(start: number, end: number, event: NotifierEvent): HostRange;
  invalidateStart(range: HostRange): Actor;
  invalidateEnd(range: HostRange): Actor;
}

/** One mapping of a part of a file into some address space, as the file sees it (an entry of i_mmap). */
export interface FileMapping {
  /** First page index of the file that is mapped. */
  readonly first: number;
  /** Page index after the last one. */
  readonly end: number;
  /** Its page tables may go where what they map is collapsed: it has no page of its own, and none is protected. */
  readonly retractable: boolean;
  /** A userfaultfd waits to hear of pages that are missing. */
  readonly awaitsMissing: boolean;
  /** Whose mapping it is. */
  readonly owner: PageOwner;
  /** The host virtual page of a page index in the mapping. */
  pageOf(index: number): number;
  /**
   * Unmaps page indices [start, end), which lie in the mapping: with `privateCopies` also the private copies that
   * were made of them.
   */
  unmapPages(start: number, end: number, privateCopies: boolean): Actor;
}

/** No page there: the file ends before it, or forbids the access. A fault answers with SIGBUS. */
export const NO_PAGE_SIGBUS = -1;
/** No page there: memory is full. */
export const NO_PAGE_OOM = -2;

/** What a mapping can be made of besides anonymous memory: a page cache, and rules about who may map it how. */
export interface MappedFile {
  readonly kind: 'shmem' | 'hugetlb' | 'gmem' | 'dmabuf';
  /** A file of guest memory whose faults a userfaultfd may take (vm_uffd_ops, since 7.1). */
  readonly userfaultable?: boolean;
  /** Length in pages, rounded up: a fault at or after it gets SIGBUS. */
  readonly pagesLong: number;
  /** Level of the leaves that map it. */
  readonly level: number;
  /** Its pages in the cache may be mapped around a read fault without being asked for (map_pages). */
  readonly faultsAround: boolean;
  /** The frame at a page index, if the cache has one; else NO_PFN. */
  cachedPage(index: number): number;
  /** Whether the cache has the page, with contents (what mincore asks). */
  isResident(index: number): boolean;
  /** The frame at a page index for a fault through a mapping, allocating it; NO_PAGE_SIGBUS or NO_PAGE_OOM. */
  faultPage(index: number): number;
  /** The head of the 2 MiB page of the cache that a page index belongs to; NO_PFN where that page is a small one. */
  largeAt?(index: number): number;
  /** Whether a page of the cache is locked: a fault on it waits. */
  isLocked?(index: number): boolean;
  /** A mapping of it came. */
  addMapping(mapping: FileMapping): void;
  /** A mapping of it went. */
  removeMapping(mapping: FileMapping): void;
  /** Takes a reference to the open file: a descriptor or a mapping. */
  hold(): void;
  /** Gives a reference back; when it was the last, returns what remains to be done. */
  drop(): Actor | null;
  /** fallocate(PUNCH_HOLE) of page indices [start, end), as MADV_REMOVE calls it. */
  punchHole(start: number, end: number): Actor;
}
