import type { EffectiveType } from '../../arch/memoryType.ts';
import { experiment } from '../experiment.ts';
import { choice, flag } from '../params.ts';
import { explore, type Reader } from './litmusModel.ts';

const WRITERS: readonly EffectiveType[] = ['WB', 'WC', 'UC'];

const READERS: readonly (readonly [string, Reader])[] = [
  ['host CPU, WB', { kind: 'cpu', type: 'WB' }],
  ['host CPU, WC', { kind: 'cpu', type: 'WC' }],
  ['host CPU, UC', { kind: 'cpu', type: 'UC' }],
  ['device that snoops', { kind: 'device', snoops: true }],
  ['device that does not snoop', { kind: 'device', snoops: false }],
];

/** `memory-type/litmus`: who sees what when guest and host use a buffer through two memory types. */
export const litmusExperiment = experiment({
  id: 'memory-type/litmus',
  question:
    'A guest writes a buffer through one memory type and somebody reads it through another: what can be seen?',
  params: {
    sync: choice({
      label: 'Who keeps to the brackets',
      help: 'The writer flushes before it says that it is done; the reader drops its copy before it reads.',
      options: { none: 'nobody', writer: 'the writer', reader: 'the reader', both: 'both' },
      default: 'none',
    }),
    selfSnoop: flag({
      label: 'The CPU has self-snoop',
      help: 'An uncached access looks into the CPU’s own cache; of other CPUs’ caches it says nothing.',
      default: true,
    }),
    snoopsAll: flag({
      label: 'and looks into every CPU’s cache',
      help: 'What Intel confirmed, by the commit of 2024 that honours the guest on such CPUs. The manual promises no more than the CPU’s own cache.',
      default: false,
    }),
    sameCpu: flag({ label: 'Guest and host thread share a CPU', default: false }),
    hostWroteBefore: flag({
      label: 'The host wrote the buffer before',
      help: 'Through a write-back mapping, as when it zeroed the page; the line may still be dirty.',
      default: false,
    }),
    wbinvd: flag({ label: 'Somebody on the host runs WBINVD', default: false }),
    amd: flag({
      label: 'AMD: the guest’s WC snoops',
      help: 'WC over the host’s write-back is WC+ there.',
      default: false,
    }),
  },
  run(values, progress) {
    return WRITERS.flatMap((writer, i) => {
      progress?.(i / WRITERS.length);
      return READERS.map(([name, reader]) => {
        const type = writer === 'WC' && values.amd ? 'WC+' : writer;
        const outcome = explore({
          writer: type,
          reader,
          writerSyncs: values.sync === 'writer' || values.sync === 'both',
          readerSyncs: values.sync === 'reader' || values.sync === 'both',
          selfSnoop: values.selfSnoop,
          snoopsAll: values.selfSnoop && values.snoopsAll,
          sameCpu: values.sameCpu,
          hostWroteBefore: values.hostWroteBefore,
          wbinvd: values.wbinvd,
        });
        return {
          writer: type,
          reader: name,
          seen: outcome.seen.join(' or '),
          left: outcome.left.join(' or '),
          schedules: outcome.schedules,
          complete: outcome.complete,
        };
      });
    });
  },
  views(rows) {
    const columns = READERS.map(([name]) => ({ key: name, label: name }));
    const table = (key: 'seen' | 'left') =>
      [...new Set(rows.map(row => row.writer))].map(writer => ({
        writer,
        ...Object.fromEntries(rows.filter(row => row.writer === writer).map(row => [row.reader, row[key]])),
      }));
    return [
      {
        kind: 'table',
        title: 'What the reader can find once the guest has said that it is done',
        columns: [{ key: 'writer', label: 'Guest writes through' }, ...columns],
        rows: table('seen'),
      },
      {
        kind: 'table',
        title: 'What memory can hold in the end',
        columns: [{ key: 'writer', label: 'Guest writes through' }, ...columns],
        rows: table('left'),
      },
      {
        kind: 'table',
        title: 'The searches',
        columns: [
          { key: 'writer', label: 'Guest' },
          { key: 'reader', label: 'Reader' },
          { key: 'schedules', label: 'Orders explored' },
          { key: 'complete', label: 'Every order' },
        ],
        rows,
      },
    ];
  },
  // Outcomes are possible or not; nobody published a figure for them.
  evidence: () => [],
});
