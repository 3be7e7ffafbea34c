/** How long a requested page takes in post-copy, as published. */
import type { Published, Source } from './published.ts';

/** QEMU's post-copy before and with a channel for requested pages. */
const XU_PREEMPT: Source = {
  title: 'Peter Xu, [PATCH RFC 00/15] migration: Postcopy Preemption',
  date: '2022-01-19',
  url: 'https://lore.kernel.org/qemu-devel/20220119080929.39485-1-peterx@redhat.com/',
};

/** Mapping hugetlb memory in smaller pieces than its pages. */
const HOUGHTON_HGM: Source = {
  title: 'James Houghton, [RFC PATCH 00/26] hugetlb: Introduce HugeTLB high-granularity mapping',
  date: '2022-06-24',
  url: 'https://lore.kernel.org/linux-mm/20220624173656.2033256-1-jthoughton@google.com/',
};

/** What a latency of QEMU was measured with. */
interface PreemptRun extends Published {
  readonly page: '4K' | '2M';
  readonly stream: 'same channel' | 'own channel';
  /** Threads of the guest that write at once, each of which waits for one page at a time. */
  readonly writers: number;
  /** A constant was fitted on it. */
  readonly fitted: boolean;
}

function preempt(
  name: string,
  value: number,
  page: PreemptRun['page'],
  stream: PreemptRun['stream'],
  fitted: boolean,
  writers = 1,
): PreemptRun {
  return { name, unit: 'ms', value, source: XU_PREEMPT, page, stream, fitted, writers };
}

/**
 * Means of one busy writer over 18 GB of a guest of 20 GB, on a network of 10 Gbit/s, and of sixteen writers of 1 GB
 * each.
 */
export const PREEMPT_TABLE: readonly PreemptRun[] = [
  preempt('4 KiB, one channel', 10.68, '4K', 'same channel', true),
  preempt('4 KiB, own channel', 0.57, '4K', 'own channel', true),
  preempt('2 MiB, one channel', 10.58, '2M', 'same channel', false),
  preempt('2 MiB, own channel', 4.96, '2M', 'own channel', false),
  preempt('4 KiB, one channel, 16 writers', 2.244, '4K', 'same channel', false, 16),
  preempt('4 KiB, own channel, 16 writers', 1.064, '4K', 'own channel', false, 16),
];

/** Approximate medians of a fetch that he expects for a VM of 48 vCPUs; the network is not named. */
export const HGM_BOUNDS = {
  small: { name: 'median of a 4 KiB fetch, at most', unit: 'µs', value: 100, source: HOUGHTON_HGM },
  large: { name: 'median of a 2 MiB fetch, at least', unit: 'µs', value: 10_000, source: HOUGHTON_HGM },
} as const satisfies Record<string, Published>;
