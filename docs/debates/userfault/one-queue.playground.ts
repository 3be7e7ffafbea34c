// The claim: faults that meet on the queue of one userfaultfd slow
// each other down; exits from KVM_RUN do not meet anywhere, so each
// vCPU can fetch for itself.
import {
  type Actor,
  buildMachine,
  createSlot,
  fillRange,
  type Machine,
  MEM_USERFAULT,
  readUserfaultfd,
  registerRange,
  show,
  UserfaultBitmap,
  Userfaultfd,
  VM_UFFD_MISSING,
  wakeUserfaults,
} from 'faultlines';

const EACH = 32; // pages that every vCPU touches
const NETWORK = 30_000; // ns to fetch a page; the wire itself is not a limit here

/** A reader thread a vCPU, all on one userfaultfd. */
function* byUserfaultfd(
  { engine, mm, vm }: Machine,
  hva: number,
  vcpus: number,
): Actor {
  const uffd = new Userfaultfd(engine, vm.costs, false);
  uffd.initialized = true;
  yield* registerRange(mm, uffd, hva, hva + vcpus * EACH, VM_UFFD_MISSING);
  function* reader(): Actor {
    for (;;) {
      const message = yield* readUserfaultfd(uffd, false, null);
      if (typeof message === 'number' || message.event !== 'pagefault') return;
      yield NETWORK;
      const page = message.address / 4096;
      yield* fillRange(mm, uffd, page, page + 1, {
        kind: 'copy',
        protect: false,
        into: () => true,
      });
      yield* wakeUserfaults(uffd, message.address, 4096);
    }
  }
  for (let i = 0; i < vcpus; i++)
    engine.spawn(`reader ${i}`, reader(), { daemon: true });
}

function run(vcpus: number, exits: boolean) {
  const machine = buildMachine();
  const { engine, mm, vm, host } = machine;
  const pages = vcpus * EACH;
  const bitmap = new UserfaultBitmap(engine, pages, true);
  let began = 0;
  function* guest(first: number): Actor {
    const vcpu = vm.createVcpu();
    for (let gfn = first; gfn < first + EACH; gfn++) {
      while (!(yield* vcpu.write(gfn, host.frames.newToken(), false))) {
        yield NETWORK;
        bitmap.clear(gfn);
      }
    }
  }
  function* vmm(): Actor {
    const hva = mm.map(pages);
    const how = exits ? { flags: MEM_USERFAULT, userfault: bitmap } : { flags: 0 };
    yield* createSlot(vm, {
      id: 0,
      baseGfn: 0,
      pages,
      hva,
      gmem: null,
      gmemOffset: 0,
      ...how,
    });
    if (!exits) yield* byUserfaultfd(machine, hva, vcpus);
    began = engine.now;
    for (let i = 0; i < vcpus; i++) engine.spawn(`vCPU ${i}`, guest(i * EACH));
  }
  engine.spawn('VMM', vmm());
  engine.run();
  return (1e6 * pages) / (engine.now - began);
}

const rows = [1, 2, 4, 8, 16, 32, 64].flatMap(vcpus => [
  { vcpus, way: 'one userfaultfd, a reader a vCPU', rate: run(vcpus, false) },
  { vcpus, way: 'KVM userfault: exit, fetch, clear a bit', rate: run(vcpus, true) },
]);

show.plot(rows, {
  title:
    'Pages a millisecond, with a network of 30 µs and no limit to its bandwidth',
  x: { key: 'vcpus', label: 'vCPUs', scale: 'log' },
  y: { key: 'rate', label: 'Pages', unit: 'thousand/s', scale: 'log' },
  series: 'way',
});
