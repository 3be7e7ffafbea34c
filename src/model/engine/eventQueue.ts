/**
 * Pending delays, ordered by time and then by the order in which they were added.
 *
 * A binary heap in three typed arrays: nothing is allocated an event, and equal times come out first in, first
 * out, which makes runs deterministic.
 */
export class EventQueue {
  /** Number of pending events. */
  length = 0;
  private time = new Float64Array(64);
  private order = new Float64Array(64);
  private actor = new Int32Array(64);
  private added = 0;

  /** Adds an event at `time` ns for `actor`. */
  push(time: number, actor: number): void {
    if (this.length === this.time.length) this.grow();
    const { time: times, order: orders, actor: actors } = this;
    let hole = this.length++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      // The newcomer was added last, so an equal time stays ahead of it.
      if (times[parent] <= time) break;
      times[hole] = times[parent];
      orders[hole] = orders[parent];
      actors[hole] = actors[parent];
      hole = parent;
    }
    times[hole] = time;
    orders[hole] = this.added++;
    actors[hole] = actor;
  }

  /** Time in ns of the earliest event. Only valid while `length > 0`. */
  get nextTime(): number {
    return this.time[0];
  }

  /** Takes the earliest event out and returns its actor. Only valid while `length > 0`. */
  pop(): number {
    const { time: times, order: orders, actor: actors } = this;
    const first = actors[0];
    const last = --this.length;
    const time = times[last];
    const order = orders[last];
    const actor = actors[last];
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= last) break;
      const right = child + 1;
      if (
        right < last &&
        (times[right] < times[child] || (times[right] === times[child] && orders[right] < orders[child]))
      ) {
        child = right;
      }
      if (times[child] > time || (times[child] === time && orders[child] > order)) break;
      times[hole] = times[child];
      orders[hole] = orders[child];
      actors[hole] = actors[child];
      hole = child;
    }
    times[hole] = time;
    orders[hole] = order;
    actors[hole] = actor;
    return first;
  }

  /** The actors that have an event, in no particular order. */
  actors(): Int32Array {
    return this.actor.subarray(0, this.length);
  }

  /** Forgets every event. */
  clear(): void {
    this.length = 0;
    this.added = 0;
  }

  private grow(): void {
    const size = this.time.length * 2;
    const time = new Float64Array(size);
    const order = new Float64Array(size);
    const actor = new Int32Array(size);
    time.set(this.time);
    order.set(this.order);
    actor.set(this.actor);
    this.time = time;
    this.order = order;
    this.actor = actor;
  }
}
