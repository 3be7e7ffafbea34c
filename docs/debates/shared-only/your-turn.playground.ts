// Your turn: who flushes, what, and when? Change `mine` and compare.
// A page may go back to the host only after its lines are gone from
// all caches: `unsafe` counts the frees after which your design had
// not seen to that.
import {
  buildMachine,
  createSlot,
  flushCaches,
  GuestMemfd,
  giveBack,
  type ReclaimDesign,
  reclaimDesigns,
  show,
  Vmm,
} from 'faultlines';

const FLIPS = 4; // there and back again

const mine: ReclaimDesign = {
  name: 'mine',
  title: 'Yours',
  mail: { title: 'this page', date: '2026-11-21' },
  // After an event on host addresses, or a slot update.
  *guestMemoryReclaimed() {},
  // Before guest_memfd gives frames back. Up to so many pages one by
  // one, beyond that all caches.
  *gmemFreed(vm, pfns) {
    const many = 64;
    if (pfns.length > many)
      yield* flushCaches(vm, { cpus: 'ran', dropsLines: false });
    else {
      vm.host.lostCpuNs += pfns.length * vm.costs.cacheFlushPage;
      yield pfns.length * vm.costs.cacheFlushPage;
    }
    yield* giveBack(vm, pfns);
  },
};

const rows = [];
let unsafe = 0;
for (const reclaim of [...reclaimDesigns, mine]) {
  for (const pages of [1, 16, 256]) {
    const { engine, mm, vm, host } = buildMachine({
      profile: { vmType: 'snp' },
      designs: { reclaim },
    });
    host.cpus = 128;
    for (let cpu = 0; cpu < 8; cpu++) vm.haveRunCpus.add(cpu);
    const vmm = new Vmm(vm, { discardShared: 'eager', discardPrivate: 'eager' });
    const vcpu = vm.createVcpu();
    let unflushed = 0;

    function* guest() {
      const hva = mm.map(256);
      const gmem = new GuestMemfd(vm, 256);
      yield* createSlot(vm, {
        id: 0,
        baseGfn: 0,
        pages: 256,
        flags: 0,
        hva,
        gmem,
        gmemOffset: 0,
      });
      for (let flip = 0; flip < FLIPS; flip++) {
        yield* vmm.convert(0, pages, true);
        for (let gfn = 0; gfn < pages; gfn++)
          yield* vcpu.write(gfn, host.frames.newToken(), true);
        const before = host.lostCpuNs;
        yield* vmm.convert(0, pages, false);
        if (host.lostCpuNs === before) unflushed++;
      }
    }
    engine.spawn('guest', guest());
    engine.run();
    const lost = host.lostCpuNs / 1e6 / FLIPS;
    rows.push({ design: reclaim.title, pages, lost });
    if (reclaim === mine) unsafe += unflushed;
  }
}

show.plot(rows, {
  title: 'CPU time lost by one conversion and its discard, host of 128 CPUs',
  x: { key: 'pages', label: 'Pages converted at once', scale: 'log' },
  y: { key: 'lost', label: 'CPU time lost', unit: 'ms', scale: 'log' },
  series: 'design',
});
show.log(`Frees that nobody flushed, your design: ${unsafe} of ${3 * FLIPS}`);
