/**
 * Which frames hold ciphertext, and where each was written: memory encryption mixes the physical address into it, so
 * a page that is copied to another frame cannot be read there (AMD APM vol. 2, 15.34 and 7.10; Intel's TME-MK alike).
 */
import type { WordSource } from '../engine/arena.ts';
import type { Hashable, StateHash } from '../engine/hash.ts';
import { ABSENT, SparsePages } from './sparsePages.ts';

/** What anybody sees who reads ciphertext without the key, or at another address than it was written for. */
export const GARBAGE_TOKEN = 0x7fff_fffe;

export class Seals implements Hashable {
  /** By frame: the frame that its contents were encrypted for. */
  private readonly places: SparsePages;

  /** @param words where they are kept. */
  constructor(words: WordSource) {
    this.places = new SparsePages(words);
  }

  /** True while no frame holds ciphertext: nothing has to be asked. */
  get none(): boolean {
    return this.places.count === 0;
  }

  /** A guest has written the frame through its key. */
  seal(pfn: number): void {
    this.places.set(pfn, pfn);
  }

  /** Plain text was written over the frame, or it went. */
  open(pfn: number): void {
    if (this.places.count > 0) this.places.set(pfn, ABSENT);
  }

  /** The frame's bytes were copied as they are. */
  copy(from: number, to: number): void {
    if (this.places.count > 0) this.places.set(to, this.places.get(from));
  }

  /** The firmware re-encrypts what was copied to a frame for its new place (SEV-SNP's page move). */
  rebind(pfn: number): void {
    if (this.places.get(pfn) !== ABSENT) this.places.set(pfn, pfn);
  }

  /** Whether the frame holds ciphertext, of whatever place. */
  isSealed(pfn: number): boolean {
    return this.places.get(pfn) !== ABSENT;
  }

  /** Whether the frame holds ciphertext that decrypts where it is. */
  opensHere(pfn: number): boolean {
    return this.places.get(pfn) === pfn;
  }

  hashInto(hash: StateHash): void {
    this.places.forEach(0, Number.MAX_SAFE_INTEGER, (pfn, place) => {
      hash.add(pfn).add(place);
    });
  }
}
