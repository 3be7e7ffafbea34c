/**
 * How many lines the caches of a host hold, and how many of them are dirty: what writing them back has to move. Counts by
 * page, of each group of CPUs that share a last-level cache; what a line holds is arch/caches.ts' business.
 */

/** Lines of 64 bytes in a page. */
export const LINES_OF_PAGE = 64;

export interface DirtyLinesOptions {
  /** CPUs of the host. */
  readonly cpus: number;
  /** CPUs that share one cache. */
  readonly cpusPerCache: number;
  /** Lines that one cache holds. */
  readonly lines: number;
}

/** What flushing one cache came to. */
export interface FlushedCache {
  /** CPUs that were made to do it, and wait for it. */
  readonly cpus: number;
  /** Dirty lines written back. */
  readonly dirty: number;
  /** Lines that are gone, dirty or not: they have to be fetched again. */
  readonly dropped: number;
}

interface Cache {
  /** Dirty lines by page, the page written longest ago first. */
  readonly dirty: Map<number, number>;
  dirtyLines: number;
  /** Lines held, dirty or not. */
  held: number;
}

export class DirtyLines {
  /** Lines that left for want of room, whoever waited for it. */
  evicted = 0;
  private readonly options: DirtyLinesOptions;
  private readonly caches: readonly Cache[];
  /** The cache that has a page's dirty lines. */
  private readonly holder = new Map<number, Cache>();

  constructor(options: DirtyLinesOptions) {
    this.options = options;
    const count = Math.ceil(options.cpus / options.cpusPerCache);
    this.caches = Array.from({ length: count }, () => ({ dirty: new Map(), dirtyLines: 0, held: 0 }));
  }

  /**
   * A CPU has written to a page: the lines are dirty in its cache, and in no other.
   *
   * @param lines of the page, at most LINES_OF_PAGE.
   */
  write(cpu: number, pfn: number, lines = LINES_OF_PAGE): void {
    const cache = this.cacheOf(cpu);
    const before = this.holder.get(pfn);
    const there = before === cache ? (cache.dirty.get(pfn) ?? 0) : 0;
    if (before !== undefined) this.forget(before, pfn);
    const now = Math.min(Math.max(lines, there), LINES_OF_PAGE);
    cache.dirty.set(pfn, now);
    cache.dirtyLines += now;
    cache.held = Math.min(cache.held + now - there, this.options.lines);
    this.holder.set(pfn, cache);
    this.makeRoom(cache);
  }

  /** A CPU has read lines that its cache did not have. */
  fill(cpu: number, lines: number): void {
    const cache = this.cacheOf(cpu);
    cache.held = Math.min(cache.held + lines, this.options.lines);
  }

  /** Dirty lines that a CPU's cache holds. */
  dirtyIn(cpu: number): number {
    return this.cacheOf(cpu).dirtyLines;
  }

  /** Dirty lines of a page, wherever they are. */
  dirtyOf(pfn: number): number {
    return this.holder.get(pfn)?.dirty.get(pfn) ?? 0;
  }

  /** CLFLUSH over a page: its lines leave whichever cache has them. Returns how many were dirty. */
  flushPage(pfn: number): number {
    const cache = this.holder.get(pfn);
    if (cache === undefined) return 0;
    const dirty = cache.dirty.get(pfn)!;
    this.forget(cache, pfn);
    cache.held = Math.max(cache.held - dirty, 0);
    return dirty;
  }

  /**
   * WBINVD or WBNOINVD on CPUs: each of their caches is written back once, and all of those CPUs wait for their own.
   *
   * @param cpus which ones; all unless given.
   * @param drops whether lines go (WBINVD) or stay (WBNOINVD).
   */
  flush(cpus: ReadonlySet<number> | null, drops: boolean): FlushedCache[] {
    const { options } = this;
    return this.caches.map((cache, index) => {
      const first = index * options.cpusPerCache;
      const end = Math.min(first + options.cpusPerCache, options.cpus);
      let asked = end - first;
      if (cpus !== null) asked = [...cpus].filter(cpu => cpu >= first && cpu < end).length;
      if (asked === 0) return { cpus: 0, dirty: 0, dropped: 0 };
      const dirty = cache.dirtyLines;
      const dropped = drops ? cache.held : 0;
      for (const pfn of [...cache.dirty.keys()]) this.forget(cache, pfn);
      if (drops) cache.held = 0;
      return { cpus: asked, dirty, dropped };
    });
  }

  private cacheOf(cpu: number): Cache {
    return this.caches[Math.floor((cpu % this.options.cpus) / this.options.cpusPerCache)];
  }

  private forget(cache: Cache, pfn: number): void {
    cache.dirtyLines -= cache.dirty.get(pfn) ?? 0;
    cache.dirty.delete(pfn);
    this.holder.delete(pfn);
  }

  private makeRoom(cache: Cache): void {
    for (const [pfn, lines] of cache.dirty) {
      if (cache.dirtyLines <= this.options.lines) return;
      this.forget(cache, pfn);
      this.evicted += lines;
    }
  }
}
