import type { Costs } from '../../costs/table.ts';
import type { Actor } from '../../engine/step.ts';
import { createSlot } from '../../kvm/memslotUpdate.ts';
import { buildMachine } from '../../machine.ts';
import { experiment } from '../experiment.ts';
import { int } from '../params.ts';
import type { TimelineLane } from '../view.ts';
import { namesOf, Watch } from './watch.ts';

/** How late the host may come, in ns, and how finely the figure looks. */
const LATEST = 8000;
const STEP = 250;

function wordsFor(costs: Costs) {
  return namesOf([
    [costs.vmExit, 'exit'],
    [costs.stage2Fault, 'KVM: slot, page, tables'],
    [costs.hostFault + costs.pageAllocate, 'host fault: a zeroed page'],
    [costs.zap, 'KVM zaps the SPTE'],
    [costs.dontNeed + costs.dontNeedPage, 'madvise: the page is given back'],
  ]);
}

interface Run {
  readonly faults: number;
  readonly zapped: number;
  readonly stale: boolean;
  readonly ended: number;
  readonly lanes: readonly TimelineLane[];
}

/** A guest touches a page that the VMM has, and `delay` ns later the VMM gives it back. */
function meet(delay: number): Run {
  const { engine, mm, vm, host } = buildMachine();
  const vcpu = vm.createVcpu();
  const watch = new Watch(engine, wordsFor(vm.costs));
  let hva = 0;
  let began = 0;
  let ended = 0;
  function* guest(): Actor {
    yield* watch.follow('vCPU', vcpu.write(0, host.frames.newToken(), false));
    ended = engine.now - began;
  }
  function* vmm(): Actor {
    yield delay;
    yield* watch.follow('VMM', mm.dontNeed(hva, hva + 1));
  }
  function* setUp(): Actor {
    hva = mm.map(1);
    yield* createSlot(vm, { id: 0, baseGfn: 0, pages: 1, flags: 0, hva, gmem: null, gmemOffset: 0 });
    yield* mm.fault(hva, true);
    began = engine.now;
    engine.spawn('vCPU', guest());
    engine.spawn('VMM', vmm());
  }
  engine.spawn('set-up', setUp());
  engine.run();
  const entry = vm.mmu.entry(0, false);
  return {
    faults: vm.stats.faults,
    zapped: vm.stats.zapped,
    stale: entry?.present === true && entry.pfn !== mm.lookup(hva, false),
    ended,
    lanes: watch.view().map(({ name, slices }) => ({
      name,
      slices: slices.map(slice => ({ ...slice, start: slice.start - began, end: slice.end - began })),
    })),
  };
}

/** `primer/sequence`: a fault and an invalidation at the same time. */
export const sequenceExperiment = experiment({
  id: 'primer/sequence',
  question: 'What if the host takes a page back while a fault is mapping it?',
  params: {
    delay: int({
      label: 'The host comes',
      help: 'Time from the guest’s access until the VMM gives the page back by madvise.',
      min: 0,
      max: LATEST,
      default: 1500,
      unit: 'ns',
    }),
  },
  run({ delay }) {
    const delays = Array.from({ length: LATEST / STEP + 1 }, (_, at) => at * STEP);
    return [...new Set([...delays, delay])]
      .sort((a, b) => a - b)
      .map(at => {
        const { faults, zapped, stale, ended } = meet(at);
        return { delay: at, attempts: faults, zapped, stale, ended };
      });
  },
  views(rows, { delay }) {
    const { attempts, zapped } = rows.find(row => row.delay === delay)!;
    const end =
      attempts > 1
        ? `the fault noticed, and took ${attempts} attempts`
        : zapped > 0
          ? 'the fault was done before, and its SPTE was zapped'
          : 'the fault came after, and found a new page';
    return [
      {
        kind: 'timeline',
        title: `The host comes after ${delay} ns: ${end}`,
        summary: 'What vCPU and VMM do, each on its lane.',
        lanes: meet(delay).lanes,
      },
      {
        kind: 'plot',
        title: 'Attempts by when the host comes',
        summary: 'Only a window in the middle makes the fault start over.',
        mark: 'dot',
        x: { key: 'delay', label: 'The host comes after', unit: 'ns' },
        y: { key: 'attempts', label: 'Attempts of the fault' },
        rows,
      },
      {
        kind: 'table',
        folded: true,
        title: 'How each meeting ends',
        columns: [
          { key: 'delay', label: 'The host comes after', unit: 'ns' },
          { key: 'attempts', label: 'Attempts' },
          { key: 'zapped', label: 'SPTEs zapped' },
          { key: 'stale', label: 'A mapping of a page given back' },
          { key: 'ended', label: 'The guest goes on after', unit: 'ns' },
        ],
        rows,
      },
    ];
  },
  evidence: () => [],
});
