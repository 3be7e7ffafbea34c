// Yours. A guest writes a few pages; how long does it take? Change
// what you like, press Run, and Share when you want to show it.
import { buildMachine, createSlot, show } from 'faultlines';

const PAGES = 8; // of 4 KiB

const { engine, mm, vm } = buildMachine();
const vcpu = vm.createVcpu();

function* guest() {
  const hva = mm.map(PAGES);
  yield* createSlot(vm, {
    id: 0,
    baseGfn: 0,
    pages: PAGES,
    flags: 0,
    hva,
    gmem: null,
    gmemOffset: 0,
  });
  for (let gfn = 0; gfn < PAGES; gfn++) {
    const began = engine.now;
    yield* vcpu.write(gfn, 1, false);
    show.log(`gfn ${gfn}: ${engine.now - began} ns`);
  }
}

engine.spawn('guest', guest());
engine.run();
