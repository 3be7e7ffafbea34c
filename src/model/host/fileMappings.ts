import type { Actor } from '../engine/step.ts';
import type { FileMapping } from './mappedFile.ts';

/** The mappings of a file, in the order in which they came (i_mmap). */
export class FileMappings {
  private readonly list: FileMapping[] = [];

  add(mapping: FileMapping): void {
    this.list.push(mapping);
  }

  remove(mapping: FileMapping): void {
    const at = this.list.indexOf(mapping);
    if (at >= 0) this.list.splice(at, 1);
  }

  /** Whether anybody maps the file. */
  get any(): boolean {
    return this.list.length > 0;
  }

  /** The mappings that cover a page index. */
  covering(index: number): FileMapping[] {
    return this.list.filter(mapping => mapping.first <= index && index < mapping.end);
  }

  /** The mappings that cover some of page indices [start, end). */
  overlapping(start: number, end: number): FileMapping[] {
    return this.list.filter(mapping => mapping.first < end && start < mapping.end);
  }

  /** Unmaps page indices [start, end) from every mapping (unmap_mapping_range). */
  *unmap(start: number, end: number, privateCopies: boolean): Actor {
    for (const mapping of [...this.list]) {
      const from = Math.max(start, mapping.first);
      const to = Math.min(end, mapping.end);
      if (from < to) yield* mapping.unmapPages(from, to, privateCopies);
    }
  }
}
