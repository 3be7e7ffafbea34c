// Two designs on the same story: a guest turns private and shares
// some pages again. Change one line on either side, and run both.
import {
  buildMachine,
  conversionDesigns,
  createSlot,
  GuestMemfd,
  show,
} from 'faultlines';

const DESIGN = 'shared-ranges';
const PAGES = 2 ** 18; // a guest of 1 GiB

const conversion = conversionDesigns.find(({ name }) => name === DESIGN);
const { engine, mm, vm } = buildMachine({ designs: { conversion } });

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
  const rows = [];
  yield* vm.conversion.convert(0, PAGES, true);
  for (let shared = 1; shared <= 4096; shared *= 8) {
    const began = engine.now;
    for (let i = 0; i < shared; i++) {
      const gfn = (i * PAGES) / shared;
      yield* vm.conversion.convert(gfn, gfn + 1, false);
    }
    rows.push({
      shared,
      'ns a call': (engine.now - began) / shared,
      'bytes to remember': vm.conversion.metadataBytes(),
    });
  }
  show.table(rows, { title: 'Sharing single pages' });
}

engine.spawn('story', story());
engine.run();
