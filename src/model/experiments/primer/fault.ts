import type { Costs } from '../../costs/table.ts';
import { attributesIoctl } from '../../designs/conversion/attributesIoctl.ts';
import type { Actor } from '../../engine/step.ts';
import { TOP_LEVEL } from '../../host/radixTable.ts';
import { EXIT_MMIO } from '../../kvm/exits.ts';
import { GuestMemfd } from '../../kvm/guestMemfd.ts';
import { createSlot } from '../../kvm/memslotUpdate.ts';
import { NPT } from '../../kvm/spte.ts';
import type { Vcpu } from '../../kvm/vcpu.ts';
import { buildMachine, type Machine } from '../../machine.ts';
import { experiment } from '../experiment.ts';
import { type Walked, walkedEntry } from '../pageTable.ts';
import { choice } from '../params.ts';
import type { PageKind, PageTableView } from '../view.ts';
import { namesOf, Watch } from './watch.ts';

const PAGES = 16;
const GFN = 3;

function wordsFor(costs: Costs) {
  return namesOf([
    [costs.vmExit, 'exit, and entry afterwards'],
    [costs.hostFault, 'host fault: the page enters the process’ tables'],
    [costs.hostFault + costs.pageAllocate, 'host fault: a zeroed page enters the process’ tables'],
    [costs.pageAllocate, 'the file allocates a zeroed page'],
    [costs.rmpUpdate, 'RMP: the page becomes the guest’s'],
    [costs.stage2Fault, 'KVM: slot, page, tables'],
    [costs.userExit, 'return to the VMM'],
  ]);
}

/** What happened before, and the access itself. */
const accesses = {
  'first-shared': { label: 'the first write to a shared page', isPrivate: false, gfn: GFN },
  'host-has-it': { label: 'the same, and the host has the page mapped', isPrivate: false, gfn: GFN },
  again: { label: 'a second write', isPrivate: false, gfn: GFN },
  'first-private': { label: 'the first write to a private page', isPrivate: true, gfn: GFN },
  mismatch: { label: 'a private write to a page recorded as shared', isPrivate: true, gfn: GFN },
  'no-slot': { label: 'a write where no slot is', isPrivate: false, gfn: PAGES + 5 },
} as const;

type Access = keyof typeof accesses;

/** Brings the machine to where the access is made. */
function* prepare(access: Access, { vm, mm }: Machine, vcpu: Vcpu): Actor {
  const hva = mm.map(PAGES);
  const gmem = new GuestMemfd(vm, PAGES);
  yield* createSlot(vm, { id: 0, baseGfn: 0, pages: PAGES, flags: 0, hva, gmem, gmemOffset: 0 });
  if (access === 'first-private') yield* vm.conversion.convert(0, PAGES, true);
  if (access === 'host-has-it') yield* mm.fault(hva + GFN, true);
  if (access === 'again') yield* vcpu.write(GFN, vm.host.frames.newToken(), false);
}

type StageRow = {
  readonly start: number;
  readonly ns: number;
  readonly what: string;
  readonly outcome: string;
  readonly faults: number;
  readonly pfn: number | null;
  readonly gfn: number;
  readonly kind: 'shared' | 'private';
  /** Level of the table in which the walk to gfn ended, and the entry there, before the access and after it. */
  readonly levelBefore: number;
  readonly lowBefore: number;
  readonly highBefore: number;
  readonly level: number;
  readonly low: number;
  readonly high: number;
};

/** Where hardware's walk to a gfn ends. An SNP guest has one root, for shared and private pages. */
function walk({ vm }: Machine, gfn: number): Walked {
  const { level } = vm.mmu.direct.lowest(gfn);
  const { low, high } = vm.mmu.entry(gfn, false) ?? { low: 0, high: 0 };
  return { gfn, level, low, high };
}

function tree(when: string, walked: Walked, kind: PageKind): PageTableView {
  const entry = walkedEntry(NPT, walked, 'NPT', kind);
  const where = `entry of level ${walked.level}`;
  return {
    kind: 'page-table',
    title: `The second stage ${when}`,
    summary:
      entry.pfn === null
        ? `The walk to gfn ${walked.gfn} ends at an empty ${where}.`
        : `The walk to gfn ${walked.gfn} ends at an ${where}, which maps pfn ${entry.pfn}.`,
    levels: TOP_LEVEL,
    entries: [entry],
  };
}

/** `primer/fault`: one access, from the guest to the SPTE. */
export const faultExperiment = experiment({
  id: 'primer/fault',
  question: 'What happens between a guest’s access and the SPTE that lets it through?',
  params: {
    access: choice({
      label: 'Access',
      help: 'An SNP guest; its slot has anonymous memory and a guest_memfd.',
      options: {
        'first-shared': accesses['first-shared'].label,
        'host-has-it': accesses['host-has-it'].label,
        again: accesses.again.label,
        'first-private': accesses['first-private'].label,
        mismatch: accesses.mismatch.label,
        'no-slot': accesses['no-slot'].label,
      },
      default: 'first-shared',
    }),
  },
  run({ access }): StageRow[] {
    const machine = buildMachine({ profile: { vmType: 'snp' }, designs: { conversion: attributesIoctl } });
    const { engine, vm, host } = machine;
    const vcpu = vm.createVcpu();
    const watch = new Watch(engine, wordsFor(vm.costs));
    const { gfn, isPrivate } = accesses[access];
    let done = false;
    let began = 0;
    let faultsBefore = 0;
    let before = walk(machine, gfn);
    function* story(): Actor {
      yield* prepare(access, machine, vcpu);
      began = engine.now;
      before = walk(machine, gfn);
      faultsBefore = vm.stats.faults;
      done = yield* watch.follow('vCPU', vcpu.write(gfn, host.frames.newToken(), isPrivate));
    }
    engine.spawn('vCPU', story());
    engine.run();
    const entry = vm.mmu.entry(gfn, isPrivate);
    const after = walk(machine, gfn);
    const exited = vcpu.exit?.reason === EXIT_MMIO ? 'KVM_EXIT_MMIO' : 'KVM_EXIT_MEMORY_FAULT, errno EFAULT';
    const faults = vm.stats.faults - faultsBefore;
    const end = {
      outcome: done
        ? faults > 0
          ? 'mapped, and the guest goes on'
          : 'no fault: the SPTE was there'
        : exited,
      faults,
      pfn: entry?.present ? entry.pfn : null,
      gfn,
      kind: isPrivate ? ('private' as const) : ('shared' as const),
      levelBefore: before.level,
      lowBefore: before.low,
      highBefore: before.high,
      level: after.level,
      low: after.low,
      high: after.high,
    };
    const stages = watch.slices('vCPU');
    if (stages.length === 0) return [{ start: 0, ns: 0, what: 'the second stage lets it through', ...end }];
    return stages.map(({ start, end: until, name }) => ({
      start: start - began,
      ns: until - start,
      what: name,
      ...end,
    }));
  },
  views(rows, { access }) {
    const { outcome, gfn, kind, levelBefore, lowBefore, highBefore, level, low, high } = rows[0];
    const total = rows.reduce((sum, { ns }) => sum + ns, 0);
    return [
      {
        kind: 'timeline',
        title: `One access: ${outcome}`,
        summary: `${accesses[access].label}: ${rows.length} steps, ${total} ns in all.`,
        lanes: [
          {
            name: 'vCPU',
            slices: rows.map(({ start, ns, what }) => ({
              start,
              end: start + ns,
              name: what,
              kind: 'run' as const,
            })),
          },
        ],
      },
      {
        kind: 'table',
        title: 'Its steps',
        columns: [
          { key: 'what', label: 'Step' },
          { key: 'start', label: 'Begins at', unit: 'ns' },
          { key: 'ns', label: 'Takes', unit: 'ns' },
        ],
        rows,
      },
      tree('before the access', { gfn, level: levelBefore, low: lowBefore, high: highBefore }, kind),
      tree('after it', { gfn, level, low, high }, kind),
    ];
  },
  evidence: () => [],
});
