import { HGM_BOUNDS, PREEMPT_TABLE } from '../../evidence/postCopy.ts';
import { compare, type Evidence } from '../../evidence/published.ts';
import type { Stream } from '../../workloads/postCopy/backlog.ts';
import { type FaultTimes, postCopy } from '../../workloads/postCopy/postCopy.ts';
import { across } from '../across.ts';
import { experiment } from '../experiment.ts';
import { choice, int, number } from '../params.ts';
import type { Row } from '../view.ts';
import {
  bandwidthParam,
  bytesPerNs,
  installNs,
  latencyParam,
  machineCosts,
  PAGE_BYTES,
  quantile,
  queuedBytes,
  round,
} from './postCopySetup.ts';

const TRAPS = { userfaultfd: 'userfaultfd', exit: 'exit from KVM_RUN' } as const;
const STREAMS: Readonly<Record<Stream, string>> = {
  none: 'nothing else sent',
  'own channel': 'own channel',
  'same channel': 'one channel',
};

/** Faults measured; few where each takes long. */
const FAULTS = { '4K': 1000, '2M': 300, '1G': 50 } as const;

const STAGES: readonly { readonly stage: string; readonly of: (fault: FaultTimes) => number }[] = [
  { stage: 'trap', of: fault => fault.trapped },
  { stage: 'queue', of: fault => fault.queued },
  { stage: 'network', of: fault => fault.network },
  { stage: 'fill and resume', of: fault => fault.resumed },
];

const total = (fault: FaultTimes) => STAGES.reduce((sum, { of }) => sum + of(fault), 0);

/** `userfault/latency`: one fault from touch to going on. */
export const latencyExperiment = experiment({
  id: 'userfault/latency',
  question: 'What does one post-copy fault cost from end to end, and how much of it is the trap?',
  params: {
    pageSize: choice({
      label: 'Page fetched',
      options: { '4K': '4 KiB', '2M': '2 MiB', '1G': '1 GiB' },
      default: '4K',
    }),
    bandwidth: bandwidthParam,
    latency: latencyParam,
    vcpus: int({
      label: 'vCPUs that fault',
      help: 'QEMU’s figures are of 1 busy writer, and of 16.',
      min: 1,
      max: 512,
      default: 1,
      unit: 'vCPUs',
      scale: 'log',
    }),
    touch: number({
      label: 'Time between faults',
      help: 'What a vCPU runs, on average, from one fault to its next. Nobody published it.',
      min: 1,
      max: 100_000,
      default: 500,
      unit: 'µs',
      scale: 'log',
    }),
  },
  run({ pageSize, bandwidth, latency, vcpus, touch }, progress) {
    const blockBytes = PAGE_BYTES[pageSize];
    const costs = machineCosts(blockBytes);
    const combinations = (Object.keys(STREAMS) as Stream[]).flatMap(stream =>
      (Object.keys(TRAPS) as (keyof typeof TRAPS)[]).map(trap => ({ stream, trap })),
    );
    return combinations.flatMap(({ stream, trap }, i) => {
      progress?.(i / combinations.length);
      const { faults } = postCopy(
        {
          trap,
          vcpus,
          blocks: 65_536,
          workingSet: 65_536,
          blockBytes,
          bytesPerNs: bytesPerNs(bandwidth),
          latencyNs: Math.round(latency * 500),
          stream,
          queuedBytes: queuedBytes(stream),
          installNs: installNs(blockBytes),
          touchNs: touch * 1000,
          faults: Math.max(FAULTS[pageSize], 4 * vcpus),
        },
        costs,
      );
      const sorted = faults.map(total).sort((a, b) => a - b);
      const row = (stage: string, mean: number, median: number, tail: number) => ({
        channel: STREAMS[stream],
        design: TRAPS[trap],
        way: `${TRAPS[trap]}, ${STREAMS[stream]}`,
        stage,
        millis: round(mean / 1e6),
        mean: round(mean / 1000),
        median: round(median / 1000),
        tail: round(tail / 1000),
      });
      const mean = (of: (fault: FaultTimes) => number) =>
        faults.reduce((sum, fault) => sum + of(fault), 0) / faults.length;
      return [
        ...STAGES.map(({ stage, of }) => {
          const stages = faults.map(of).sort((a, b) => a - b);
          return row(stage, mean(of), quantile(stages, 0.5), quantile(stages, 0.99));
        }),
        row('total', mean(total), quantile(sorted, 0.5), quantile(sorted, 0.99)),
      ];
    });
  },
  views(rows, { pageSize }) {
    const stages = rows.filter(row => row.stage !== 'total');
    const alone = (row: Row) => row.channel === STREAMS.none;
    return [
      {
        kind: 'plot',
        title: `Mean of one fault by stage, ${pageSize}, nothing else on the wire`,
        summary:
          'The trap’s own share is all that another trap can better; the network’s comes on top under either.',
        mark: 'stack',
        ...across('design'),
        y: { key: 'mean', label: 'Time', unit: 'µs', digits: 0 },
        series: 'stage',
        rows: stages.filter(alone),
      },
      {
        kind: 'plot',
        title: `The same while the rest of memory is sent, ${pageSize}`,
        summary: 'One bar for each trap and each way to share the wire: nearly all of it is the queue.',
        mark: 'stack',
        ...across('way'),
        y: { key: 'millis', label: 'Time', unit: 'ms', digits: 1 },
        series: 'stage',
        rows: stages.filter(row => !alone(row)),
      },
      {
        kind: 'table',
        title: 'Stages',
        columns: [
          { key: 'design', label: 'Trap' },
          { key: 'channel', label: 'Wire' },
          { key: 'stage', label: 'Stage' },
          { key: 'mean', label: 'Mean', unit: 'µs', digits: 1 },
          { key: 'median', label: 'Median', unit: 'µs', digits: 1 },
          { key: 'tail', label: '99 of 100 below', unit: 'µs', digits: 1 },
        ],
        rows,
      },
    ];
  },
  evidence(rows, { pageSize, bandwidth, vcpus }): Evidence[] {
    const totals = rows.filter(row => row.stage === 'total' && row.design === TRAPS.userfaultfd);
    const of = (stream: Stream) => totals.find(row => row.channel === STREAMS[stream])!;
    if (bandwidth !== 10) return [];
    const preempt = PREEMPT_TABLE.filter(row => row.page === pageSize && row.writers === vcpus).map(row =>
      compare(row, of(row.stream).mean / 1000, row.fitted),
    );
    // Bounds, not figures: the error says how far below or above one the model lies.
    if (pageSize === '4K') return [...preempt, compare(HGM_BOUNDS.small, of('none').median, false)];
    if (pageSize === '2M') return [...preempt, compare(HGM_BOUNDS.large, of('same channel').median, false)];
    return preempt;
  },
});
