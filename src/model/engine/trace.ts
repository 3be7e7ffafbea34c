/**
 * What happened when, for the timeline view and for export.
 *
 * A trace that is off costs the test of one flag. Everything is in ns of virtual time.
 */

/** What an actor did over a slice of time. */
export type SliceKind = 'run' | 'wait' | 'hold' | 'block' | 'stall';

/** Where traced events go. Callers test `on` before they work out arguments. */
export interface Trace {
  readonly on: boolean;
  /** `lane` (an actor's or a lock's name) was busy with `name` from `start` to `end` ns. */
  slice(lane: string, name: string, kind: SliceKind, start: number, end: number): void;
  /** Something happened on `lane` at one moment. */
  instant(lane: string, name: string, at: number): void;
  /** A quantity took a new value. */
  counter(name: string, at: number, value: number): void;
}

/** The trace that records nothing. */
export const NO_TRACE: Trace = {
  on: false,
  slice() {},
  instant() {},
  counter() {},
};

export interface TraceSlice {
  readonly lane: string;
  readonly name: string;
  readonly kind: SliceKind;
  readonly start: number;
  readonly end: number;
}

export interface TraceInstant {
  readonly lane: string;
  readonly name: string;
  readonly at: number;
}

export interface TraceCounter {
  readonly name: string;
  readonly at: number;
  readonly value: number;
}

/** Keeps every event, up to a limit, in the order in which it ended. */
export class TraceLog implements Trace {
  readonly on = true;
  readonly slices: TraceSlice[] = [];
  readonly instants: TraceInstant[] = [];
  readonly counters: TraceCounter[] = [];
  /** Events left out because the limit was reached. */
  dropped = 0;
  private readonly limit: number;

  /** @param limit events kept of each sort. */
  constructor(limit = 100_000) {
    this.limit = limit;
  }

  slice(lane: string, name: string, kind: SliceKind, start: number, end: number): void {
    if (this.slices.length < this.limit) this.slices.push({ lane, name, kind, start, end });
    else this.dropped++;
  }

  instant(lane: string, name: string, at: number): void {
    if (this.instants.length < this.limit) this.instants.push({ lane, name, at });
    else this.dropped++;
  }

  counter(name: string, at: number, value: number): void {
    if (this.counters.length < this.limit) this.counters.push({ name, at, value });
    else this.dropped++;
  }
}

/** Adds up slices by kind and name, and keeps none: for runs of millions of events. */
export class TraceTotals implements Trace {
  readonly on = true;
  /** Total ns and number of slices, by `kind:name`. */
  readonly totals = new Map<string, { ns: number; count: number }>();

  slice(_lane: string, name: string, kind: SliceKind, start: number, end: number): void {
    const key = `${kind}:${name}`;
    const total = this.totals.get(key);
    if (total) {
      total.ns += end - start;
      total.count++;
    } else {
      this.totals.set(key, { ns: end - start, count: 1 });
    }
  }

  instant(): void {}
  counter(): void {}

  /** Total ns of the slices of one kind and name. */
  ns(kind: SliceKind, name: string): number {
    return this.totals.get(`${kind}:${name}`)?.ns ?? 0;
  }
}
