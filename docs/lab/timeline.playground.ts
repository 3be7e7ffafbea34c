// A timeline: vCPUs write to new pages while the VMM's workers turn
// others private. Who waits for whom, and for how long?
import {
  type Actor,
  buildMachine,
  createSlot,
  GuestMemfd,
  show,
  TraceLog,
} from 'faultlines';

const VCPUS = 3;
const EACH = 12; // pages that every vCPU writes

const trace = new TraceLog();
const { engine, mm, vm } = buildMachine({ trace });
const pages = VCPUS * EACH + 64;

function* guest(first: number): Actor {
  const vcpu = vm.createVcpu();
  for (let gfn = first; gfn < first + EACH; gfn++) {
    yield* vcpu.write(gfn, 1, false);
    yield 300; // ns of other work
  }
}

function* vmm(): Actor {
  const hva = mm.map(pages);
  const gmem = new GuestMemfd(vm, pages);
  yield* createSlot(vm, {
    id: 0,
    baseGfn: 0,
    pages,
    flags: 0,
    hva,
    gmem,
    gmemOffset: 0,
  });
  for (let i = 0; i < VCPUS; i++) engine.spawn(`vCPU ${i}`, guest(i * EACH));
  const rest = VCPUS * EACH;
  engine.spawn('worker 0', convert(vm, rest, rest + 32));
  engine.spawn('worker 1', convert(vm, rest + 32, rest + 64));
}

/** Turns a range private, 16 pages a call. */
function* convert({ conversion }: typeof vm, first: number, end: number): Actor {
  for (let gfn = first; gfn < end; gfn += 16)
    yield* conversion.convert(gfn, gfn + 16, true);
}

engine.spawn('VMM', vmm());
engine.run();

const lanes = new Map<string, (typeof trace.slices)[number][]>();
for (const slice of trace.slices) {
  if (slice.end === slice.start) continue; // nobody noticed
  const lane = lanes.get(slice.lane) ?? [];
  lane.push(slice);
  lanes.set(slice.lane, lane);
}
show.timeline(
  [...lanes].map(([name, slices]) => ({
    name,
    slices: slices.map(({ start, end, name: what, kind }) => ({
      start,
      end,
      name: what,
      kind,
    })),
  })),
  { title: 'Faults and conversions at once' },
);
