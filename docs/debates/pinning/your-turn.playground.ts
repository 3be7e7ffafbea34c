// Your turn: when is a page pinned, where is that kept, and what lets
// it go? Change `mine`. A guest touches part of its memory, the VMM
// changes slots, the host tries to move every page; each move that
// works has cost an SEV guest its data.
import {
  buildMachine,
  createSlot,
  deleteSlot,
  migratePage,
  type PinningDesign,
  show,
} from 'faultlines';

const PAGES = 1024;
const TOUCHED = 256;
const mail = { title: 'this page', date: '2026-11-21' };

const mine: PinningDesign = {
  name: 'mine',
  title: 'Yours: at the fault, a bit a page beside the slots',
  mail,
  create(vm) {
    const bits = new Set<number>();
    return {
      // Called with mmu_lock held, as an SPTE is about to be written.
      installing(gfn, pfn) {
        if (!bits.has(gfn)) vm.host.frames.pin(pfn);
        bits.add(gfn);
        return false;
      },
      metadataBytes: () => PAGES / 8,
    };
  },
};

const atRegistration: PinningDesign = {
  name: 'at-registration',
  title: 'At registration, everything (what SEV does)',
  mail,
  create: vm => ({
    *slotCreated(slot) {
      for (let page = 0; page < slot.pages; page++) {
        const pfn = yield* vm.mm.fault(slot.hva + page, true);
        if (pfn > 0) vm.host.frames.pin(pfn);
      }
      return 0;
    },
    metadataBytes: () => PAGES * 8,
  }),
};

const rows = [undefined, atRegistration, mine].map(pinning => {
  const { engine, mm, vm, host } = buildMachine({
    profile: { vmType: 'sev', release: [5, 9] },
    designs: { pinning },
  });
  const vcpu = vm.createVcpu();
  const result = {
    design: pinning?.title ?? 'Nothing is pinned',
    startMicros: 0,
    held: 0,
    lost: 0,
    bytes: 0,
  };
  function* story() {
    const hva = mm.map(PAGES + 1);
    const slot = { flags: 0, gmem: null, gmemOffset: 0 };
    yield* createSlot(vm, { ...slot, id: 0, baseGfn: 0, pages: PAGES, hva });
    yield* createSlot(vm, {
      ...slot,
      id: 1,
      baseGfn: 4096,
      pages: 1,
      hva: hva + PAGES,
    });
    for (let gfn = 0; gfn < TOUCHED; gfn++) yield* vcpu.write(gfn, gfn, false);
    result.startMicros = Math.round(engine.now / 1000);
    result.held = host.frames.inUse;
    yield* deleteSlot(vm, 1);
    for (let gfn = 0; gfn < TOUCHED; gfn++) {
      if ((yield* migratePage(mm, hva + gfn)) === 'moved') result.lost++;
    }
  }
  engine.spawn('story', story());
  engine.run();
  return { ...result, bytes: vm.pinning?.metadataBytes() ?? 0 };
});

show.table(rows, {
  title: `A guest of ${PAGES} pages that touches ${TOUCHED}`,
  columns: [
    { key: 'design', label: 'Design' },
    { key: 'startMicros', label: 'Start and first touches', unit: 'µs' },
    { key: 'held', label: 'Host pages held' },
    { key: 'lost', label: 'Pages moved, and lost' },
    { key: 'bytes', label: 'Bytes kept' },
  ],
});
