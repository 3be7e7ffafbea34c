import type { Costs } from '../costs/table.ts';
import type { Engine } from '../engine/engine.ts';
import { WaitQueue } from '../engine/waitQueue.ts';
import type { DirtyLines } from './dirtyLines.ts';
import { Frames } from './frames.ts';
import type { PageOwner } from './mappedFile.ts';

/** When anonymous memory is backed by huge pages (/sys/kernel/mm/transparent_hugepage/enabled). */
export type ThpPolicy = 'always' | 'madvise' | 'never';

/** The host as a whole: its frames, and what everything on it shares. */
export class Host {
  readonly engine: Engine;
  readonly costs: Costs;
  readonly frames: Frames;
  /** Threads that wait for a page on the move to arrive. */
  readonly migrations: WaitQueue;
  /** Every address space: whoever moves a page looks for its mappings in them. */
  readonly spaces = new Set<PageOwner>();
  /** The kernel was built with transparent huge pages, and with same-page merging. */
  hasThp = true;
  hasKsm = true;
  /** When anonymous memory is huge. */
  thp: ThpPolicy = 'madvise';
  /** The kernel was built to survive broken memory (CONFIG_MEMORY_FAILURE). */
  memoryFailure = true;
  /** Inodes made so far: the number of the last one. */
  inodes = 0;
  /** Time, in ns, that interruptions of every CPU have taken from whoever was running. */
  stolenNs = 0;
  /** CPUs of the host. */
  cpus = 128;
  /** The lines its caches hold, where they are counted: flushing then takes as long as what is dirty. */
  dirtyLines: DirtyLines | null = null;
  /** CPU time, in ns, that flushing caches has taken from all CPUs together. */
  lostCpuNs = 0;
  /** When the CPUs last dropped what was in their caches, in ns; they are empty to begin with. */
  linesDroppedAt = 0;
  /** CPUs interrupted to flush their cache, counted anew for each flush. */
  flushedCpus = 0;

  /** @param frames number of 4 KiB frames the host has; no limit unless given. */
  constructor(engine: Engine, costs: Costs, frames?: number) {
    this.engine = engine;
    this.costs = costs;
    this.frames = new Frames(engine.access, frames, engine.words);
    this.migrations = new WaitQueue(engine, 'migration');
  }
}
