/**
 * Seeded random numbers: the only randomness of the model.
 *
 * The generator is Chris Doty-Humphrey's sfc32 (PractRand), 128 bits of state; the seed goes through splitmix-like
 * mixing first, so that neighbouring seeds give unrelated streams.
 */
import { log } from './math.ts';

export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** @param seed any whole number; the same seed gives the same stream everywhere. */
  constructor(seed: number) {
    this.a = mixSeed(seed, 0x9e3779b9);
    this.b = mixSeed(seed, 0x243f6a88);
    this.c = mixSeed(Math.floor(seed / 0x1_0000_0000), 0xb7e15162);
    for (let i = 0; i < 12; i++) this.word();
  }

  /** A whole number in [0, 2^32). */
  word(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum;
    this.c |= 0;
    return sum >>> 0;
  }

  /** A real number in [0, 1), with 32 random bits. */
  fraction(): number {
    return this.word() / 0x1_0000_0000;
  }

  /** A whole number in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.fraction() * bound);
  }

  /** A whole number of ns, exponentially distributed with the given mean. */
  exponential(meanNs: number): number {
    return Math.round(-meanNs * log(1 - this.fraction()));
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** One element of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }
}

function mixSeed(seed: number, salt: number): number {
  let h = (seed | 0) ^ salt;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return h ^ (h >>> 15);
}
