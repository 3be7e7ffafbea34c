import type { Actor } from '../engine/step.ts';
import type { Vm } from './vm.ts';

/**
 * WBINVD on every CPU (wbinvd_on_all_cpus): the caller waits until all have written back their caches, and every
 * vCPU that was running meanwhile has lost as much time.
 */
export function* flushEveryCpu(vm: Vm): Actor {
  vm.stats.cacheFlushes++;
  vm.host.stolenNs += vm.costs.flushAllCpus;
  yield vm.costs.flushAllCpus;
}
