/** What a queue begins with: most stay empty, and a search builds many. */
const NO_ROOM = new Int32Array(0);

/** Actor ids, first in, first out, in a ring that grows: the waiters of locks and queues. */
export class FifoQueue {
  /** Number of ids in the queue. */
  length = 0;
  private ring = NO_ROOM;
  private head = 0;

  push(id: number): void {
    if (this.length === this.ring.length) this.grow();
    this.ring[(this.head + this.length++) & (this.ring.length - 1)] = id;
  }

  /** Takes out the oldest. Only valid while `length > 0`. */
  shift(): number {
    const id = this.ring[this.head];
    this.head = (this.head + 1) & (this.ring.length - 1);
    this.length--;
    return id;
  }

  /** The id at a position, 0 being the oldest. */
  at(position: number): number {
    return this.ring[(this.head + position) & (this.ring.length - 1)];
  }

  /** Takes out one id, wherever it stands; false when it is not there. */
  remove(id: number): boolean {
    for (let i = 0; i < this.length; i++) {
      if (this.at(i) !== id) continue;
      for (let j = i; j + 1 < this.length; j++) {
        this.ring[(this.head + j) & (this.ring.length - 1)] = this.at(j + 1);
      }
      this.length--;
      return true;
    }
    return false;
  }

  clear(): void {
    this.length = 0;
    this.head = 0;
  }

  private grow(): void {
    const bigger = new Int32Array(Math.max(8, this.ring.length * 2));
    for (let i = 0; i < this.length; i++) bigger[i] = this.at(i);
    this.ring = bigger;
    this.head = 0;
  }
}
