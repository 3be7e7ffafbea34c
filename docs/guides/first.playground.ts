// How much slower does a guest write while the host moves its pages?
// Each move zaps a page, and the guest's next write faults it back.
import { buildMachine, createSlot, migratePage, type Row, show } from 'faultlines';

const PAGES = 64; // of 4 KiB
const WRITES = 4000;
const THINK = 500; // ns between two writes

const rows: Row[] = [];
for (const pause of [1, 2, 5, 10, 20, 50, 100]) {
  const { engine, mm, vm, host } = buildMachine();
  let took = 0;

  function* compaction(hva: number) {
    for (let page = 0; took === 0; page = (page + 1) % PAGES) {
      yield pause * 1000;
      yield* migratePage(mm, hva + page);
    }
  }

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
    engine.spawn('compaction', compaction(hva));
    const vcpu = vm.createVcpu();
    const began = engine.now;
    for (let i = 0; i < WRITES; i++) {
      yield THINK;
      yield* vcpu.write(i % PAGES, host.frames.newToken(), false);
    }
    took = engine.now - began;
  }

  engine.spawn('guest', guest());
  engine.run();
  rows.push({ pause, rate: (WRITES / took) * 1000 });
}

show.plot(rows, {
  title: 'Writes of a guest whose pages are being moved',
  x: { key: 'pause', label: 'Pause between two moves', unit: 'µs', scale: 'log' },
  y: { key: 'rate', label: 'Writes per µs' },
});
