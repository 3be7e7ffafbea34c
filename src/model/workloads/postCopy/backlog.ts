/**
 * A guest's memory on its way: which blocks have arrived, which are on the wire, and the stream that sends the rest.
 * A block is what one request fetches.
 */
import type { Engine } from '../../engine/engine.ts';
import { Link } from '../../engine/link.ts';
import type { Actor } from '../../engine/step.ts';

/** How requested pages share the wire with the stream of all others. */
export type Stream = 'none' | 'same channel' | 'own channel';

export interface BacklogOptions {
  readonly blocks: number;
  readonly blockBytes: number;
  readonly bytesPerNs: number;
  /** ns one way. */
  readonly latencyNs: number;
  readonly stream: Stream;
  /** Bytes of the stream that are queued ahead of anything that is sent now. */
  readonly queuedBytes: number;
  /** The stream goes on for ever: what is asked for is always still at the source. */
  readonly endless: boolean;
  /** ns to install a block that the stream brought. */
  readonly installNs: number;
}

/** What the stream queues at a time, in bytes: so much, */
const SEGMENT = 65_536;
/** or more where it would be more segments than these. */
const MOST_SEGMENTS = 100_000;

export class Backlog {
  /** When each block is there, in ns; Infinity while it is only at the source. */
  readonly arrivesAt: Float64Array;
  /** Blocks that nobody has sent yet. */
  unsent: number;
  /** When the last block was or will be there; only valid once `unsent` is 0. */
  lastAt = 0;
  /** Set where nothing more is to be sent. */
  stopped = false;
  private readonly engine: Engine;
  private readonly link: Link;
  private readonly options: BacklogOptions;
  /** The stream queues so many bytes at a time. */
  private readonly segment: number;
  private readonly aheadNs: number;
  private installedAt = 0;
  private watched: { readonly first: number; readonly end: number } | null = null;
  /** When the watched blocks that were sent are there, in the order of the wire. */
  private readonly arrivals: number[] = [];
  private arrived = 0;
  /** Bytes of the stream that went between the segments of requested blocks. */
  private credit = 0;

  constructor(engine: Engine, options: BacklogOptions) {
    this.engine = engine;
    this.options = options;
    this.link = new Link(engine, options.latencyNs, options.bytesPerNs);
    this.unsent = options.blocks;
    this.segment = options.endless
      ? SEGMENT
      : Math.max(SEGMENT, (options.blocks * options.blockBytes) / MOST_SEGMENTS);
    this.aheadNs = options.queuedBytes / options.bytesPerNs;
    this.arrivesAt = new Float64Array(options.blocks).fill(Infinity);
  }

  isHere(block: number): boolean {
    return this.arrivesAt[block] <= this.engine.now;
  }

  /** Every block is at the destination. */
  get complete(): boolean {
    return this.unsent === 0 && this.lastAt <= this.engine.now;
  }

  /** Asks for a block and waits until it is there. Returns the ns that it waited behind others on the wire. */
  *request(block: number): Actor<number> {
    const { engine, link, options } = this;
    yield options.latencyNs;
    if (options.endless) this.queueStream();
    let waited = 0;
    if (options.endless || this.arrivesAt[block] === Infinity) {
      waited = link.busyUntil > engine.now ? link.busyUntil - engine.now : 0;
      // Two channels share the wire evenly, so as many bytes of the stream go out meanwhile.
      const shared = options.stream === 'own channel' && this.unsent > 1 ? options.blockBytes : 0;
      this.credit += shared;
      this.note(block, engine.now + link.send(options.blockBytes + shared));
    }
    if (this.arrivesAt[block] > engine.now) yield Math.ceil(this.arrivesAt[block] - engine.now);
    return waited;
  }

  /** Sends block after block, as long as there are any, with `queuedBytes` ahead of the wire. */
  *stream(): Actor {
    const { engine, link, options } = this;
    let next = 0;
    let sent = 0;
    while (!this.stopped && this.unsent > 0) {
      if (this.credit >= this.segment) this.credit -= this.segment;
      else {
        const ahead = link.busyUntil - engine.now;
        if (ahead > this.aheadNs) {
          yield Math.ceil(ahead - this.aheadNs);
          continue;
        }
        link.send(this.segment);
      }
      for (
        sent += this.segment;
        sent >= options.blockBytes && next < options.blocks;
        sent -= options.blockBytes
      ) {
        while (next < options.blocks && this.arrivesAt[next] < Infinity) next++;
        if (next >= options.blocks) break;
        const onWire = Math.max(link.busyUntil, engine.now) + options.latencyNs;
        this.installedAt = Math.max(onWire, this.installedAt) + options.installNs;
        this.note(next, this.installedAt);
      }
    }
  }

  /** What a stream without end has queued by now: `queuedBytes`, and the rest of the segment it is at. */
  private queueStream(): void {
    const { engine, link, options } = this;
    if (options.stream === 'none') return;
    const segmentNs = this.segment / options.bytesPerNs;
    const queued = Math.round(engine.now + this.aheadNs + segmentNs - (engine.now % segmentNs));
    if (queued > link.busyUntil) link.busyUntil = queued;
  }

  /** How many of blocks [first, first + count) are not there; always of the same range. */
  missingOf(first: number, count: number): number {
    if (this.watched !== null && this.watched.first !== first)
      throw new RangeError('one range is watched at a time');
    this.watched ??= { first, end: first + count };
    while (this.arrived < this.arrivals.length && this.arrivals[this.arrived] <= this.engine.now)
      this.arrived++;
    return count - this.arrived;
  }

  private note(block: number, at: number): void {
    if (this.watched !== null && block >= this.watched.first && block < this.watched.end)
      this.arrivals.push(at);
    this.arrivesAt[block] = at;
    if (!this.options.endless) this.unsent--;
    if (at > this.lastAt) this.lastAt = at;
  }
}
