// A vCPU has left KVM_RUN for a page that is not there.
// What do you fetch? Change `wanted`: the page alone, its neighbours,
// whatever you can learn from.
import {
  type Actor,
  buildMachine,
  createSlot,
  Link,
  MEM_USERFAULT,
  show,
  type Userfaults,
} from 'faultlines';

const PAGES = 4096;
const LATENCY = 30_000; // ns, there and back
const BYTES_PER_NS = 10 / 8; // 10 Gbit/s

/** What to fetch for a fault on `page`; `here` tells what has arrived. */
type Wanted = (
  page: number,
  here: ReadonlySet<number>,
) => [first: number, count: number];

const wanted: Wanted = (page, here) => {
  // Twice as much as last time, while the guest keeps coming back to
  // the edge of what it has.
  let run = 0;
  while (run < 64 && here.has(page - 1 - run)) run++;
  return [page, Math.min(Math.max(1, 2 * run), 64, PAGES - page)];
};

const designs: Record<string, Wanted> = {
  'the page alone': page => [page, 1],
  'the 2 MiB around it': page => [page - (page % 512), 512],
  yours: wanted,
};

const guests: Record<string, (step: number) => number> = {
  'reads on and on': step => step,
  'jumps about': step => (step * 1597) % PAGES,
};

/** What KVM asks at a fault: your own record of what has arrived. */
class Arrived implements Userfaults {
  readonly here = new Set<number>();
  isMissing(_slot: unknown, index: number): boolean {
    return !this.here.has(index);
  }
}

function run(want: Wanted, next: (step: number) => number) {
  const { engine, mm, vm, host } = buildMachine();
  const arrived = new Arrived();
  const link = new Link(engine, LATENCY, BYTES_PER_NS);
  const vcpu = vm.createVcpu();
  let [exits, fetched] = [0, 0];
  function* story(): Actor {
    const slot = {
      id: 0,
      baseGfn: 0,
      pages: PAGES,
      hva: mm.map(PAGES),
      gmem: null,
      gmemOffset: 0,
    };
    yield* createSlot(vm, { ...slot, flags: MEM_USERFAULT, userfault: arrived });
    for (let step = 0; step < 512; step++) {
      const gfn = next(step);
      while (!(yield* vcpu.write(gfn, host.frames.newToken(), false))) {
        exits++;
        const [first, count] = want(gfn, arrived.here);
        const missing = Array.from({ length: count }, (_, i) => first + i).filter(
          page => !arrived.here.has(page),
        );
        fetched += missing.length;
        yield link.send(4096 * missing.length);
        for (const page of missing) arrived.here.add(page);
      }
    }
  }
  engine.spawn('guest', story());
  engine.run();
  return { exits, fetched, millis: engine.now / 1e6 };
}

const rows = Object.entries(guests).flatMap(([guest, next]) =>
  Object.entries(designs).map(([design, want]) => ({
    guest,
    design,
    ...run(want, next),
  })),
);

show.table(rows, {
  title: '512 accesses of a guest whose memory is elsewhere',
  columns: [
    { key: 'guest', label: 'The guest' },
    { key: 'design', label: 'A fault fetches' },
    { key: 'exits', label: 'Exits' },
    { key: 'fetched', label: 'Pages fetched' },
    { key: 'millis', label: 'Time', unit: 'ms', digits: 2 },
  ],
});
