import { ORDER, SIGNAL } from '../access.ts';
import type { Engine } from '../engine.ts';
import type { Actor, Step } from '../step.ts';
import type { Location, Memory } from './memory.ts';

interface Pending {
  readonly location: Location;
  readonly value: number;
}

/** Stores of an actor that a search tells apart; one that has more orders some of them needlessly. */
const PLACES = 64;

interface Buffer {
  /** First of as many objects as there are places: each store signals its own write to memory. */
  readonly places: number;
  /** What writes to memory signal to a barrier. */
  readonly drained: number;
  readonly stores: Pending[];
  /** Stores made and written so far. */
  made: number;
  written: number;
}

/**
 * x86's total store order: an actor's stores wait in its buffer, first in, first out, and only it sees them there.
 * Each buffer is an actor of its own, which writes the oldest store to memory whenever it is chosen.
 */
export class StoreBuffers implements Memory {
  private readonly engine: Engine;
  private readonly buffers: (Buffer | undefined)[] = [];

  constructor(engine: Engine) {
    this.engine = engine;
  }

  load(location: Location): number {
    // A load that finds its own store in the buffer reads the location all the same: had the buffer been written to
    // memory before, somebody else's store could have come in between.
    this.engine.access.read(location.object);
    const stores = this.buffers[this.engine.current]?.stores ?? [];
    for (let i = stores.length - 1; i >= 0; i--) if (stores[i].location === location) return stores[i].value;
    return location.value;
  }

  store(location: Location, value: number): void {
    const buffer = this.buffers[this.engine.current];
    if (buffer === undefined) {
      this.engine.access.write(location.object);
      location.value = value;
      return;
    }
    // The buffer writes it later; that it comes after this step is all the two have to do with each other.
    if (this.engine.access.on) this.engine.access.note(buffer.places + (buffer.made++ % PLACES), SIGNAL);
    buffer.stores.push({ location, value });
  }

  /** @throws Error where stores are pending: yield `barrier()` first, as a locked instruction does by itself. */
  update(location: Location, change: (value: number) => number): number {
    this.refusePending('a read-modify-write');
    this.engine.access.write(location.object);
    const before = location.value;
    location.value = change(before);
    return before;
  }

  barrier(): Step {
    const actor = this.engine.current;
    const buffer = this.buffers[actor];
    return this.engine.request({
      canGrant: () => this.mayLock(actor),
      grant: () => {
        if (buffer !== undefined && this.engine.access.on) this.engine.access.note(buffer.drained, ORDER);
      },
    });
  }

  spawned(actor: number): void {
    const { access } = this.engine;
    const places = access.reserve(PLACES);
    const buffer: Buffer = { places, drained: access.reserve(), stores: [], made: 0, written: 0 };
    this.buffers[actor] = buffer;
    const drain = this.engine.spawn(`store buffer of ${this.engine.nameOf(actor)}`, this.drain(buffer), {
      daemon: true,
      unbuffered: true,
    });
    this.buffers[drain] = undefined;
  }

  /** @throws Error where a lock is given back while stores are pending. */
  lock(_object: number, how: 'acquire' | 'release'): void {
    if (how === 'release') this.refusePending('giving back a lock');
  }

  mayLock(actor: number): boolean {
    return (this.buffers[actor]?.stores.length ?? 0) === 0;
  }

  private refusePending(what: string): void {
    if (this.mayLock(this.engine.current)) return;
    throw new Error(`${this.engine.nameOf(this.engine.current)}: ${what} needs a barrier before it`);
  }

  private *drain(buffer: Buffer): Actor {
    const { engine } = this;
    for (;;) {
      yield engine.request({
        canGrant: () => buffer.stores.length > 0,
        grant: () => {
          if (engine.access.on) engine.access.note(buffer.places + (buffer.written++ % PLACES), ORDER);
        },
      });
      const { location, value } = buffer.stores.shift()!;
      engine.access.write(location.object);
      location.value = value;
      // A barrier may wait for this.
      if (engine.access.on) engine.access.note(buffer.drained, SIGNAL);
    }
  }
}
