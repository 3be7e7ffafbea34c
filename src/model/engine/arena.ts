/** Where the big arrays of a machine come from. */
export interface WordSource {
  /** An array of zeros. */
  take(length: number): Int32Array;
}

/** Makes every array anew. */
export const FRESH_WORDS: WordSource = { take: length => new Int32Array(length) };

/**
 * Hands the same arrays out again and again. A search builds a machine for every schedule and throws it away; most
 * of what that costs is making arrays and collecting them.
 */
export class Arena implements WordSource {
  private readonly free = new Map<number, Int32Array[]>();
  private readonly taken: Int32Array[] = [];

  take(length: number): Int32Array {
    const words = this.free.get(length)?.pop()?.fill(0) ?? new Int32Array(length);
    this.taken.push(words);
    return words;
  }

  /** Takes every array back: nobody may use what was built from them any more. */
  recycle(): void {
    for (const words of this.taken) {
      const pool = this.free.get(words.length);
      if (pool === undefined) this.free.set(words.length, [words]);
      else pool.push(words);
    }
    this.taken.length = 0;
  }
}
