// Yours. What does a write cost the guest: the first to a page, the
// next, and one after the host took the page away? Change what you
// like, press Run, and Share when you want to show it.
import { buildMachine, createSlot, show } from 'faultlines';

const GFN = 3;

const { engine, mm, vm } = buildMachine();
const vcpu = vm.createVcpu();
const rows: { write: string; ns: number }[] = [];

function* timedWrite(write: string) {
  const began = engine.now;
  yield* vcpu.write(GFN, 1, false);
  rows.push({ write, ns: engine.now - began });
}

function* story() {
  const hva = mm.map(8); // pages of 4 KiB
  yield* createSlot(vm, {
    id: 0,
    baseGfn: 0,
    pages: 8,
    flags: 0,
    hva,
    gmem: null,
    gmemOffset: 0,
  });
  yield* timedWrite('first: the page faults in');
  yield* timedWrite('second: the SPTE is there, a hit is free');
  yield* mm.dontNeed(hva + GFN, hva + GFN + 1); // MADV_DONTNEED
  yield* timedWrite('after the host took the page away');
}

engine.spawn('story', story());
engine.run();
show.table(rows, { title: `Writes to gfn ${GFN}` });
