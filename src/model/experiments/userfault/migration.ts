import { postCopy } from '../../workloads/postCopy/postCopy.ts';
import { experiment } from '../experiment.ts';
import { choice, int, number } from '../params.ts';
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
  waitsOf,
} from './postCopySetup.ts';

const GIB = 2 ** 30;
const TRAPS = ['userfaultfd', 'exit'] as const;
const NAMES = { userfaultfd: 'userfaultfd', exit: 'exit from KVM_RUN' } as const;
const PAGES = ['4K', '2M', '1G'] as const;

/** Blocks simulated at most. A larger guest is run on a smaller scale and its times are multiplied. */
const MOST_BLOCKS = 49_152;

/** Points along the curve of guest speed. */
const BINS = 24;

/** `userfault/migration`: a whole post-copy, from the switch to the last page. */
export const migrationExperiment = experiment({
  id: 'userfault/migration',
  question: 'How long does a whole post-copy take, and how fast is the guest meanwhile?',
  params: {
    memory: int({ label: 'Guest', min: 1, max: 4096, default: 16, unit: 'GiB', scale: 'log' }),
    workingSet: int({
      label: 'Working set',
      help: 'How much of its memory the guest touches, in the middle of it. The stream begins at the front.',
      min: 1,
      max: 100,
      default: 25,
      unit: '%',
    }),
    vcpus: int({ label: 'vCPUs', min: 1, max: 512, default: 8, unit: 'vCPUs', scale: 'log' }),
    touch: number({
      label: 'Time between touches',
      help: 'What a vCPU runs, on average, from one touch of its working set to one elsewhere. Nobody published it.',
      min: 1,
      max: 100_000,
      default: 200,
      unit: 'µs',
      scale: 'log',
    }),
    bandwidth: bandwidthParam,
    latency: latencyParam,
    stream: choice({
      label: 'Requested pages',
      options: {
        'own channel': 'have a channel of their own',
        'same channel': 'follow the stream in one channel',
      },
      default: 'own channel',
    }),
    device: number({
      label: 'State sent in the blackout',
      help: 'Registers and devices, which must be there before the guest goes on. Nobody published it for such a guest.',
      min: 0,
      max: 4096,
      default: 16,
      unit: 'MiB',
    }),
  },
  run({ memory, workingSet, vcpus, touch, bandwidth, latency, stream, device }, progress) {
    const wire = bytesPerNs(bandwidth);
    const latencyNs = Math.round(latency * 500);
    const blackoutMillis = (device * 2 ** 20) / wire / 1e6 + latency / 1000;
    const runs = PAGES.flatMap(page => TRAPS.map(trap => ({ page, trap })));
    return runs.flatMap(({ page, trap }, i) => {
      progress?.(i / runs.length);
      const blockBytes = PAGE_BYTES[page];
      const all = Math.max(1, (memory * GIB) / blockBytes);
      const blocks = Math.min(all, MOST_BLOCKS);
      const scale = all / blocks;
      const expectedNs = Math.max((blocks * blockBytes) / wire, blocks * installNs(blockBytes));
      const { durationNs, faults, ranNs, speed } = postCopy(
        {
          trap,
          vcpus,
          blocks,
          workingSet: Math.max(1, Math.round((blocks * workingSet) / 100)),
          blockBytes,
          bytesPerNs: wire,
          latencyNs,
          stream,
          queuedBytes: queuedBytes(stream),
          installNs: installNs(blockBytes),
          touchNs: touch * 1000,
          binNs: Math.max(1000, Math.ceil(expectedNs / BINS)),
        },
        machineCosts(blockBytes),
      );
      const waits = waitsOf(faults);
      const seconds = (durationNs * scale) / 1e9;
      const common = { page, design: NAMES[trap], way: `${NAMES[trap]}, ${page}` };
      const summary = {
        ...common,
        kind: 'whole',
        seconds: round(seconds),
        blackout: round(blackoutMillis),
        speed: round((100 * ranNs) / (durationNs * vcpus)),
        median: round(quantile(waits, 0.5) / 1000),
        tail: round(quantile(waits, 0.99) / 1000),
        faults: Math.round(faults.length * scale),
      };
      const curve = coarser(speed).map((share, bin, all) => ({
        ...summary,
        kind: 'curve',
        seconds: round((seconds * (bin + 0.5)) / all.length),
        speed: round(100 * share),
      }));
      return [summary, ...curve];
    });
  },
  views(rows) {
    return [
      {
        kind: 'plot',
        title: 'Guest speed while its memory follows',
        summary:
          'A vCPU that waits for a page does not run: a line is low while what is touched is missing, and at 100 % once nothing is.',
        mark: 'line',
        x: { key: 'seconds', label: 'Since the switch', unit: 's' },
        y: { key: 'speed', label: 'vCPUs running', unit: '%', digits: 0 },
        series: 'way',
        rows: rows.filter(row => row.kind === 'curve'),
      },
      {
        kind: 'table',
        title: 'Migrations',
        columns: [
          { key: 'page', label: 'Page' },
          { key: 'design', label: 'Trap' },
          { key: 'seconds', label: 'Until the last page', unit: 's', digits: 2 },
          { key: 'blackout', label: 'Blackout', unit: 'ms', digits: 1 },
          { key: 'speed', label: 'vCPUs running', unit: '%', digits: 1 },
          { key: 'median', label: 'A fault, median', unit: 'µs', digits: 0 },
          { key: 'tail', label: '99 of 100 below', unit: 'µs', digits: 0 },
          { key: 'faults', label: 'Faults' },
        ],
        rows: rows.filter(row => row.kind === 'whole'),
      },
    ];
  },
  // Nobody published a whole migration with its parameters.
  evidence: () => [],
});

/** At most two points for each that was expected, each the mean of as many as it takes. */
function coarser(speed: readonly number[]): number[] {
  const each = Math.max(1, Math.ceil(speed.length / (2 * BINS)));
  return Array.from({ length: Math.ceil(speed.length / each) }, (_, i) => {
    const part = speed.slice(i * each, (i + 1) * each);
    return part.reduce((sum, share) => sum + share, 0) / part.length;
  });
}
