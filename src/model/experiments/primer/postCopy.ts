import { Link } from '../../engine/link.ts';
import type { Actor } from '../../engine/step.ts';
import { EAGAIN } from '../../host/errno.ts';
import { fillRange } from '../../host/uffdFill.ts';
import { registerRange } from '../../host/uffdRegister.ts';
import { PAGE_SIZE } from '../../host/units.ts';
import { readUserfaultfd, wakeUserfaults } from '../../host/userfault.ts';
import { Userfaultfd } from '../../host/userfaultfd.ts';
import { VM_UFFD_MISSING } from '../../host/vma.ts';
import { createSlot } from '../../kvm/memslotUpdate.ts';
import { buildMachine } from '../../machine.ts';
import { experiment } from '../experiment.ts';
import { int, number } from '../params.ts';
import type { TimelineSlice } from '../view.ts';

type Part = {
  readonly page: number;
  readonly lane: string;
  readonly what: string;
  readonly start: number;
  readonly end: number;
  readonly ns: number;
  readonly kind: TimelineSlice['kind'];
};

/** `primer/post-copy`: a vCPU, a reader of userfaultfd and a link, page by page. */
export const postCopyExperiment = experiment({
  id: 'primer/post-copy',
  question: 'Where does the time go when a guest touches a page that is still elsewhere?',
  params: {
    latency: number({
      label: 'Latency of the network, there and back',
      help: 'Houghton, 2024: about 30 µs for a page.',
      min: 0,
      max: 1000,
      default: 30,
      unit: 'µs',
    }),
    bandwidth: number({ label: 'Bandwidth', min: 0.1, max: 400, default: 10, unit: 'Gbit/s', scale: 'log' }),
    pages: int({ label: 'Pages touched, one after the other', min: 1, max: 16, default: 3 }),
  },
  run({ latency, bandwidth, pages }) {
    const { engine, mm, vm, host } = buildMachine();
    const uffd = new Userfaultfd(engine, vm.costs, false);
    uffd.initialized = true;
    const link = new Link(engine, latency * 1000, bandwidth / 8);
    const vcpu = vm.createVcpu();
    const parts: Part[] = [];
    let began = 0;
    let page = 0;
    const note = (lane: string, what: string, from: number, kind: Part['kind'] = 'run') => {
      const start = from - began;
      const end = engine.now - began;
      parts.push({ page, lane, what, start, end, ns: end - start, kind });
    };
    function* guest(): Actor {
      for (page = 0; page < pages; page++) {
        const from = engine.now;
        yield* vcpu.write(page, host.frames.newToken(), false);
        note('vCPU', 'waits for the page', from, 'block');
      }
    }
    function* reader(): Actor {
      for (;;) {
        const waited = engine.now;
        const message = yield* readUserfaultfd(uffd, false, null);
        if (typeof message === 'number' || message.event !== 'pagefault') return;
        note('reader', 'waits for a fault', page === 0 ? Math.max(waited, began) : waited, 'block');
        const asked = engine.now;
        yield link.send(PAGE_SIZE);
        note('network', 'page on its way', asked, 'stall');
        const filled = engine.now;
        const at = message.address / PAGE_SIZE;
        while (
          (yield* fillRange(mm, uffd, at, at + 1, { kind: 'copy', protect: false, into: () => true })) ===
          -EAGAIN
        );
        yield* wakeUserfaults(uffd, at * PAGE_SIZE, PAGE_SIZE);
        note('reader', 'UFFDIO_COPY and wake', filled);
      }
    }
    function* setUp(): Actor {
      const hva = mm.map(pages);
      yield* createSlot(vm, { id: 0, baseGfn: 0, pages, flags: 0, hva, gmem: null, gmemOffset: 0 });
      yield* registerRange(mm, uffd, hva, hva + pages, VM_UFFD_MISSING);
      engine.spawn('reader', reader(), { daemon: true });
      began = engine.now;
      engine.spawn('vCPU', guest());
    }
    engine.spawn('set-up', setUp());
    engine.run();
    return parts;
  },
  views(rows, { pages }) {
    const total = (what: string) =>
      rows.filter(row => row.what === what).reduce((sum, { ns }) => sum + ns, 0);
    const whole = total('waits for the page');
    const wire = total('page on its way');
    const copy = total('UFFDIO_COPY and wake');
    const lanes = ['vCPU', 'reader', 'network'];
    return [
      {
        kind: 'timeline',
        title: `${pages} ${pages === 1 ? 'page' : 'pages'} in ${Math.round(whole / 1000)} µs`,
        summary:
          'The vCPU waits while a reader learns of the fault, the page travels, and the reader installs it.',
        lanes: lanes.map(name => ({
          name,
          slices: rows
            .filter(({ lane }) => lane === name)
            .map(({ start, end, what, kind }) => ({ start, end, name: what, kind })),
        })),
      },
      {
        kind: 'table',
        title: 'A page, on average',
        columns: [
          { key: 'what', label: 'Part' },
          { key: 'micros', label: 'Time', unit: 'µs', digits: 1 },
          { key: 'share', label: 'Share', unit: '%', digits: 0 },
        ],
        rows: [
          { what: 'on the network', ns: wire },
          { what: 'UFFDIO_COPY and wake', ns: copy },
          { what: 'exit, queue, waking reader and vCPU, KVM', ns: whole - wire - copy },
          { what: 'the vCPU waits', ns: whole },
        ].map(({ what, ns }) => ({ what, micros: ns / 1000 / pages, share: (100 * ns) / whole })),
      },
    ];
  },
  evidence: () => [],
});
