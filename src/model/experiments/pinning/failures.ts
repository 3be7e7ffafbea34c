import { pinAtRegistration } from '../../designs/pinning/atRegistration.ts';
import { pinningDesigns } from '../../designs/pinning/index.ts';
import { pinnedSptesLaunch, pinnedSptesRfc } from '../../designs/pinning/pinnedSptes.ts';
import { firmwareMove } from '../../designs/pinning/unpinned.ts';
import { across } from '../across.ts';
import { experiment } from '../experiment.ts';
import { int } from '../params.ts';
import { DISTURBANCES, type Disturbance, failures, type Keeping, shortOfMemory } from './failuresModel.ts';
import { launch } from './launchModel.ts';
import { shortName } from './names.ts';

/**
 * The phases of the thread in which guests failed, and what we take to happen in each. The mails list the phases and
 * tie no failure to a cause: this table is our hypothesis.
 */
const PHASES: readonly {
  readonly name: string;
  readonly disturbances: readonly Disturbance[];
  readonly freshShare: number;
}[] = [
  { name: 'boot', disturbances: ['slot updates', 'NX huge pages toggled'], freshShare: 0.5 },
  {
    name: 'kernel build',
    disturbances: ['recycled tables', 'NX huge pages toggled', 'host page sizes'],
    freshShare: 0.2,
  },
  { name: 'device added and removed', disturbances: ['slot updates'], freshShare: 0.1 },
];

/** Most units of work that a run may be: a few seconds of a browser for all runs together. */
const MAX_WORK = 150_000;

/**
 * Refuses runs that would keep a browser busy for long.
 *
 * A run lasts about as long as its accesses, a microsecond each and what is between them; a disturbance is as much work
 * as nine tries of compaction.
 *
 * @throws RangeError where moves and disturbances come too often for so long a run.
 */
function refuseLongRuns(accesses: number, accessNs: number, compactNs: number, disturbNs: number): void {
  const ns = accesses * (accessNs + 1000);
  const work = accesses + ns / compactNs + (9 * ns) / disturbNs;
  if (work <= MAX_WORK) return;
  const tries = Math.round(ns / compactNs);
  const disturbances = Math.round(ns / disturbNs);
  throw new RangeError(
    `in ${accesses} accesses with ${accessNs} ns between them compaction would try ${tries} pages, beside ${disturbances} ` +
      'disturbances of each kind: take fewer accesses, less time between them, or let both come less often',
  );
}

/** ns from the launch of a guest to its first instruction: an assumption, as nobody gave one. */
const LAUNCH_NS = 10_000_000;

/** `pinning/failures`: which dropped pins corrupt a guest while the host compacts, by phase and by what drops them. */
export const failuresExperiment = experiment({
  id: 'pinning/failures',
  question:
    'Guests with pinned SPTEs failed at random in 2020: which lost pins would do that, and under which design?',
  params: {
    accesses: int({
      label: 'Accesses of the guest',
      help: 'In each run, to pages at random.',
      min: 0,
      max: 20_000,
      default: 2000,
      unit: 'accesses',
    }),
    accessNanos: int({
      label: 'Between two accesses',
      min: 0,
      max: 1_000_000,
      default: 2000,
      unit: 'ns',
    }),
    compactMicros: int({
      label: 'Compaction tries a page every',
      min: 1,
      max: 100_000,
      default: 10,
      unit: 'µs',
      scale: 'log',
    }),
    disturbMicros: int({
      label: 'Each kind of disturbance comes every',
      help: 'How often, nobody counted.',
      min: 1,
      max: 1_000_000,
      default: 1000,
      unit: 'µs',
      scale: 'log',
    }),
    xarrayPages: int({
      label: 'Memory for an XArray of',
      help: 'The guest has 512 small pages and a huge one: what is beyond cannot be pinned, and the fault fails.',
      min: 0,
      max: 1024,
      default: 256,
      unit: 'pages',
    }),
    seed: int({ label: 'Seed', min: 1, max: 1_000_000, default: 1 }),
  },
  run(values, progress) {
    const keepings: readonly Keeping[] = [
      { title: 'Nothing pinned', short: 'nothing' },
      ...pinningDesigns.map(pinning => ({ title: pinning.title, short: shortName(pinning), pinning })),
      shortOfMemory(values.xarrayPages),
    ];
    const common = {
      accesses: values.accesses,
      accessNs: values.accessNanos,
      compactNs: values.compactMicros * 1000,
      disturbNs: values.disturbMicros * 1000,
      seed: values.seed,
    };
    refuseLongRuns(common.accesses, common.accessNs, common.compactNs, common.disturbNs);
    const launches = [undefined, pinAtRegistration, pinnedSptesRfc, pinnedSptesLaunch, firmwareMove].map(
      pinning => {
        const tries = Math.round(LAUNCH_NS / common.compactNs);
        const { pages, wrong } = launch({ pinning, tries, seed: values.seed });
        return {
          part: 'launch',
          design: pinning?.title ?? 'Nothing pinned',
          short: pinning === undefined ? 'nothing' : shortName(pinning),
          when: 'launch to first touch',
          wrongReads: wrong,
          refused: 0,
          moved: wrong,
          tried: pages,
        };
      },
    );
    const guests = keepings.flatMap((keeping, i) => {
      progress?.(i / keepings.length);
      const byPhase = PHASES.map(({ name, disturbances, freshShare }) => ({
        part: 'phase',
        design: keeping.title,
        short: keeping.short,
        when: name,
        ...failures({ ...common, keeping, disturbances, freshShare }),
      }));
      const byCause = [...DISTURBANCES.map(one => [one]), []].map(disturbances => ({
        part: 'cause',
        design: keeping.title,
        short: keeping.short,
        when: disturbances[0] ?? 'compaction alone',
        ...failures({ ...common, keeping, disturbances, freshShare: 0.3 }),
      }));
      return [...byPhase, ...byCause];
    });
    return [...guests, ...launches];
  },
  views(rows) {
    const pivot = (part: string) => {
      const list = rows.filter(row => row.part === part);
      const columns = [...new Set(list.map(row => row.when))];
      const designs = [...new Set(list.map(row => row.design))];
      return {
        columns: [{ key: 'design', label: 'Pins' }, ...columns.map(key => ({ key, label: key }))],
        rows: designs.map(design => ({
          design,
          ...Object.fromEntries(
            list.filter(row => row.design === design).map(row => [row.when, row.wrongReads]),
          ),
        })),
      };
    };
    return [
      {
        kind: 'plot',
        title: 'Wrong reads by phase',
        summary: 'Bars only where a phase brings about what drops a design’s pins.',
        mark: 'bar',
        ...across('short'),
        y: { key: 'wrongReads', label: 'Wrong reads' },
        series: 'when',
        rows: rows.filter(row => row.part === 'phase'),
      },
      {
        kind: 'table',
        title: 'Wrong reads by phase (what happens in a phase is our hypothesis)',
        ...pivot('phase'),
      },
      { kind: 'table', title: 'Wrong reads, one disturbance at a time', ...pivot('cause') },
      {
        kind: 'table',
        title: 'Pages that firmware encrypted, found changed at the guest’s first touch',
        columns: [
          { key: 'design', label: 'Pins' },
          { key: 'tried', label: 'Encrypted' },
          { key: 'wrongReads', label: 'Found changed' },
        ],
        rows: rows.filter(row => row.part === 'launch'),
      },
      {
        kind: 'table',
        title: 'What the host did',
        columns: [
          { key: 'short', label: 'Pins' },
          { key: 'when', label: 'Phase' },
          { key: 'tried', label: 'Moves tried' },
          { key: 'moved', label: 'Pages moved' },
          { key: 'wrongReads', label: 'Wrong reads' },
          { key: 'refused', label: 'Accesses that could not be pinned' },
        ],
        rows: rows.filter(row => row.part === 'phase'),
      },
    ];
  },
  // The thread says that guests failed, and gives no numbers.
  evidence: () => [],
});
