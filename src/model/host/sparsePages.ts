/**
 * A map from page index to a 32-bit word, cheap where indices are dense and nothing where nobody touched them: what
 * page caches keep.
 */
import { FRESH_WORDS, type WordSource } from '../engine/arena.ts';

const CHUNK = 512;
const MASK = CHUNK - 1;

/** Returned for an index that has no word. */
export const ABSENT = 0;

export class SparsePages {
  /** Number of indices that have a word. */
  count = 0;
  private readonly chunks = new Map<number, Int32Array>();
  // The chunk touched last: faults walk memory in order far more often than not.
  private lastBase = -1;
  private last: Int32Array | undefined;
  private readonly words: WordSource;

  /** @param words where its words are kept. */
  constructor(words: WordSource = FRESH_WORDS) {
    this.words = words;
  }

  /** The word at an index, or ABSENT. */
  get(index: number): number {
    const chunk = this.chunk(index);
    return chunk === undefined ? ABSENT : chunk[index & MASK];
  }

  /** Sets a word; ABSENT removes it. */
  set(index: number, word: number): void {
    let chunk = this.chunk(index);
    if (chunk === undefined) {
      if (word === ABSENT) return;
      chunk = this.words.take(CHUNK);
      this.chunks.set(this.lastBase / CHUNK, chunk);
      this.last = chunk;
    }
    const slot = index & MASK;
    const before = chunk[slot];
    chunk[slot] = word;
    if (before === ABSENT && word !== ABSENT) this.count++;
    else if (before !== ABSENT && word === ABSENT) this.count--;
  }

  /** Calls `visit` for every word with an index in [start, end), in ascending order. */
  forEach(start: number, end: number, visit: (index: number, word: number) => void): void {
    const first = Math.floor(start / CHUNK);
    const last = Math.floor((end - 1) / CHUNK);
    const keys =
      last - first < this.chunks.size
        ? range(first, last)
        : [...this.chunks.keys()].filter(key => key >= first && key <= last).sort((a, b) => a - b);
    for (const key of keys) {
      const chunk = this.chunks.get(key);
      if (chunk === undefined) continue;
      const from = Math.max(start - key * CHUNK, 0);
      const to = Math.min(end - key * CHUNK, CHUNK);
      for (let slot = from; slot < to; slot++) {
        if (chunk[slot] !== ABSENT) visit(key * CHUNK + slot, chunk[slot]);
      }
    }
  }

  private chunk(index: number): Int32Array | undefined {
    const base = index - (index & MASK);
    if (base !== this.lastBase) {
      this.lastBase = base;
      this.last = this.chunks.get(base / CHUNK);
    }
    return this.last;
  }
}

function range(first: number, last: number): number[] {
  const out: number[] = [];
  for (let key = first; key <= last; key++) out.push(key);
  return out;
}
