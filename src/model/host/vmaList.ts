import type { Vma } from './vma.ts';
import { VM_UFFD } from './vma.ts';

/** What a range is to become, when it may merge with its neighbours. */
export interface VmaKind {
  readonly flags: number;
  readonly file: Vma['file'];
  readonly offset: number;
  readonly uffd: Vma['uffd'];
  readonly anonVma: number;
  readonly inherited: boolean;
}

/** The mappings of an address space, in order; they do not overlap (mm/vma.c). */
export class VmaList {
  readonly list: Vma[] = [];
  /** Called with a mapping whose range or file part has changed or that is new. */
  private readonly relink: (vma: Vma) => void;
  /** Called with a mapping that is no more. */
  private readonly unlink: (vma: Vma) => void;

  constructor(relink: (vma: Vma) => void, unlink: (vma: Vma) => void) {
    this.relink = relink;
    this.unlink = unlink;
  }

  /** The position of the first mapping that ends after `page`; the list's length where there is none. */
  positionFrom(page: number): number {
    let low = 0;
    let high = this.list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.list[middle].end <= page) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The mapping that covers `page`, or undefined. */
  find(page: number): Vma | undefined {
    const vma = this.list[this.positionFrom(page)];
    return vma !== undefined && vma.start <= page ? vma : undefined;
  }

  /** The first mapping that has a page in [start, end), or undefined. */
  findIn(start: number, end: number): Vma | undefined {
    const vma = this.list[this.positionFrom(start)];
    return vma !== undefined && vma.start < end ? vma : undefined;
  }

  /** The mappings that have pages in [start, end), as they are now. */
  within(start: number, end: number): Vma[] {
    const out: Vma[] = [];
    for (let i = this.positionFrom(start); i < this.list.length && this.list[i].start < end; i++) {
      out.push(this.list[i]);
    }
    return out;
  }

  /** Adds a mapping where there is none. */
  insert(vma: Vma): void {
    this.list.splice(this.positionFrom(vma.start), 0, vma);
    this.relink(vma);
  }

  /** Takes a mapping out. */
  remove(vma: Vma): void {
    this.list.splice(this.list.indexOf(vma), 1);
    this.unlink(vma);
  }

  /** Splits a mapping at a page inside it; the part from `page` on is new, and returned. */
  split(vma: Vma, page: number): Vma {
    const rest: Vma = {
      ...vma,
      start: page,
      offset: vma.offset + page - vma.start,
      mapping: null,
    };
    vma.end = page;
    vma.file?.hold();
    this.list.splice(this.list.indexOf(vma) + 1, 0, rest);
    this.relink(vma);
    this.relink(rest);
    return rest;
  }

  /** Splits so that no mapping crosses `start` or `end`. */
  splitAround(start: number, end: number): void {
    for (const page of [start, end]) {
      const vma = this.find(page);
      if (vma !== undefined && vma.start < page) this.split(vma, page);
    }
  }

  /**
   * Merges a mapping with its neighbours as far as they allow it: alike in all but place, and one after the other
   * in what they map.
   *
   * @returns the mapping that covers the given one's pages now.
   */
  merge(vma: Vma): Vma {
    const at = this.list.indexOf(vma);
    const before = this.list[at - 1];
    const after = this.list[at + 1];
    let merged = vma;
    if (before !== undefined && canMerge(before, vma)) merged = this.join(before, vma);
    if (after !== undefined && canMerge(merged, after)) merged = this.join(merged, after);
    return merged;
  }

  /** Whether a new range of a kind could be taken into the mapping before it, or the one after it. */
  extendable(start: number, end: number, kind: VmaKind): Vma | undefined {
    const at = this.positionFrom(start);
    const before = this.list[at - 1];
    const probe: Vma = { ...kind, start, end, mapping: null };
    if (before !== undefined && canMerge(before, probe)) return before;
    const after = this.list[at];
    return after !== undefined && canMerge(probe, after) ? after : undefined;
  }

  private join(left: Vma, right: Vma): Vma {
    left.end = right.end;
    if (left.anonVma === 0) {
      left.anonVma = right.anonVma;
      left.inherited = right.inherited;
    }
    this.list.splice(this.list.indexOf(right), 1);
    this.unlink(right);
    // Two holders of the file have become one; it cannot be the last.
    right.file?.drop();
    this.relink(left);
    return left;
  }
}

/** Whether two mappings, the one right before the other, can become one (can_vma_merge_after). */
export function canMerge(left: Vma, right: Vma): boolean {
  return (
    left.end === right.start &&
    left.flags === right.flags &&
    left.file === right.file &&
    left.uffd === right.uffd &&
    left.offset + left.end - left.start === right.offset &&
    sameReverseMapping(left, right)
  );
}

/** Whether two mappings can share a reverse mapping: the same one, or one has none yet and the other is no heir. */
function sameReverseMapping(a: Vma, b: Vma): boolean {
  if (a.anonVma === b.anonVma) return true;
  if (a.anonVma !== 0 && b.anonVma !== 0) return false;
  return !(a.anonVma !== 0 ? a : b).inherited;
}

/** Whether two neighbours may share a reverse mapping when one of them gets its first page (anon_vma_compatible). */
export function canShareReverseMapping(left: Vma, right: Vma, accessFlags: number): boolean {
  return (
    left.end === right.start &&
    ((left.flags ^ right.flags) & ~accessFlags) === 0 &&
    left.file === right.file &&
    left.offset + left.end - left.start === right.offset
  );
}

/** The flags of a mapping without those of userfaultfd. */
export function plainFlags(vma: Vma): number {
  return vma.flags & ~VM_UFFD;
}
