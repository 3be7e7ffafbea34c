/**
 * A running 64-bit hash of integers, as two 32-bit lanes.
 *
 * It tells states apart (a refused call leaves the state as it was; two schedules end in the same state); it is
 * no defence against anybody.
 */
export class StateHash {
  private low = 0x9e3779b9;
  private high = 0x85ebca6b;

  /** Mixes in a whole number below 2^53 in magnitude; larger structures mix in their parts in a fixed order. */
  add(value: number): this {
    if (value !== (value | 0)) {
      // A double holds 53 bits: the part above 32 counts too, behind a mark that keeps it apart from a next value.
      this.mix(0x5bd1e995);
      this.mix(Math.floor(value / 0x1_0000_0000) | 0);
    }
    this.mix(value | 0);
    return this;
  }

  /** Mixes in a text. */
  text(value: string): this {
    this.mix(value.length);
    for (let i = 0; i < value.length; i++) this.mix(value.charCodeAt(i));
    return this;
  }

  /** The hash as 16 hexadecimal digits. */
  digest(): string {
    return hex(this.finish(this.low)) + hex(this.finish(this.high));
  }

  private mix(word: number): void {
    this.low = Math.imul(this.low ^ word, 0xcc9e2d51);
    this.low = Math.imul((this.low << 15) | (this.low >>> 17), 0x1b873593);
    this.high = Math.imul(this.high + word, 0x2c1b3c6d) ^ this.low;
    this.high = (this.high << 13) | (this.high >>> 19);
  }

  private finish(lane: number): number {
    let h = lane ^ (lane >>> 16);
    h = Math.imul(h, 0x85ebca6b);
    h ^= h >>> 13;
    h = Math.imul(h, 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
  }
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}

/** Something whose state can be hashed. */
export interface Hashable {
  /** Mixes the state into `hash`, in an order that depends on the state alone. */
  hashInto(hash: StateHash): void;
}
