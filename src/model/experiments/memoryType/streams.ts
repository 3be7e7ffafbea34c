import { type EffectiveType, effectiveUnderEpt, type MemoryType } from '../../arch/memoryType.ts';
import { COST_TABLE } from '../../costs/table.ts';
import { memoryTypeProposals } from '../../designs/memoryType/proposals.ts';
import { COPY_UC, COPY_WC, FRAME_BYTES } from '../../evidence/memoryType.ts';
import { compare } from '../../evidence/published.ts';
import type { MemoryTypeDesign, MemoryTypeQuestion } from '../../kvm/memoryType.ts';
import { experiment } from '../experiment.ts';
import { flag, int, number, type Values } from '../params.ts';
import { explore } from './litmusModel.ts';

const LINE_BYTES = 64;
const STORE_BYTES = 8;
const TYPES: readonly EffectiveType[] = ['WB', 'WT', 'WC', 'UC'];

const params = {
  bytes: int({
    label: 'Bytes of a frame',
    help: 'The default is the frame that was measured.',
    min: 64,
    max: 1_000_000_000,
    default: FRAME_BYTES,
    unit: 'bytes',
    scale: 'log',
  }),
  uncachedNanos: number({
    label: 'An uncached access',
    help: 'Of 8 bytes. Fitted on 1.24 s for a copy to UC- memory on Sapphire Rapids; a read is taken to cost as much.',
    min: 0,
    max: 10_000,
    default: COST_TABLE.uncachedStore.value,
    unit: 'ns',
  }),
  combinedNanos: number({
    label: 'A full combining buffer',
    help: 'Of 64 bytes. Fitted on 0.01 s for the same copy to WC memory.',
    min: 0,
    max: 10_000,
    default: COST_TABLE.combinedLine.value,
    unit: 'ns',
  }),
  lineNanos: number({
    label: 'A line between cache and memory',
    help: 'In a stream. Nobody published write-back on that machine.',
    min: 0,
    max: 1000,
    default: COST_TABLE.cachedLine.value,
    unit: 'ns',
  }),
  flushNanos: number({
    label: 'CLFLUSH of a line',
    help: 'What a guest pays that stays write-back and flushes. Nobody published it.',
    min: 0,
    max: 1000,
    default: COST_TABLE.cacheFlushPage.value / 64,
    unit: 'ns',
  }),
  walkNanos: number({
    label: 'Reading the host’s type at a fault',
    help: 'For each page of 4 KiB, where KVM looks at the VMM’s mapping. Nobody published it.',
    min: 0,
    max: 10_000,
    default: COST_TABLE.hostTypeWalk.value,
    unit: 'ns',
  }),
  selfSnoop: flag({ label: 'The CPU has self-snoop', default: true }),
  snoopsAll: flag({
    label: 'and looks into every CPU’s cache',
    help: 'What Intel confirmed in 2024; the manual promises no more than the CPU’s own cache.',
    default: false,
  }),
  quirkOff: flag({
    label: 'The VMM has turned the quirk of 6.16 off',
    help: 'It is on by default, and then 6.16 does as 6.11.',
    default: true,
  }),
  dmaBufIsCached: flag({
    label: 'The VMM’s mapping of the buffer is write-back',
    help: 'As the mapping of a dma-buf may be, guarded by DMA_BUF_SYNC, while the GPU process has it WC.',
    default: false,
  }),
};

type StreamValues = Values<typeof params>;

/** Transactions of a stream, and what each costs: time in ns. */
function streamNs(type: EffectiveType, write: boolean, values: StreamValues): number {
  const lines = Math.ceil(values.bytes / LINE_BYTES);
  const accesses = Math.ceil(values.bytes / STORE_BYTES);
  switch (type) {
    case 'WB':
      // A store fetches the line first, and it leaves again some time later.
      return lines * values.lineNanos * (write ? 2 : 1);
    case 'WC':
    case 'WC+':
      return write ? lines * values.combinedNanos : accesses * values.uncachedNanos;
    case 'UC':
      return accesses * values.uncachedNanos;
    default:
      // Stores go through to memory, and may be combined on their way (Intel SDM, vol. 3, memory types); loads are cached.
      return lines * (write ? values.combinedNanos : values.lineNanos);
  }
}

/** What one design makes of one mapping of the guest. */
function typeOf(
  design: MemoryTypeDesign,
  pat: MemoryType,
  values: StreamValues,
  page: Partial<MemoryTypeQuestion>,
): EffectiveType {
  const leaf = design.leaf({
    isMmio: false,
    noncoherentDma: false,
    cacheDisabled: false,
    cdQuirk: true,
    guestMtrr: 'WB',
    selfSnoop: values.selfSnoop,
    patQuirk: !values.quirkOff,
    slotMarked: false,
    dirtyLogging: false,
    hostMapping: 'WB',
    ...page,
  });
  return effectiveUnderEpt(leaf, pat, false);
}

/** A guest's buffer for a GPU that does not snoop, a thread that migrates it, and video memory that nobody marked. */
function judge(design: MemoryTypeDesign, values: StreamValues) {
  const buffer = { slotMarked: true, hostMapping: values.dmaBufIsCached ? 'WB' : 'WC' } as const;
  const gpuType = typeOf(design, 'WC', values, buffer);
  const migratingType = typeOf(design, 'WC', values, { ...buffer, dirtyLogging: true });
  const bochsType = typeOf(design, 'UC-', values, {});
  const quiet = {
    readerSyncs: false,
    sameCpu: false,
    hostWroteBefore: false,
    wbinvd: false,
    selfSnoop: values.selfSnoop,
    snoopsAll: values.selfSnoop && values.snoopsAll,
  };
  // A driver that maps WC fences before it tells the GPU; it flushes lines only where it has been told to.
  const writerSyncs = gpuType !== 'WB' || design.guestFlushes === true;
  const gpu = explore({
    ...quiet,
    writer: gpuType,
    reader: { kind: 'device', snoops: false },
    writerSyncs,
  });
  const migration = explore({
    ...quiet,
    writer: migratingType,
    reader: { kind: 'cpu', type: buffer.hostMapping === 'WB' ? 'WB' : 'WC' },
    writerSyncs,
  });
  const cachedMigration = explore({
    ...quiet,
    writer: migratingType,
    reader: { kind: 'cpu', type: 'WB' },
    writerSyncs,
  });
  const lines = Math.ceil(values.bytes / LINE_BYTES);
  const flushNs = design.guestFlushes ? lines * values.flushNanos : 0;
  const walkNs = design.walksHost ? Math.ceil(values.bytes / 4096) * values.walkNanos : 0;
  const leaf = design.leaf({
    isMmio: false,
    noncoherentDma: false,
    cacheDisabled: false,
    cdQuirk: true,
    guestMtrr: 'WB',
    selfSnoop: values.selfSnoop,
    patQuirk: !values.quirkOff,
    dirtyLogging: false,
    ...buffer,
  });
  return {
    gpuType,
    gpuSees: gpu.seen.join(' or '),
    gpuMillis: millis(streamNs(gpuType, true, values) + flushNs),
    firstTouchMicros: Math.round(walkNs) / 1000,
    migrationSees: migration.seen.join(' or '),
    cachedMigrationSees: cachedMigration.seen.join(' or '),
    bochsType,
    bochsMillis: millis(streamNs(bochsType, true, values)),
    // Only Intel can overrule the guest, so a forced type that is not write-back is Intel's alone.
    portable: !(leaf.ignorePat && leaf.type !== 'WB'),
  };
}

function millis(ns: number): number {
  return Math.round(ns / 1e3) / 1e3;
}

const NO_TYPE = { type: '', direction: '', millis: 0, mbPerSecond: 0 };
const NO_DESIGN = {
  design: '',
  gpuType: '',
  gpuSees: '',
  gpuMillis: 0,
  firstTouchMicros: 0,
  migrationSees: '',
  cachedMigrationSees: '',
  bochsType: '',
  bochsMillis: 0,
  portable: true,
};

/** `memory-type/streams`: what a stream costs by memory type, and what each proposal does for three users of memory. */
export const streamsExperiment = experiment({
  id: 'memory-type/streams',
  question:
    'What does each memory type cost a stream of bytes, and which proposal gives which user the type it needs?',
  params,
  run(values, progress) {
    const streams = TYPES.flatMap(type =>
      [true, false].map(write => {
        const ns = streamNs(type, write, values);
        return {
          part: 'stream',
          ...NO_DESIGN,
          type,
          direction: write ? 'write' : 'read',
          millis: millis(ns),
          mbPerSecond: ns === 0 ? 0 : Math.round((values.bytes * 1e4) / ns) / 10,
        };
      }),
    );
    const proposals = memoryTypeProposals.map((design, i) => {
      progress?.(i / memoryTypeProposals.length);
      return { part: 'design', ...NO_TYPE, design: design.title, ...judge(design, values) };
    });
    return [...streams, ...proposals];
  },
  views(rows, { bytes }) {
    const streams = rows.filter(row => row.part === 'stream');
    return [
      {
        kind: 'plot',
        title: `A stream of ${bytes} bytes`,
        summary:
          'Uncached accesses take two orders of magnitude longer than combined ones; reads combine nothing.',
        mark: 'bar',
        x: { key: 'type', label: 'Memory type', scale: 'band' },
        y: { key: 'millis', label: 'Time', unit: 'ms' },
        series: 'direction',
        rows: streams,
      },
      {
        kind: 'table',
        title: 'Streams',
        columns: [
          { key: 'type', label: 'Type' },
          { key: 'direction', label: 'Direction' },
          { key: 'millis', label: 'Time', unit: 'ms', digits: 2 },
          { key: 'mbPerSecond', label: 'Rate', unit: 'MB/s', digits: 1 },
        ],
        rows: streams,
      },
      {
        kind: 'table',
        title: 'What each proposal does',
        columns: [
          { key: 'design', label: 'Proposal' },
          { key: 'gpuType', label: 'A WC buffer becomes' },
          { key: 'gpuMillis', label: 'Writing it', unit: 'ms', digits: 2 },
          { key: 'gpuSees', label: 'GPU without snooping sees' },
          { key: 'migrationSees', label: 'Migration, VMM’s own type, sees' },
          { key: 'cachedMigrationSees', label: 'Migration, write-back, sees' },
          {
            key: 'bochsMillis',
            label: 'UC- video memory',
            unit: 'ms',
            digits: 1,
          },
          { key: 'firstTouchMicros', label: 'First touch', unit: 'µs', digits: 1 },
          { key: 'portable', label: 'AMD too' },
        ],
        rows: rows.filter(row => row.part === 'design'),
      },
    ];
  },
  /** Both published copies were fitted on; nothing is predicted. */
  evidence(rows, { bytes }) {
    if (bytes !== FRAME_BYTES) return [];
    const seconds = (type: string) =>
      rows.find(r => r.part === 'stream' && r.type === type && r.direction === 'write')!.millis / 1000;
    return [compare(COPY_UC, seconds('UC'), true), compare(COPY_WC, seconds('WC'), true)];
  },
});
