import { pinningDesigns } from '../../designs/pinning/index.ts';
import { PRECISE_ZAP_SAVES } from '../../evidence/pinning.ts';
import { compare } from '../../evidence/published.ts';
import { across } from '../across.ts';
import { experiment } from '../experiment.ts';
import { int, number } from '../params.ts';
import { bootFaults, footprint, SAMPLE_PAGES } from './footprintModel.ts';
import { shortName } from './names.ts';

const PAGES_PER_GIB = 2 ** 18;
const MIB = 2 ** 20;
/** Slot updates of the sweep. */
const UPDATES = [0, 4, 8, 16, 32, 64];

/** `pinning/footprint`: memory and bookkeeping that pins cost, and what zapping precisely saves. */
export const footprintExperiment = experiment({
  id: 'pinning/footprint',
  question:
    'How much memory do pins hold, what does remembering them cost, and what would a precise slot zap save?',
  params: {
    guestGib: int({
      label: 'Guest',
      min: 1,
      max: 4096,
      default: 192,
      unit: 'GiB',
      scale: 'log',
    }),
    touchedPercent: number({
      label: 'Touched',
      help: 'Share of its memory that the guest has used so far.',
      min: 0,
      max: 100,
      default: 10,
      unit: '%',
    }),
    cluster: int({
      label: 'In runs of',
      help: 'Pages that the guest touches side by side; short runs cost an XArray more.',
      min: 1,
      max: 512,
      default: 64,
      unit: 'pages',
      scale: 'log',
    }),
    ballooned: number({
      label: 'Given back by a balloon',
      help: 'Share of the touched pages.',
      min: 0,
      max: 100,
      default: 50,
      unit: '%',
    }),
    usedBetween: int({
      label: 'Used again after a slot update',
      help: 'Pages, of a guest of 8 MiB that touches each once. Chosen so that 12 updates give the published 7 %.',
      min: 0,
      max: 2048,
      default: 13,
      unit: 'pages',
    }),
    updates: int({
      label: 'Slot updates in a boot',
      help: 'An assumption: the mail gives no number.',
      min: 0,
      max: 64,
      default: 12,
      unit: 'updates',
    }),
  },
  run(values) {
    const scale = (values.guestGib * PAGES_PER_GIB) / SAMPLE_PAGES;
    const scene = {
      touched: values.touchedPercent / 100,
      cluster: values.cluster,
      ballooned: values.ballooned / 100,
    };
    const gib = (pages: number) => Math.round((pages * scale * 1e3) / PAGES_PER_GIB) / 1e3;
    const empty = { updates: 0, faultsAll: 0, faultsPrecise: 0, savedPercent: 0 };
    const held = [undefined, ...pinningDesigns].map(pinning => {
      const result = footprint({ ...scene, pinning });
      return {
        part: 'held',
        design: pinning?.title ?? 'Nothing pinned (no SEV)',
        short: pinning === undefined ? 'nothing' : shortName(pinning),
        heldGib: gib(result.held),
        afterBalloonGib: gib(result.afterBalloon),
        afterProcessGib: gib(result.afterProcess),
        afterVmGib: gib(result.afterVm),
        metadataMib: Math.round((result.metadataBytes * scale * 1e3) / MIB) / 1e3,
        ...empty,
      };
    });
    const counts = [...new Set([...UPDATES, values.updates])].sort((a, b) => a - b);
    const zaps = counts.map(updates => {
      const faultsAll = bootFaults({ updates, usedBetween: values.usedBetween, precise: false });
      const faultsPrecise = bootFaults({ updates, usedBetween: values.usedBetween, precise: true });
      return {
        part: 'zap',
        design: '',
        short: '',
        heldGib: 0,
        afterBalloonGib: 0,
        afterProcessGib: 0,
        afterVmGib: 0,
        metadataMib: 0,
        updates,
        faultsAll,
        faultsPrecise,
        savedPercent: Math.round((1 - faultsPrecise / faultsAll) * 1e4) / 100,
      };
    });
    return [...held, ...zaps];
  },
  views(rows) {
    const held = rows.filter(row => row.part === 'held');
    const zaps = rows.filter(row => row.part === 'zap');
    return [
      {
        kind: 'plot',
        title: 'Host memory held',
        summary:
          'Once the guest has given pages back: pinned up front, everything is held; a pin on fault that outlives the balloon holds what was touched.',
        mark: 'bar',
        ...across('short'),
        y: { key: 'afterBalloonGib', label: 'Held after the balloon', unit: 'GiB', digits: 1 },
        rows: held,
      },
      {
        kind: 'table',
        title: 'What pins hold, and what remembering them takes',
        columns: [
          { key: 'design', label: 'Pins' },
          { key: 'heldGib', label: 'Held', unit: 'GiB', digits: 1 },
          { key: 'afterBalloonGib', label: 'After the balloon', unit: 'GiB', digits: 1 },
          { key: 'afterProcessGib', label: 'Process gone, VM still held', unit: 'GiB', digits: 1 },
          { key: 'afterVmGib', label: 'VM gone', unit: 'GiB', digits: 1 },
          { key: 'metadataMib', label: 'Bookkeeping', unit: 'MiB', digits: 1 },
        ],
        rows: held,
      },
      {
        kind: 'plot',
        title: 'Faults of a boot that a precise slot zap saves',
        summary: 'The more slot updates, the larger the share of faults that are repetitions.',
        mark: 'line',
        x: { key: 'updates', label: 'Slot updates' },
        y: { key: 'savedPercent', label: 'Saved', unit: '%', digits: 0 },
        rows: zaps,
      },
      {
        kind: 'table',
        title: 'Faults of a boot',
        columns: [
          { key: 'updates', label: 'Slot updates' },
          { key: 'faultsAll', label: 'Every SPTE zapped' },
          { key: 'faultsPrecise', label: 'The slot alone' },
          { key: 'savedPercent', label: 'Saved', unit: '%', digits: 1 },
        ],
        rows: zaps,
      },
    ];
  },
  /** Only the figure without huge pages is comparable: leaves are 4 KiB here. */
  evidence(rows, { updates }) {
    const row = rows.find(r => r.part === 'zap' && r.updates === updates)!;
    return [compare(PRECISE_ZAP_SAVES, row.savedPercent, true)];
  },
});
