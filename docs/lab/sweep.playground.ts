// An experiment of one's own with a sweep: what does it cost to turn
// a range private, by its size, and does it matter whether the guest
// has touched it before?
import { buildMachine, createSlot, GuestMemfd, type Row, show } from 'faultlines';

const SIZES = [1, 8, 64, 512, 4096]; // pages of 4 KiB

/** Time in ns of one conversion. */
function measure(pages: number, touched: boolean): number {
  const { engine, mm, vm } = buildMachine();
  const vcpu = vm.createVcpu();
  let took = 0;
  function* story() {
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
    if (touched)
      for (let gfn = 0; gfn < pages; gfn++) yield* vcpu.write(gfn, 1, false);
    const began = engine.now;
    yield* vm.conversion.convert(0, pages, true);
    took = engine.now - began;
  }
  engine.spawn('story', story());
  engine.run();
  return took;
}

const rows: Row[] = [];
for (const [done, pages] of SIZES.entries()) {
  for (const touched of [false, true]) {
    const guest = touched ? 'has touched it' : 'has not';
    rows.push({ pages, guest, ns: measure(pages, touched) });
  }
  show.progress((done + 1) / SIZES.length);
}

show.plot(rows, {
  title: 'Turning a range private',
  x: { key: 'pages', label: 'Pages', scale: 'log' },
  y: { key: 'ns', label: 'Time', unit: 'ns', scale: 'log' },
  series: 'guest',
});
show.table(rows, { title: 'The same as numbers' });
