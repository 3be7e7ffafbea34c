/** A file of huge pages (memfd_create with MFD_HUGETLB, fs/hugetlbfs/inode.c): 2 MiB or 1 GiB each. */
import type { Actor } from '../engine/step.ts';
import { FileMappings } from './fileMappings.ts';
import { NO_PFN, OWNER_HUGETLB } from './frames.ts';
import type { Host } from './host.ts';
import { type FileMapping, type MappedFile, NO_PAGE_OOM, NO_PAGE_SIGBUS } from './mappedFile.ts';
import { SparsePages } from './sparsePages.ts';
import { pagesOf } from './units.ts';

export class HugetlbFile implements MappedFile {
  readonly kind = 'hugetlb';
  readonly level: number;
  readonly faultsAround = false;
  /** Length in base pages, a multiple of the huge page's. */
  readonly pagesLong: number;
  /** First frames by index of the huge page. */
  private readonly pages = new SparsePages();
  private readonly host: Host;
  private readonly mappings = new FileMappings();
  /** Base pages in one of its pages. */
  readonly span: number;
  private holders = 1;

  /**
   * @param level LEVEL_2M or LEVEL_1G.
   * @param pagesLong length in base pages, rounded up to whole huge pages. The creator holds the file.
   */
  constructor(host: Host, level: number, pagesLong: number) {
    this.host = host;
    this.level = level;
    this.span = pagesOf(level);
    this.pagesLong = Math.ceil(pagesLong / this.span) * this.span;
  }

  cachedPage(index: number): number {
    const head = this.pages.get(Math.floor(index / this.span));
    return head === NO_PFN ? NO_PFN : head + (index % this.span);
  }

  isResident(index: number): boolean {
    return this.cachedPage(index) !== NO_PFN;
  }

  faultPage(index: number): number {
    if (index >= this.pagesLong) return NO_PAGE_SIGBUS;
    const huge = Math.floor(index / this.span);
    let head = this.pages.get(huge);
    if (head === NO_PFN) {
      head = this.host.frames.allocateFolio(OWNER_HUGETLB, this.span);
      if (head === NO_PFN) return NO_PAGE_OOM;
      this.pages.set(huge, head);
    }
    return head + (index % this.span);
  }

  addMapping(mapping: FileMapping): void {
    this.mappings.add(mapping);
  }

  removeMapping(mapping: FileMapping): void {
    this.mappings.remove(mapping);
  }

  hold(): void {
    this.holders++;
  }

  drop(): Actor | null {
    this.holders--;
    if (this.holders === 0) this.freePages(0, this.pagesLong);
    return null;
  }

  /** Frees the huge pages that lie wholly in page indices [start, end). */
  *punchHole(start: number, end: number): Actor {
    const first = Math.ceil(start / this.span) * this.span;
    const last = Math.floor(end / this.span) * this.span;
    if (first >= last) return;
    yield* this.mappings.unmap(first, last, false);
    this.freePages(first, last);
    yield this.host.costs.fileHolePunch;
  }

  private freePages(start: number, end: number): void {
    const gone: number[] = [];
    this.pages.forEach(start / this.span, end / this.span, huge => gone.push(huge));
    for (const huge of gone) {
      this.host.frames.put(this.pages.get(huge));
      this.pages.set(huge, NO_PFN);
    }
  }
}
