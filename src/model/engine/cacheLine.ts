import type { Engine } from './engine.ts';
import { POINT, type Step } from './step.ts';

const NOBODY = -1;

/**
 * A cache line that several CPUs write: `yield line.write(cpu)`.
 *
 * A CPU that wrote it last writes it again at no cost. Any other has to have it brought over, and the line makes one
 * such journey at a time, in the order in which it was asked for. That is all the contention there is: a lock word,
 * a reference count or a list head becomes a bottleneck by itself once journeys follow one another without a gap.
 *
 * Searches pass it as a point: it decides when something happens, never what.
 */
export class CacheLine {
  /** CPU that has it for writing, or -1. */
  owner = NOBODY;
  /** Journeys so far. */
  transfers = 0;
  private readonly engine: Engine;
  private readonly transferNs: number;
  private busyUntil = 0;

  /** @param transferNs time in ns that one journey takes. */
  constructor(engine: Engine, transferNs: number) {
    this.engine = engine;
    this.transferNs = transferNs;
  }

  /** Writes it from `cpu`: yield what it returns. */
  write(cpu: number): Step {
    if (this.owner === cpu) return POINT;
    this.owner = cpu;
    return this.fetch();
  }

  /** Reads it from `cpu`: whoever writes it next has to fetch it again. */
  read(cpu: number): Step {
    if (this.owner === cpu) return POINT;
    this.owner = NOBODY;
    return this.fetch();
  }

  private fetch(): Step {
    const { now } = this.engine;
    this.transfers++;
    this.busyUntil = (this.busyUntil > now ? this.busyUntil : now) + this.transferNs;
    return this.busyUntil - now;
  }
}
