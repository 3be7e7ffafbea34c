import { COST_TABLE } from '../../costs/table.ts';
import { pinAtRegistration } from '../../designs/pinning/atRegistration.ts';
import { pinningDesigns } from '../../designs/pinning/index.ts';
import { pinnedSptesRfc } from '../../designs/pinning/pinnedSptes.ts';
import {
  DADHANIA_FITTED,
  DADHANIA_STARTS,
  type MeasuredStart,
  VAN_TASSELL_FITTED,
  VAN_TASSELL_STARTS,
} from '../../evidence/pinning.ts';
import { compare } from '../../evidence/published.ts';
import { experiment } from '../experiment.ts';
import { choice, int, number } from '../params.ts';
import { type StartMachine, startSeconds } from './bootModel.ts';

const GIB = [4, 8, 16, 32, 60, 64, 96, 128, 160, 192];
const FITTED: readonly MeasuredStart[] = [DADHANIA_FITTED, VAN_TASSELL_FITTED].flatMap(Object.values);

/** Every design but the one that pins up front. */
const ON_FAULT: Readonly<Record<string, string>> = Object.fromEntries(
  pinningDesigns.filter(one => one !== pinAtRegistration).map(({ name, title }) => [name, title]),
);

/** `pinning/boot-delay`: how long a start takes with memory pinned up front, and with pages pinned as they are touched. */
export const bootDelayExperiment = experiment({
  id: 'pinning/boot-delay',
  question: 'How much of an SEV guest’s start is pinning, and what does pinning on fault leave of it?',
  params: {
    design: choice({
      label: 'On the fault',
      help: 'What keeps a page in its place once the guest has touched it. All but guest_memfd take as long as the first.',
      options: ON_FAULT,
      default: 'sptes-rfc',
    }),
    touchedOneIn: int({
      label: 'The guest touches one page in',
      help: 'While it boots. 64 is its array of struct page, an assumption: nobody counted the pages.',
      min: 1,
      max: 1024,
      default: 64,
      unit: 'pages',
      scale: 'log',
    }),
    restSeconds: number({
      label: 'Rest of the start',
      help: 'Fitted on 6.16 s, the guest of 4 GiB pinned up front (Dadhania).',
      min: 0,
      max: 60,
      default: COST_TABLE.sevRestOfBoot.value / 1e9,
      unit: 's',
    }),
    pageNanos: number({
      label: 'Bringing in and pinning a page',
      help: 'Fitted on 24.56 s, the guest of 192 GiB pinned up front (Dadhania).',
      min: 0,
      max: 10_000,
      default: COST_TABLE.sevPageIn.value,
      unit: 'ns',
    }),
    faultNanos: number({
      label: 'KVM’s share of a fault',
      help: 'Without the exit. Fitted on 6.80 s, the guest of 192 GiB pinned on fault (Dadhania).',
      min: 0,
      max: 10_000,
      default: COST_TABLE.sevStage2Fault.value,
      unit: 'ns',
    }),
    slowness: number({
      label: 'Van Tassell’s machine slower by',
      help: 'Fitted on 14 s, his guest of 60 GiB pinned up front.',
      min: 0.1,
      max: 20,
      default: COST_TABLE.sevSlowness.value,
      unit: 'times',
    }),
    otherRestSeconds: number({
      label: 'Rest of the start there',
      help: 'Fitted on 1 s, his guest of 4 GiB pinned on fault.',
      min: 0,
      max: 60,
      default: COST_TABLE.sevOtherRest.value / 1e9,
      unit: 's',
    }),
  },
  run(values) {
    const touched = 1 / values.touchedOneIn;
    const onFault = pinningDesigns.find(({ name }) => name === values.design) ?? pinnedSptesRfc;
    const dadhania: StartMachine = {
      restNs: values.restSeconds * 1e9,
      pageNs: values.pageNanos,
      stage2Ns: values.faultNanos,
      slowness: 1,
    };
    const vanTassell = { ...dadhania, restNs: values.otherRestSeconds * 1e9, slowness: values.slowness };
    return [
      { machine: '2022, Dadhania', model: dadhania },
      { machine: '2020, van Tassell', model: vanTassell },
    ].flatMap(({ machine, model }) =>
      [true, false].flatMap(upFront =>
        startSeconds(model, upFront ? pinAtRegistration : onFault, GIB, touched).map((seconds, i) => ({
          machine,
          when: upFront ? 'pinned up front' : 'pinned on fault',
          series: `${machine}, ${upFront ? 'up front' : 'on fault'}`,
          gib: GIB[i],
          seconds: Math.round(seconds * 1e3) / 1e3,
          pinnedGib: upFront ? GIB[i] : GIB[i] * touched,
        })),
      ),
    );
  },
  views(rows) {
    const points = [
      ...DADHANIA_STARTS.map(s => ({ ...s, machine: '2022, Dadhania' })),
      ...VAN_TASSELL_STARTS.map(s => ({ ...s, machine: '2020, van Tassell' })),
    ];
    return [
      {
        kind: 'plot',
        title: 'Start against size of the guest',
        summary: 'Pinned up front, a start takes longer with every GiB; pinned on fault, it hardly does.',
        mark: 'line',
        x: { key: 'gib', label: 'Guest', unit: 'GiB' },
        y: { key: 'seconds', label: 'Start', unit: 's', digits: 1 },
        series: 'series',
        rows,
        published: points.map(p => ({
          x: p.gib,
          y: p.value,
          label: 'measured',
          series: `${p.machine}, ${p.upFront ? 'up front' : 'on fault'}`,
        })),
      },
      {
        kind: 'table',
        title: 'Starts',
        columns: [
          { key: 'machine', label: 'Measured by' },
          { key: 'when', label: 'Memory' },
          { key: 'gib', label: 'Guest', unit: 'GiB' },
          { key: 'seconds', label: 'Start', unit: 's', digits: 2 },
          { key: 'pinnedGib', label: 'Pinned after it', unit: 'GiB', digits: 2 },
        ],
        rows,
      },
    ];
  },
  evidence(rows) {
    const model = (machine: string, gib: number, upFront: boolean) =>
      rows.find(r => r.machine === machine && r.gib === gib && (r.when === 'pinned up front') === upFront)!
        .seconds;
    const points = (machine: string, starts: readonly MeasuredStart[]) =>
      starts.map(s => compare(s, model(machine, s.gib, s.upFront), FITTED.includes(s)));
    return [...points('2022, Dadhania', DADHANIA_STARTS), ...points('2020, van Tassell', VAN_TASSELL_STARTS)];
  },
});
