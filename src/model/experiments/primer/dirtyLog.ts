import { Random } from '../../engine/random.ts';
import type { Actor } from '../../engine/step.ts';
import { PAGE_SIZE } from '../../host/units.ts';
import { getDirtyLog } from '../../kvm/dirtyLogCalls.ts';
import { guestAccess } from '../../kvm/guestAccess.ts';
import { MEM_LOG_DIRTY_PAGES } from '../../kvm/memslots.ts';
import { createSlot, setMemoryRegion } from '../../kvm/memslotUpdate.ts';
import { buildMachine } from '../../machine.ts';
import { experiment } from '../experiment.ts';
import { int } from '../params.ts';

/** What the guest writes; its contents are of no matter. */
const BYTES = Uint8Array.of(1);

type Round = {
  readonly round: number;
  readonly phase: string;
  readonly written: number;
  readonly found: number;
  readonly faults: number;
  readonly guestMicros: number;
};

/** `primer/dirty-log`: rounds of writing, with and without a log. */
export const dirtyLogExperiment = experiment({
  id: 'primer/dirty-log',
  question: 'What does it cost a guest to have its writes recorded?',
  params: {
    pages: int({ label: 'Memory', min: 64, max: 4096, default: 1024, unit: 'pages', scale: 'log' }),
    share: int({
      label: 'Written in a round',
      help: 'At random, so that some pages are written more than once.',
      min: 1,
      max: 100,
      default: 30,
      unit: '% of memory',
    }),
    rounds: int({ label: 'Rounds with the log on', min: 1, max: 8, default: 4 }),
  },
  run({ pages, share, rounds }) {
    const { engine, mm, vm } = buildMachine();
    const vcpu = vm.createVcpu();
    const random = new Random(1);
    const rows: Round[] = [];
    const writes = Math.ceil((pages * share) / 100);
    const write = (gfn: number) =>
      guestAccess(vcpu, { gpa: gfn * PAGE_SIZE, bytes: BYTES, write: true, isPrivate: false }, 'mmu', null);
    function* round(phase: string): Actor {
      const { faults } = vm.stats;
      const began = engine.now;
      const written = new Set<number>();
      for (let i = 0; i < writes; i++) {
        const gfn = random.below(pages);
        written.add(gfn);
        yield* write(gfn);
      }
      const guestMicros = Math.round((engine.now - began) / 1000);
      const taken = vm.stats.faults - faults;
      const found = phase === 'log on' ? yield* getDirtyLog(vm, 0, 0) : [];
      rows.push({
        round: rows.length,
        phase,
        written: written.size,
        found: typeof found === 'number' ? found : found.length,
        faults: taken,
        guestMicros,
      });
    }
    function* story(): Actor {
      const slot = { id: 0, baseGfn: 0, pages, hva: mm.map(pages), gmemOffset: 0 };
      const change = (flags: number) =>
        setMemoryRegion(vm, { ...slot, asId: 0, flags, gmem: () => 'other' as const });
      yield* createSlot(vm, { ...slot, flags: 0, gmem: null });
      for (let gfn = 0; gfn < pages; gfn++) yield* write(gfn);
      yield* round('log off');
      yield* change(MEM_LOG_DIRTY_PAGES);
      for (let i = 0; i < rounds; i++) yield* round('log on');
      yield* change(0);
      yield* round('log off again');
      yield* round('log off again');
    }
    engine.spawn('story', story());
    engine.run();
    return rows;
  },
  views(rows) {
    return [
      {
        kind: 'plot',
        title: 'Faults of a round',
        summary: 'None before the log is on; then one for each page that is written in a round.',
        mark: 'bar',
        x: { key: 'round', label: 'Round', scale: 'band' },
        y: { key: 'faults', label: 'Faults' },
        series: 'phase',
        rows,
      },
      {
        kind: 'table',
        folded: true,
        title: 'Round by round',
        columns: [
          { key: 'round', label: 'Round' },
          { key: 'phase', label: 'Log' },
          { key: 'written', label: 'Pages written' },
          { key: 'found', label: 'Pages the log names' },
          { key: 'faults', label: 'Faults' },
          { key: 'guestMicros', label: 'Time of the guest', unit: 'µs' },
        ],
        rows,
      },
    ];
  },
  evidence: () => [],
});
