import { attributesIoctl } from '../../designs/conversion/attributesIoctl.ts';
import type { Actor } from '../../engine/step.ts';
import { EXIT_MEMORY_FAULT } from '../../kvm/exits.ts';
import { GuestMemfd } from '../../kvm/guestMemfd.ts';
import { createSlot, deleteSlot } from '../../kvm/memslotUpdate.ts';
import type { Vcpu } from '../../kvm/vcpu.ts';
import { buildMachine, type Machine } from '../../machine.ts';
import { Vmm } from '../../workloads/vmm.ts';
import { experiment } from '../experiment.ts';
import { int } from '../params.ts';
import type { PageKind } from '../view.ts';

/** Low memory of a PC: 640 KiB. */
const LOW = { gfn: 0, pages: 0xa0 } as const;
/** Memory above 1 MiB. */
const HIGH = { gfn: 0x100, pages: 0x100 } as const;
const END = HIGH.gfn + HIGH.pages;

/** A small machine in the making: what the steps share. */
interface Scene {
  readonly machine: Machine;
  readonly vmm: Vmm;
  readonly vcpu: Vcpu;
  /** Exits to userspace so far. */
  exits: number;
  /** The frame whose access brought the vCPU back to userspace, in the step just taken. */
  exitGfn: number;
}

interface Step {
  readonly what: string;
  take(scene: Scene): Actor;
}

/** The guest accesses some pages; whatever makes it leave for userspace is counted, and a conversion is carried out. */
function* touch(scene: Scene, gfn: number, pages: number, isPrivate: boolean): Actor {
  const { vcpu, vmm, machine } = scene;
  for (let at = gfn; at < gfn + pages; at++) {
    if (yield* vcpu.write(at, machine.host.frames.newToken(), isPrivate)) continue;
    scene.exits++;
    scene.exitGfn = at;
    if (vcpu.exit?.reason !== EXIT_MEMORY_FAULT) return;
    yield* vmm.convert(at, gfn + pages, isPrivate);
    scene.exitGfn = -1;
    yield* vcpu.write(at, machine.host.frames.newToken(), isPrivate);
  }
}

const steps: readonly Step[] = [
  {
    what: 'The VMM has made a VM; it has no memory.',
    *take() {},
  },
  {
    what: 'The VMM adds slot 0: guest frames 0x0 to 0x9f are backed by anonymous memory of its own.',
    *take({ machine: { vm, mm } }) {
      const hva = mm.map(LOW.pages);
      const shape = { flags: 0, hva, gmem: null, gmemOffset: 0 };
      yield* createSlot(vm, { id: 0, baseGfn: LOW.gfn, pages: LOW.pages, ...shape });
    },
  },
  {
    what: 'The VMM adds slot 1, which has two backings: anonymous memory and a guest_memfd.',
    *take({ machine: { vm, mm } }) {
      const hva = mm.map(HIGH.pages);
      const shape = { flags: 0, hva, gmem: new GuestMemfd(vm, HIGH.pages), gmemOffset: 0 };
      yield* createSlot(vm, { id: 1, baseGfn: HIGH.gfn, pages: HIGH.pages, ...shape });
    },
  },
  {
    what: 'The guest writes 48 shared pages of slot 0: each first access faults, and KVM maps the page.',
    take: scene => touch(scene, 0x10, 48, false),
  },
  {
    what: 'The guest writes 128 private pages of slot 1. They are recorded as shared, so it exits once; the VMM converts them.',
    take: scene => touch(scene, 0x120, 128, true),
  },
  {
    what: 'The guest asks for 16 of its private pages to be shared. The attribute changes and the private mappings go; nothing is copied.',
    *take({ vmm }) {
      yield* vmm.convert(0x140, 0x150, false);
    },
  },
  {
    what: 'The guest writes those 16 pages as shared. Now they have a page in each backing: memory is held twice.',
    take: scene => touch(scene, 0x140, 16, false),
  },
  {
    what: 'The VMM punches a hole for the 16 private pages left behind. SNP has one set of tables: the shared mappings go too.',
    *take({ machine: { vm } }) {
      const slot = vm.memslots.set.byId(1);
      yield* slot!.gmem!.punchHole(0x40, 0x50);
    },
  },
  {
    what: 'The VMM gives back 24 pages of slot 0 by madvise: the notifier tells KVM, which drops their mappings.',
    *take({ machine: { vm, mm } }) {
      const slot = vm.memslots.set.byId(0)!;
      yield* mm.dontNeed(slot.hva + 0x10, slot.hva + 0x28);
    },
  },
  {
    what: 'The guest writes to frame 0xb8, which no slot covers: an exit for emulated I/O.',
    take: scene => touch(scene, 0xb8, 1, false),
  },
  {
    what: 'The VMM deletes slot 0: what it had mapped is gone.',
    *take({ machine: { vm } }) {
      yield* deleteSlot(vm, 0);
    },
  },
];

/** A stretch of guest memory after a step, with what the steps so far came to. */
type StoryRow = {
  readonly step: number;
  readonly what: string;
  readonly faults: number;
  readonly exits: number;
  readonly sptes: number;
  readonly held: number;
  readonly gfn: number;
  readonly pages: number;
  readonly kind: PageKind;
  readonly slot: number | null;
  readonly backing: string;
  readonly note: string;
};
type Look = Pick<StoryRow, 'kind' | 'slot' | 'backing' | 'note'>;
type Stretch = Look & Pick<StoryRow, 'gfn' | 'pages'>;

/** What a guest frame looks like from KVM's side. */
function look({ machine: { vm }, exitGfn }: Scene, gfn: number): Look | undefined {
  const slot = vm.memslots.set.find(gfn);
  if (!slot) {
    return gfn === exitGfn
      ? { kind: 'faulting', slot: null, backing: '', note: 'exit: emulated I/O' }
      : undefined;
  }
  const isPrivate = vm.isPrivate(gfn);
  const backing = isPrivate ? 'guest_memfd' : 'anonymous';
  const mapped = vm.mmu.isMapped(gfn, isPrivate);
  const page = isPrivate ? 'recorded as private' : 'recorded as shared';
  return {
    kind: mapped ? (isPrivate ? 'private' : 'shared') : 'unmapped',
    slot: slot.id,
    backing,
    note: mapped ? '' : page,
  };
}

/** What there is of guest memory, as ranges of frames that look alike. */
function mapOf(scene: Scene): Stretch[] {
  const ranges: Stretch[] = [];
  for (let gfn = 0; gfn < END; gfn++) {
    const next = look(scene, gfn);
    if (!next) continue;
    const last = ranges[ranges.length - 1];
    const same =
      last &&
      last.gfn + last.pages === gfn &&
      (['kind', 'slot', 'backing', 'note'] as const).every(key => last[key] === next[key]);
    if (same) ranges[ranges.length - 1] = { ...last, pages: last.pages + 1 };
    else ranges.push({ gfn, pages: 1, ...next });
  }
  return ranges;
}

/** The map of a VM without memory. */
const NOTHING: Stretch = { gfn: 0, pages: 0, kind: 'unmapped', slot: null, backing: '', note: '' };

/** `primer/memslots`: a small machine step by step. */
export const memslotsExperiment = experiment({
  id: 'primer/memslots',
  question: 'What stands between a guest’s access and a page of the host?',
  params: {
    step: int({
      label: 'Step',
      help: 'Take the steps one by one with the arrow keys.',
      min: 0,
      max: steps.length - 1,
      default: 6,
    }),
  },
  run({ step }) {
    const machine = buildMachine({ profile: { vmType: 'snp' }, designs: { conversion: attributesIoctl } });
    const { engine, vm, host } = machine;
    const vmm = new Vmm(vm, { discardShared: 'never', discardPrivate: 'never' });
    const scene: Scene = { machine, vmm, vcpu: vm.createVcpu(), exits: 0, exitGfn: -1 };
    const rows: StoryRow[] = [];
    function* story(): Actor {
      for (let at = 0; at <= step; at++) {
        scene.exitGfn = -1;
        yield* steps[at].take(scene);
        const { faults } = vm.stats;
        const state = { faults, exits: scene.exits, sptes: vm.mmu.mapped, held: host.frames.inUse };
        const ranges = mapOf(scene);
        for (const range of ranges.length > 0 ? ranges : [NOTHING]) {
          rows.push({ step: at, what: steps[at].what, ...state, ...range });
        }
      }
    }
    engine.spawn('story', story());
    engine.run();
    return rows;
  },
  views(rows) {
    const now = rows[rows.length - 1];
    const story = rows.filter((row, index) => row.step !== rows[index - 1]?.step);
    return [
      {
        kind: 'memory-map',
        title: `Guest memory after step ${now.step}`,
        summary: now.what,
        ranges: rows.filter(({ step, pages }) => step === now.step && pages > 0),
        endGfn: END,
      },
      {
        kind: 'table',
        title: 'Steps so far',
        columns: [
          { key: 'step', label: 'Step' },
          { key: 'what', label: 'What happens' },
          { key: 'faults', label: 'Faults' },
          { key: 'exits', label: 'Exits' },
          { key: 'sptes', label: 'SPTEs present' },
          { key: 'held', label: 'Host pages held' },
        ],
        rows: story,
      },
    ];
  },
  evidence: () => [],
});
