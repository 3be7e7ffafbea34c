import type { Actor } from '../engine/step.ts';
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
 */
export function* flushCaches(vm: Vm, kind: FlushKind): Actor {
  const { host, costs } = vm;
  const cpus = kind.cpus === 'all' ? host.cpus : Math.min(vm.haveRunCpus.size, host.cpus);
  vm.stats.cacheFlushes++;
  host.flushedCpus += cpus;
  const refill = kind.dropsLines ? Math.min(costs.refillCache, vm.engine.now - host.linesDroppedAt) : 0;
  host.lostCpuNs += cpus * (costs.flushAllCpus + refill);
  host.stolenNs += costs.flushAllCpus;
  yield costs.flushAllCpus;
  if (kind.dropsLines) host.linesDroppedAt = vm.engine.now;
}

/** CLFLUSH over the lines of `pages` pages by whoever frees them: nobody else loses time. */
export function* flushPages(vm: Vm, pages: number): Actor {
  const ns = vm.costs.cacheFlushPage * pages;
  vm.host.lostCpuNs += ns;
  yield ns;
}

/** Whether a cache can hold lines of the VM that are written back over what the host puts in their place: AMD's. */
export function hasEncryptedLines(vm: Vm): boolean {
  return vm.rules.encrypted && !vm.rules.mirrorRoot;
}
