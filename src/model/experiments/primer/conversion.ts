import { attributesIoctl } from '../../designs/conversion/attributesIoctl.ts';
import type { Actor } from '../../engine/step.ts';
import { GuestMemfd } from '../../kvm/guestMemfd.ts';
import { createSlot } from '../../kvm/memslotUpdate.ts';
import { buildMachine } from '../../machine.ts';
import { type Discard, Vmm } from '../../workloads/vmm.ts';
import { experiment } from '../experiment.ts';
import { choice, int } from '../params.ts';

const PAGES = 256;

const policies: Readonly<Record<string, Discard>> = {
  'page left behind is kept': 'never',
  'page left behind is given back': 'eager',
};

type Story = {
  readonly policy: string;
  readonly transaction: number;
  readonly held: number;
  readonly faults: number;
  readonly discards: number;
  readonly micros: number;
};

/** A guest whose memory is all private does I/O: each transaction shares some pages and makes them private again. */
function transactions(policy: string, count: number, pages: number, moving: boolean): Story[] {
  const { engine, mm, vm, host } = buildMachine({
    profile: { vmType: 'snp' },
    designs: { conversion: attributesIoctl },
  });
  const discard = policies[policy];
  const vmm = new Vmm(vm, { discardShared: discard, discardPrivate: discard });
  const vcpu = vm.createVcpu();
  const rows: Story[] = [];
  const touch = function* (from: number, isPrivate: boolean): Actor {
    for (let gfn = from; gfn < from + pages; gfn++) yield* vcpu.write(gfn, host.frames.newToken(), isPrivate);
  };
  function* story(): Actor {
    const gmem = new GuestMemfd(vm, PAGES);
    const shape = { flags: 0, hva: mm.map(PAGES), gmem, gmemOffset: 0 };
    yield* createSlot(vm, { id: 0, baseGfn: 0, pages: PAGES, ...shape });
    yield* vm.conversion.convert(0, PAGES, true);
    for (let gfn = 0; gfn < PAGES; gfn++) yield* vcpu.write(gfn, host.frames.newToken(), true);
    const began = engine.now;
    const faultsBefore = vm.stats.faults;
    for (let done = 0; done <= count; done++) {
      rows.push({
        policy,
        transaction: done,
        held: host.frames.inUse,
        faults: vm.stats.faults - faultsBefore,
        discards: vmm.discards,
        micros: Math.round((engine.now - began) / 1000),
      });
      const from = moving ? (done * pages) % PAGES : 0;
      yield* vmm.convert(from, from + pages, false);
      yield* touch(from, false);
      yield* vmm.convert(from, from + pages, true);
      yield* touch(from, true);
    }
  }
  engine.spawn('story', story());
  engine.run();
  return rows;
}

/** `primer/conversion`: what sharing pages for I/O and taking them back leaves behind. */
export const conversionExperiment = experiment({
  id: 'primer/conversion',
  question: 'What does a private guest leave behind when it shares pages for I/O?',
  params: {
    pages: choice({
      label: 'Pages of a transaction',
      options: { '1': '1', '2': '2', '8': '8' },
      default: '2',
    }),
    buffer: choice({
      label: 'Buffer',
      options: { moving: 'other pages each time', same: 'the same pages each time' },
      default: 'moving',
    }),
    count: int({ label: 'Transactions', min: 1, max: 256, default: 64 }),
  },
  run({ pages, buffer, count }) {
    return Object.keys(policies).flatMap(policy =>
      transactions(policy, count, Number(pages), buffer === 'moving'),
    );
  },
  views(rows, { count }) {
    return [
      {
        kind: 'plot',
        title: `Host pages held by a guest of ${PAGES} pages`,
        summary: 'A line for each policy, over the transactions so far.',
        mark: 'step',
        x: { key: 'transaction', label: 'Transactions' },
        y: { key: 'held', label: 'Host pages held' },
        series: 'policy',
        rows,
      },
      {
        kind: 'table',
        title: `After ${count} transactions`,
        columns: [
          { key: 'policy', label: 'Policy' },
          { key: 'held', label: 'Host pages held' },
          { key: 'faults', label: 'Faults' },
          { key: 'discards', label: 'Calls that gave memory back' },
          { key: 'micros', label: 'Time', unit: 'µs' },
        ],
        rows: rows.filter(({ transaction }) => transaction === count),
      },
    ];
  },
  evidence: () => [],
});
