/** What the experiments on post-copy share: the network's parameters and the machine. */

import { PAGING_COSTS } from '../../costs/paging.ts';
import { POST_COPY_COSTS } from '../../costs/postCopy.ts';
import type { PagingCosts } from '../../workloads/demandPaging/paging.ts';
import type { Stream } from '../../workloads/postCopy/backlog.ts';
import type { FaultTimes } from '../../workloads/postCopy/postCopy.ts';
import { number } from '../params.ts';
import { pagingCosts } from './pagingMachine.ts';

export const PAGE_BYTES = { '4K': 2 ** 12, '2M': 2 ** 21, '1G': 2 ** 30 } as const;

export const bandwidthParam = number({
  label: 'Bandwidth',
  help: 'The published latencies of QEMU were measured at 10 Gbit/s. A million is as good as endless.',
  min: 0.001,
  max: 1_000_000,
  default: 10,
  unit: 'Gbit/s',
  scale: 'log',
});

export const latencyParam = number({
  label: 'Latency of the network, there and back',
  help: 'Houghton, 2024: about 30 µs to fetch a page of 4 KiB.',
  min: 0,
  max: 100_000,
  default: 30,
  unit: 'µs',
});

/**
 * Bytes a ns of a bandwidth in Gbit/s.
 *
 * @throws RangeError at 0, where nothing ever arrives.
 */
export function bytesPerNs(gigabits: number): number {
  if (gigabits <= 0) throw new RangeError('at 0 Gbit/s no page ever arrives; take more, such as 0.001');
  return gigabits / 8;
}

/** Bytes that lie ahead of a requested page. */
export function queuedBytes(stream: Stream): number {
  const { sameChannel, ownChannel } = POST_COPY_COSTS;
  return stream === 'same channel' ? sameChannel.value : stream === 'own channel' ? ownChannel.value : 0;
}

/** The first machine's costs, with pages that are allocated and copied. */
export function machineCosts(pageBytes: number): PagingCosts {
  return pagingCosts({ machine: 'moorthy', memory: 'anonymous', pageBytes });
}

/** ns to install a block that nobody waits for. */
export function installNs(pageBytes: number): number {
  const { allocate, bytesPerNs: copying, fill } = PAGING_COSTS;
  return fill.value + allocate.value + (pageBytes - PAGE_BYTES['4K']) / copying.value;
}

/** How long each fault kept its vCPU, from touch to going on, in ns, sorted. */
export function waitsOf(faults: readonly FaultTimes[]): readonly number[] {
  return faults
    .map(fault => fault.trapped + fault.queued + fault.network + fault.resumed)
    .sort((a, b) => a - b);
}

/** The value below which a share of sorted numbers lies; 0 of none. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted.length === 0 ? 0 : sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** Three digits after the point are as fine as these are worth reading. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
