/**
 * The machine's physical frames, 4 KiB each: who owns one, how often it is referenced, and what it holds.
 *
 * Contents are a version token: whoever writes a page puts in a number nobody used before, so a stale, leaked or
 * corrupted page is seen by reading it. Where somebody writes bytes, the page has bytes too (contents.ts). Frame
 * numbers (pfn) count from 1; 0 is no frame, 1 is the page of zeros that everybody shares.
 */
import type { AccessLog } from '../engine/access.ts';
import { FRESH_WORDS, type WordSource } from '../engine/arena.ts';
import type { Hashable, StateHash } from '../engine/hash.ts';
import { Contents } from './contents.ts';
import { FolioBlocks } from './folioBlocks.ts';
import { FreeFrames } from './freeFrames.ts';
import { Seals } from './seals.ts';
import { SparsePages } from './sparsePages.ts';

/** What a frame is used for. */
export const OWNER_FREE = 0;
export const OWNER_ANON = 1;
export const OWNER_CACHE = 2;
export const OWNER_GMEM = 3;
export const OWNER_HUGETLB = 4;
export const OWNER_ZERO = 5;
export const OWNER_KSM = 6;
export const OWNER_DEVICE = 7;

/** No frame. */
export const NO_PFN = 0;

/** The page of zeros that read faults on anonymous memory map; its references are not counted. */
export const ZERO_PFN = 1;

/** The token of a page full of zeros. */
export const ZERO_TOKEN = 0;

// As few as a page of words holds: a search makes its frames anew for every schedule, and has ten.
const CHUNK_BITS = 9;
const CHUNK = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK - 1;
const WORDS = 2;
const OWNER_SHIFT = 24;
const OWNER_MASK = 15;
const COUNT_MASK = (1 << OWNER_SHIFT) - 1;
const EXCLUSIVE = 1 << 28;

/** Frames share objects of the access log in turn; those of a race are few. */
const OBJECTS = 16;

const POISONED = 1 << 29;

/** Told when a frame goes back to the free list, so that the RMP, caches or pins can be checked or cleared. */
export type FreeHook = (pfn: number) => void;

export class Frames implements Hashable {
  /** Frames in use. */
  inUse = 0;
  /** The most frames ever in use at once. */
  peak = 0;
  /** Called before a frame is freed. */
  onFree: FreeHook | undefined;
  /** Bytes of the pages that somebody wrote bytes to. */
  readonly contents = new Contents(this);
  private limit: number;
  private readonly chunks: (Int32Array | undefined)[] = [];
  /** Which frames hold ciphertext. */
  readonly seals: Seals;
  private readonly folios = new FolioBlocks();
  /** Which frames nobody has, and on which memory node each lies. */
  readonly free = new FreeFrames(ZERO_PFN + 1, this.folios);
  private readonly pins: SparsePages;
  private lastToken = ZERO_TOKEN;
  private readonly access: AccessLog;
  private readonly wordSource: WordSource;
  private readonly freeObject: number;
  private readonly contentObjects: number;
  private readonly countObjects: number;

  /**
   * @param access told who touches which frame.
   * @param limit frames the machine has.
   * @param words where their records are kept.
   */
  constructor(access: AccessLog, limit = Number.MAX_SAFE_INTEGER, words: WordSource = FRESH_WORDS) {
    this.wordSource = words;
    this.seals = new Seals(words);
    this.pins = new SparsePages(words);
    this.access = access;
    this.freeObject = access.reserve(1, 'free frames');
    this.contentObjects = access.reserve(OBJECTS, 'page contents');
    this.countObjects = access.reserve(OBJECTS, 'page references');
    this.limit = limit;
    this.words(ZERO_PFN)[ZERO_PFN * WORDS + 1] = (OWNER_ZERO << OWNER_SHIFT) | 1;
  }

  /**
   * Takes a frame holding zeros, with one reference. Returns NO_PFN when memory is full.
   *
   * @param node memory node that it should lie on; any unless given.
   */
  allocate(owner: number, node?: number): number {
    this.access.write(this.freeObject);
    if (this.inUse >= this.limit) return NO_PFN;
    const pfn = this.free.take(node);
    const at = (pfn & CHUNK_MASK) * WORDS;
    const words = this.words(pfn);
    words[at] = ZERO_TOKEN;
    words[at + 1] = (owner << OWNER_SHIFT) | 1;
    if (++this.inUse > this.peak) this.peak = this.inUse;
    return pfn;
  }

  /** Frames that are left. */
  get room(): number {
    return this.limit - this.inUse;
  }

  /**
   * Takes a naturally aligned run of `pages` frames (512 or 512 * 512) that live and die together, with one
   * reference on all of them: a THP or a hugetlb page. Returns its first frame, or NO_PFN when memory is full.
   */
  allocateFolio(owner: number, pages: number): number {
    if (this.inUse + pages > this.limit) return NO_PFN;
    const head = this.free.takeFolio(pages);
    this.folios.mark(head, pages);
    this.words(head)[(head & CHUNK_MASK) * WORDS + 1] = (owner << OWNER_SHIFT) | 1;
    this.inUse += pages;
    if (this.inUse > this.peak) this.peak = this.inUse;
    return head;
  }

  /** Splits a folio into base frames, each with as many references as the folio had. */
  splitFolio(pfn: number): void {
    const head = this.folios.head(pfn);
    const pages = this.folios.pagesOf(head);
    if (pages === 1) return;
    const record = this.words(head)[(head & CHUNK_MASK) * WORDS + 1];
    this.folios.unmark(head);
    for (let page = head; page < head + pages; page++) {
      this.words(page)[(page & CHUNK_MASK) * WORDS + 1] = record;
    }
  }

  /** Pages in the folio that a frame belongs to; 1 for a base page. */
  folioPages(pfn: number): number {
    return this.folios.pagesOf(this.folios.head(pfn));
  }

  /** Takes one more reference. */
  get(pfn: number): void {
    if (pfn === ZERO_PFN) return;
    const head = this.folios.head(pfn);
    this.access.write(this.countObjects + (head % OBJECTS));
    this.words(head)[(head & CHUNK_MASK) * WORDS + 1]++;
  }

  /** Gives a reference back; the last one frees the frame. */
  put(pfn: number): void {
    if (pfn === ZERO_PFN) return;
    const head = this.folios.head(pfn);
    this.access.write(this.countObjects + (head % OBJECTS));
    const words = this.words(head);
    const at = (head & CHUNK_MASK) * WORDS + 1;
    if ((--words[at] & COUNT_MASK) !== 0) return;
    const pages = this.folios.pagesOf(head);
    this.access.write(this.freeObject);
    if (pages === 1) {
      this.onFree?.(head);
      this.contents.forget(head);
      this.seals.open(head);
      words[at] = 0;
      this.free.give(head);
    } else {
      this.freeFolio(head, pages);
    }
    this.inUse -= pages;
  }

  /** Number of references; 0 for a free frame. */
  references(pfn: number): number {
    return this.record(pfn) & COUNT_MASK;
  }

  /** What the frame is used for. */
  owner(pfn: number): number {
    return (this.record(pfn) >>> OWNER_SHIFT) & OWNER_MASK;
  }

  /** Changes what the frame is used for (KSM takes anonymous pages over). */
  setOwner(pfn: number, owner: number): void {
    this.change(pfn, OWNER_MASK << OWNER_SHIFT, owner << OWNER_SHIFT);
  }

  /** Whether an anonymous page belongs to one process alone, so that a write need not copy it (PageAnonExclusive). */
  isExclusive(pfn: number): boolean {
    return (this.record(pfn) & EXCLUSIVE) !== 0;
  }

  setExclusive(pfn: number, exclusive: boolean): void {
    this.change(pfn, EXCLUSIVE, exclusive ? EXCLUSIVE : 0);
  }

  /** Whether the frame's memory is broken: whoever asks for it gets an error. */
  isPoisoned(pfn: number): boolean {
    return (this.record(pfn) & POISONED) !== 0;
  }

  poison(pfn: number): void {
    this.change(pfn, POISONED, POISONED);
  }

  /**
   * Pins a frame for long (FOLL_LONGTERM): it keeps its place, which a raised reference count alone does not ask
   * for. A pin holds a reference.
   */
  pin(pfn: number): void {
    this.get(pfn);
    const head = this.folios.head(pfn);
    this.pins.set(head, this.pins.get(head) + 1);
  }

  /** Gives a pin back, and its reference. */
  unpin(pfn: number): void {
    const head = this.folios.head(pfn);
    const count = this.pins.get(head);
    if (count === 0) throw new Error(`frame ${pfn} is unpinned more often than it was pinned`);
    this.pins.set(head, count - 1);
    this.put(pfn);
  }

  /** Number of long-term pins. */
  pinCount(pfn: number): number {
    this.access.read(this.countObjects + (pfn % OBJECTS));
    return this.pins.count === 0 ? 0 : this.pins.get(this.folios.head(pfn));
  }

  /** The token the frame holds. */
  read(pfn: number): number {
    this.access.read(this.contentObjects + (pfn % OBJECTS));
    const words = this.chunks[pfn >> CHUNK_BITS];
    return words === undefined ? ZERO_TOKEN : words[(pfn & CHUNK_MASK) * WORDS];
  }

  /** Puts a token into the frame, in place of whatever was there. */
  write(pfn: number, token: number): void {
    this.access.write(this.contentObjects + (pfn % OBJECTS));
    this.contents.forget(pfn);
    this.seals.open(pfn);
    this.words(pfn)[(pfn & CHUNK_MASK) * WORDS] = token;
  }

  /** Notes that the frame's bytes changed to what `token` stands for. */
  retoken(pfn: number, token: number): void {
    this.seals.open(pfn);
    this.access.write(this.contentObjects + (pfn % OBJECTS));
    this.words(pfn)[(pfn & CHUNK_MASK) * WORDS] = token;
  }

  /** Copies what a frame holds to another. */
  copy(from: number, to: number): void {
    this.retoken(to, this.read(from));
    this.contents.copy(from, to);
    this.seals.copy(from, to);
  }

  /** Firmware encrypts what a frame holds anew, for the place where it is. */
  rebind(pfn: number): void {
    this.access.write(this.contentObjects + (pfn % OBJECTS));
    this.seals.rebind(pfn);
  }

  /** A token nobody used before. */
  newToken(): number {
    return ++this.lastToken;
  }

  hashInto(hash: StateHash): void {
    hash.add(this.inUse);
    for (let pfn = 1; pfn < this.free.next; pfn++) {
      const words = this.chunks[pfn >> CHUNK_BITS];
      if (words === undefined) {
        pfn |= CHUNK_MASK;
        continue;
      }
      const at = (pfn & CHUNK_MASK) * WORDS;
      if (words[at + 1] === 0) continue;
      hash
        .add(pfn)
        .add(words[at])
        .add(words[at + 1])
        .add(this.pinCount(pfn));
    }
    this.contents.hashInto(hash);
    this.seals.hashInto(hash);
  }

  private freeFolio(head: number, pages: number): void {
    for (let pfn = head; pfn < head + pages; pfn++) {
      this.onFree?.(pfn);
      this.contents.forget(pfn);
      this.seals.open(pfn);
      const words = this.chunks[pfn >> CHUNK_BITS];
      if (words !== undefined) words.fill(0, (pfn & CHUNK_MASK) * WORDS, (pfn & CHUNK_MASK) * WORDS + WORDS);
      else if (this.onFree === undefined && this.contents.count === 0) pfn |= CHUNK_MASK;
    }
    this.folios.unmark(head);
    this.folios.addFree(head, pages);
  }

  private record(pfn: number): number {
    const head = this.folios.head(pfn);
    this.access.read(this.countObjects + (head % OBJECTS));
    const words = this.chunks[head >> CHUNK_BITS];
    return words === undefined ? 0 : words[(head & CHUNK_MASK) * WORDS + 1];
  }

  private change(pfn: number, mask: number, bits: number): void {
    const head = this.folios.head(pfn);
    this.access.write(this.countObjects + (head % OBJECTS));
    const words = this.words(head);
    const at = (head & CHUNK_MASK) * WORDS + 1;
    words[at] = (words[at] & ~mask) | bits;
  }

  private words(pfn: number): Int32Array {
    const chunk = pfn >> CHUNK_BITS;
    const words = this.chunks[chunk];
    if (words !== undefined) return words;
    while (this.chunks.length <= chunk) this.chunks.push(undefined);
    const made = this.wordSource.take(CHUNK * WORDS);
    this.chunks[chunk] = made;
    return made;
  }
}
