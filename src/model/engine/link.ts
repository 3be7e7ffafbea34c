import type { Engine } from './engine.ts';
import type { Step } from './step.ts';

/**
 * A link with latency and bandwidth: messages follow one another on the wire, and each arrives a latency after its
 * last byte has left. `yield link.send(bytes)` returns when it has arrived.
 */
export class Link {
  /** When the wire is free again, in ns. */
  busyUntil = 0;
  private readonly engine: Engine;
  private readonly latencyNs: number;
  private readonly bytesPerNs: number;

  /** @param bytesPerNs bandwidth; Infinity for a wire that takes no time. 1 byte/ns is 8 Gbit/s. */
  constructor(engine: Engine, latencyNs: number, bytesPerNs: number) {
    this.engine = engine;
    this.latencyNs = latencyNs;
    this.bytesPerNs = bytesPerNs;
  }

  /** Sends a message: yield what it returns, the ns until it has arrived. */
  send(bytes: number): Step {
    const now = this.engine.now;
    const start = this.busyUntil > now ? this.busyUntil : now;
    this.busyUntil = start + Math.ceil(bytes / this.bytesPerNs);
    return this.busyUntil + this.latencyNs - now;
  }
}
