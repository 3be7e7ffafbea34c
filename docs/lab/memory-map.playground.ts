// A memory map: what a guest of 4 MiB looks like after it has turned
// a part of itself private, and what its second stage maps by then.
import {
  buildMachine,
  createSlot,
  GuestMemfd,
  type RangeSpec,
  show,
} from 'faultlines';

const PAGES = 1024;

const { engine, mm, vm } = buildMachine();
const vcpu = vm.createVcpu();

function* story() {
  const hva = mm.map(PAGES);
  const gmem = new GuestMemfd(vm, PAGES);
  yield* createSlot(vm, {
    id: 0,
    baseGfn: 0,
    pages: PAGES,
    flags: 0,
    hva,
    gmem,
    gmemOffset: 0,
  });
  yield* vm.conversion.convert(0, 640, true);
  yield* vm.conversion.convert(128, 160, false); // a bounce buffer
  for (let gfn = 96; gfn < 192; gfn++) {
    const isPrivate = gfn < 128 || gfn >= 160;
    yield* vcpu.write(gfn, 1, isPrivate);
  }
}
engine.spawn('story', story());
engine.run();

const ranges: RangeSpec[] = [
  { gfn: 0, pages: 128, kind: 'private', slot: 0, backing: 'guest_memfd' },
  { gfn: 128, pages: 32, kind: 'shared', slot: 0, backing: 'anonymous' },
  { gfn: 160, pages: 480, kind: 'private', slot: 0, backing: 'guest_memfd' },
  { gfn: 640, pages: 384, kind: 'shared', slot: 0, backing: 'anonymous' },
];
show.memoryMap(ranges, { title: 'Guest memory, by kind' });
show.pageTable(
  [96, 130, 170, 700].flatMap(gfn => {
    const isPrivate = gfn < 128 || (gfn >= 160 && gfn < 640);
    const entry = vm.mmu.entry(gfn, isPrivate);
    if (!entry) return []; // 700 was never touched
    return [
      {
        gfn,
        kind: isPrivate ? ('private' as const) : ('shared' as const),
        ...entry,
      },
    ];
  }),
  { title: 'What the second stage has of four pages' },
);
