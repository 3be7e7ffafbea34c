import type { Actor } from '../engine/step.ts';
import type { DirtyLines } from '../host/dirtyLines.ts';
import type { Vm } from './vm.ts';

/** How caches are flushed. */
export interface FlushKind {
  /** Every CPU of the host, or those that have ever run a vCPU of the VM. */
  readonly cpus: 'all' | 'ran';
  /** Lines are dropped once they are written back (WBINVD), and have to be fetched again, or stay (WBNOINVD). */
  readonly dropsLines: boolean;
}

/** What it took until Linux 6.17: WBINVD on every CPU (wbinvd_on_all_cpus). */
export const WBINVD_ALL: FlushKind = { cpus: 'all', dropsLines: true };

/**
 * Flushes caches: the caller waits until the last of the CPUs has written back its own. Each of them has lost as much
 * time, and what it takes to fetch the lines again where they were dropped: no more of them than could be fetched since
 * they were dropped the last time.
 *
 * How long it takes is what caches hold, where the host counts that (`host.dirtyLines`); a constant elsewhere.
 */
export function* flushCaches(vm: Vm, kind: FlushKind): Actor {
  const { host, costs } = vm;
  vm.stats.cacheFlushes++;
  if (host.dirtyLines !== null) {
    yield* flushLines(vm, kind, host.dirtyLines);
    return;
  }
  const cpus = kind.cpus === 'all' ? host.cpus : Math.min(vm.haveRunCpus.size, host.cpus);
  host.flushedCpus += cpus;
  const refill = kind.dropsLines ? Math.min(costs.refillCache, vm.engine.now - host.linesDroppedAt) : 0;
  host.lostCpuNs += cpus * (costs.flushAllCpus + refill);
  host.stolenNs += costs.flushAllCpus;
  yield costs.flushAllCpus;
  if (kind.dropsLines) host.linesDroppedAt = vm.engine.now;
}

/** The same by lines: CPUs that share a cache all wait for it, and whoever asked for the flush waits for the fullest. */
function* flushLines(vm: Vm, kind: FlushKind, lines: DirtyLines): Actor {
  const { host, costs } = vm;
  let wait = 0;
  for (const cache of lines.flush(kind.cpus === 'all' ? null : vm.haveRunCpus, kind.dropsLines)) {
    const ns = cache.dirty * costs.cachedLine;
    host.flushedCpus += cache.cpus;
    // The lines of one cache are fetched again once, by whichever of its CPUs wants them.
    host.lostCpuNs += cache.cpus * ns + cache.dropped * costs.cachedLine;
    if (ns > wait) wait = ns;
  }
  host.stolenNs += wait;
  if (wait > 0) yield wait;
}

/**
 * CLFLUSH over the lines of pages by whoever frees them: nobody else loses time. Where the host counts lines, only the
 * dirty ones have to be moved.
 */
export function* flushPages(vm: Vm, pfns: readonly number[]): Actor {
  const { host, costs } = vm;
  let ns = costs.cacheFlushPage * pfns.length;
  if (host.dirtyLines !== null) {
    ns = 0;
    for (const pfn of pfns) ns += host.dirtyLines.flushPage(pfn) * costs.cachedLine;
  }
  host.lostCpuNs += ns;
  if (ns > 0) yield ns;
}

/** Whether a cache can hold lines of the VM that are written back over what the host puts in their place: AMD's. */
export function hasEncryptedLines(vm: Vm): boolean {
  return vm.rules.encrypted && !vm.rules.mirrorRoot;
}
