/**
 * One cache line of memory that is mapped with different types, in one coherence domain. Rules: Intel SDM vol. 3A,
 * chapter on memory cache control; what aliases do without self-snoop is left undefined there, and is worst-case here.
 */
import type { Engine } from '../../engine/engine.ts';
import { Watched } from '../watched.ts';

interface Cached {
  readonly value: number;
  readonly dirty: boolean;
}

export class CacheLine {
  private readonly memory: Watched<number>;
  private readonly cached: Watched<Cached | null>;
  private readonly combining: Watched<number | null>;
  private readonly selfSnoop: boolean;

  /** @param selfSnoop uncached and write-combining accesses look into the caches too. */
  constructor(engine: Engine, selfSnoop: boolean) {
    this.memory = new Watched(engine, 'memory', 0);
    this.cached = new Watched<Cached | null>(engine, 'cache line', null);
    this.combining = new Watched<number | null>(engine, 'write-combining buffer', null);
    this.selfSnoop = selfSnoop;
  }

  /** A load through a write-back mapping. */
  readBack(): number {
    const cached = this.cached.get();
    if (cached !== null) return cached.value;
    const value = this.memory.get();
    this.cached.set({ value, dirty: false });
    return value;
  }

  /** A store through a write-back mapping. */
  writeBack(value: number): void {
    this.cached.set({ value, dirty: true });
  }

  /** A load past the caches, by a processor. */
  readUncached(): number {
    if (this.selfSnoop) this.flush();
    return this.combining.get() ?? this.memory.get();
  }

  /** A store through a write-combining mapping: it waits in the buffer. */
  combine(value: number): void {
    this.combining.set(value);
  }

  /** The buffer is written out: a fence asks for it, and it may happen at any time. */
  drain(): void {
    const value = this.combining.get();
    if (value === null) return;
    if (this.selfSnoop) this.flush();
    this.memory.set(value);
    this.combining.set(null);
  }

  /** CLFLUSH: a dirty line is written back, and it is in no cache afterwards. Eviction does the same. */
  flush(): void {
    const cached = this.cached.get();
    if (cached === null) return;
    if (cached.dirty) this.memory.set(cached.value);
    this.cached.set(null);
  }

  /** A load by a device. */
  readByDevice(snoops: boolean): number {
    if (snoops) {
      const cached = this.cached.get();
      if (cached !== null) return cached.value;
    }
    return this.memory.get();
  }

  /** Memory, the line, and the buffer, as text. */
  row(): string[] {
    const cached = this.cached.get();
    const line = cached === null ? 'absent' : `${cached.value}${cached.dirty ? ', dirty' : ''}`;
    return [String(this.memory.get()), line, String(this.combining.get() ?? 'empty')];
  }
}
