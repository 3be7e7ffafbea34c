/**
 * Caches, line by line: what an access of each memory type finds and leaves behind.
 *
 * Every CPU has a cache and a write-combining buffer; the caches are coherent with each other (MESI), and with devices
 * that snoop. Nothing keeps them coherent with an access that does not look into them: that is what aliases of two
 * memory types are about. A line's value is a token. One call is one transaction on one line.
 *
 * A line may be cached under several keys (`alias`): AMD's caches that do not keep encrypted and plain copies of one
 * physical line coherent hold them side by side, and whichever is written back last wins.
 */
import type { Engine } from '../engine/engine.ts';
import type { Hashable, StateHash } from '../engine/hash.ts';
import { type EffectiveType, isCached } from './memoryType.ts';

/** Lines of 64 bytes in a page of 4 KiB. */
export const LINES_PER_PAGE = 64;

/** Lines share an object of the access log in turn. */
const OBJECTS = 16;

interface CachedLine {
  value: number;
  dirty: boolean;
}

/** What one CPU holds. */
interface Cpu {
  /** By line, then by alias. */
  readonly lines: Map<number, Map<number, CachedLine>>;
  /** Writes that wait to be combined, by line; they leave in any order. */
  readonly combining: Map<number, CombinedWrite>;
}

interface CombinedWrite {
  readonly value: number;
  /** On its way to memory it drops the line from every cache. */
  readonly snoops: boolean;
}

export interface CacheOptions {
  readonly cpus: number;
  /**
   * An access that is not cached looks into the CPU's own cache first, writes a dirty line back and drops it
   * (CPUID.SS).
   */
  readonly selfSnoop: boolean;
  /**
   * It looks into every CPU's cache: what Intel confirmed of CPUs with self-snoop, by the commit that honours the
   * guest's PAT on them (377b2f359d1f); the manual promises the CPU's own cache alone.
   */
  readonly snoopsAll?: boolean;
  /** Copies of a line under different keys are kept coherent (AMD's SME_COHERENT); true where there is one key. */
  readonly coherentAliases?: boolean;
}

export class Caches implements Hashable {
  /** Lines written back so far. */
  writeBacks = 0;
  /** Lines that had to be fetched. */
  fills = 0;
  private readonly engine: Engine;
  private readonly options: CacheOptions;
  private readonly cpus: readonly Cpu[];
  private readonly memory = new Map<number, number>();
  private readonly object: number;

  constructor(engine: Engine, options: CacheOptions) {
    this.engine = engine;
    this.options = options;
    this.cpus = Array.from({ length: options.cpus }, () => ({ lines: new Map(), combining: new Map() }));
    this.object = engine.access.reserve(OBJECTS, 'cache lines');
  }

  /** A load by a CPU; returns the token it finds. */
  read(cpu: number, line: number, type: EffectiveType, alias = 0): number {
    this.note(line);
    const own = this.cpus[cpu];
    if (isCached(type)) {
      const hit = own.lines.get(line)?.get(alias);
      if (hit !== undefined) return hit.value;
      this.snoopOthers(cpu, line, alias, false);
      return this.fill(own, line, alias).value;
    }
    // Uncached loads are ordered behind the CPU's own combined writes.
    this.drain(cpu, line);
    this.snoopForUncached(cpu, line, type);
    return this.inMemory(line);
  }

  /** A store by a CPU. */
  write(cpu: number, line: number, value: number, type: EffectiveType, alias = 0): void {
    this.note(line);
    const own = this.cpus[cpu];
    switch (type) {
      case 'WB':
        this.snoopOthers(cpu, line, alias, true);
        this.aliasesOf(own, line).set(alias, { value, dirty: true });
        return;
      case 'WT': {
        this.snoopOthers(cpu, line, alias, true);
        const hit = own.lines.get(line)?.get(alias);
        if (hit !== undefined) Object.assign(hit, { value, dirty: false });
        this.memory.set(line, value);
        return;
      }
      case 'WC':
      case 'WC+':
        if (this.snoopsAll(type)) this.writeBackEverywhere(line, true);
        else if (this.options.selfSnoop) this.dropOwn(cpu, line);
        own.combining.set(line, { value, snoops: this.snoopsAll(type) });
        return;
      default:
        this.drainAll(cpu);
        this.snoopForUncached(cpu, line, type);
        if (type === 'WP') this.snoopOthers(cpu, line, alias, true);
        this.memory.set(line, value);
    }
  }

  /** A device reads memory; one that snoops finds what caches hold. Combining buffers nobody can look into. */
  deviceRead(line: number, snoops: boolean): number {
    this.note(line);
    if (snoops) this.writeBackEverywhere(line, false);
    return this.inMemory(line);
  }

  /** A device writes memory; one that snoops drops what caches hold. */
  deviceWrite(line: number, value: number, snoops: boolean): void {
    this.note(line);
    if (snoops) this.writeBackEverywhere(line, true);
    this.memory.set(line, value);
  }

  /** The cache gives a line up, for want of room: it may happen at any time. Returns false where there was none. */
  evict(cpu: number, line: number, alias = 0): boolean {
    this.note(line);
    const own = this.cpus[cpu];
    const hit = own.lines.get(line)?.get(alias);
    if (hit === undefined) return false;
    this.writeBack(line, hit);
    this.drop(own, line, alias);
    return true;
  }

  /** A CPU fetches a line that nobody asked for; it may happen wherever a mapping of it is cached. */
  speculativeFill(cpu: number, line: number, alias = 0): void {
    this.note(line);
    const own = this.cpus[cpu];
    if (own.lines.get(line)?.has(alias)) return;
    this.snoopOthers(cpu, line, alias, false);
    this.fill(own, line, alias);
  }

  /** The combined writes to a line leave for memory: it may happen at any time. */
  drain(cpu: number, line: number): void {
    this.note(line);
    const { combining } = this.cpus[cpu];
    const write = combining.get(line);
    if (write === undefined) return;
    combining.delete(line);
    if (write.snoops) this.writeBackEverywhere(line, true);
    this.memory.set(line, write.value);
  }

  /** SFENCE, MFENCE, a locked instruction: every combined write of the CPU has left. */
  drainAll(cpu: number): void {
    for (const line of [...this.cpus[cpu].combining.keys()]) this.drain(cpu, line);
  }

  /** CLFLUSH: the line is written back and dropped from every cache of the coherence domain, under one key. */
  flushLine(line: number, alias = 0): void {
    this.note(line);
    for (const cpu of this.cpus) {
      const hit = cpu.lines.get(line)?.get(alias);
      if (hit === undefined) continue;
      this.writeBack(line, hit);
      this.drop(cpu, line, alias);
    }
  }

  /** WBINVD on a CPU: its dirty lines are written back, and none is left. Returns how many were dirty. */
  writeBackInvalidate(cpu: number): number {
    const dirty = this.writeBackAll(cpu);
    this.cpus[cpu].lines.clear();
    return dirty;
  }

  /** WBNOINVD on a CPU: its dirty lines are written back, and all stay. Returns how many were dirty. */
  writeBackAll(cpu: number): number {
    let dirty = 0;
    for (const [line, aliases] of this.cpus[cpu].lines) {
      this.note(line);
      for (const hit of aliases.values()) {
        if (hit.dirty) dirty++;
        this.writeBack(line, hit);
      }
    }
    return dirty;
  }

  /** Number of dirty lines that a CPU holds: what a write-back of its cache has to move. */
  dirtyLines(cpu: number): number {
    let dirty = 0;
    for (const aliases of this.cpus[cpu].lines.values()) {
      for (const hit of aliases.values()) if (hit.dirty) dirty++;
    }
    return dirty;
  }

  /** What memory itself holds, without looking into any cache and without telling a search. */
  inMemory(line: number): number {
    return this.memory.get(line) ?? 0;
  }

  /** What a CPU's cache holds of a line, or undefined, without telling a search. */
  cached(cpu: number, line: number, alias = 0): Readonly<CachedLine> | undefined {
    return this.cpus[cpu].lines.get(line)?.get(alias);
  }

  /** What waits in a CPU's combining buffer for a line, or undefined, without telling a search. */
  combined(cpu: number, line: number): number | undefined {
    return this.cpus[cpu].combining.get(line)?.value;
  }

  hashInto(hash: StateHash): void {
    for (const line of [...this.memory.keys()].sort((a, b) => a - b)) hash.add(line).add(this.inMemory(line));
    for (const { lines, combining } of this.cpus) {
      hash.add(lines.size).add(combining.size);
      for (const line of [...lines.keys()].sort((a, b) => a - b)) {
        for (const [alias, { value, dirty }] of lines.get(line)!) {
          hash
            .add(line)
            .add(alias)
            .add(value)
            .add(dirty ? 1 : 0);
        }
      }
      for (const line of [...combining.keys()].sort((a, b) => a - b))
        hash.add(line).add(combining.get(line)!.value);
    }
  }

  private note(line: number): void {
    const { access } = this.engine;
    if (access.on) access.write(this.object + (line % OBJECTS));
  }

  /** What an access that is not cached does about lines of its own CPU, and of others. */
  private snoopForUncached(cpu: number, line: number, type: EffectiveType): void {
    if (this.snoopsAll(type)) this.writeBackEverywhere(line, true);
    else if (this.options.selfSnoop) this.dropOwn(cpu, line);
  }

  /** Whether an access past the caches looks into all of them. */
  private snoopsAll(type: EffectiveType): boolean {
    return type === 'WC+' || this.options.snoopsAll === true;
  }

  private dropOwn(cpu: number, line: number): void {
    const own = this.cpus[cpu];
    for (const hit of own.lines.get(line)?.values() ?? []) this.writeBack(line, hit);
    own.lines.delete(line);
  }

  /** Other caches give up a dirty copy, and any copy where this one is going to be written. */
  private snoopOthers(cpu: number, line: number, alias: number, toWrite: boolean): void {
    const sameKey = this.options.coherentAliases === false;
    for (const [index, other] of this.cpus.entries()) {
      for (const [key, hit] of [...(other.lines.get(line) ?? [])]) {
        if (sameKey ? key !== alias || index === cpu : index === cpu && key === alias) continue;
        this.writeBack(line, hit);
        if (toWrite) this.drop(other, line, key);
      }
    }
  }

  private writeBackEverywhere(line: number, drop: boolean): void {
    for (const cpu of this.cpus) {
      for (const hit of cpu.lines.get(line)?.values() ?? []) this.writeBack(line, hit);
      if (drop) cpu.lines.delete(line);
    }
  }

  private fill(cpu: Cpu, line: number, alias: number): CachedLine {
    this.fills++;
    const filled = { value: this.inMemory(line), dirty: false };
    this.aliasesOf(cpu, line).set(alias, filled);
    return filled;
  }

  private writeBack(line: number, hit: CachedLine): void {
    if (!hit.dirty) return;
    hit.dirty = false;
    this.memory.set(line, hit.value);
    this.writeBacks++;
  }

  private aliasesOf(cpu: Cpu, line: number): Map<number, CachedLine> {
    let aliases = cpu.lines.get(line);
    if (aliases === undefined) {
      aliases = new Map();
      cpu.lines.set(line, aliases);
    }
    return aliases;
  }

  private drop(cpu: Cpu, line: number, alias: number): void {
    const aliases = cpu.lines.get(line);
    aliases?.delete(alias);
    if (aliases?.size === 0) cpu.lines.delete(line);
  }
}
