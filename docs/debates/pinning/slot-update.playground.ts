// The claim: a pin that goes with its SPTE is no pin. A memslot
// update zaps every SPTE of the VM, and even the host's attempt to
// move the page zaps it first.
import {
  buildMachine,
  createSlot,
  deleteSlot,
  migratePage,
  type PinningDesign,
  show,
} from 'faultlines';

const mail = { title: 'this page', date: '2026-11-21' };

const inSpte: PinningDesign = {
  name: 'in-spte',
  title: 'Pinned in the SPTE, and unpinned with it (July 2020)',
  mail,
  create: vm => ({
    installing(_gfn, pfn) {
      vm.host.frames.pin(pfn);
      return true;
    },
    zapping(_gfn, pfn, pinned) {
      if (pinned) vm.host.frames.unpin(pfn);
      return 'drop';
    },
    metadataBytes: () => 0,
  }),
};

const keptInSpte: PinningDesign = {
  name: 'kept-in-spte',
  title: 'Pinned in the SPTE, which stays behind as PINNED when it is zapped',
  mail,
  create: vm => ({
    installing(_gfn, pfn, kept) {
      if (kept !== pfn) vm.host.frames.pin(pfn);
      return true;
    },
    zapping: (_gfn, _pfn, pinned) => (pinned ? 'keep-pinned' : 'drop'),
    dropping: () => 'keep-pinned',
    metadataBytes: () => 0,
  }),
};

const inList: PinningDesign = {
  name: 'in-list',
  title: 'Pinned at the fault, listed until the VM ends (October 2020)',
  mail,
  create(vm) {
    const pinned = new Set<number>();
    return {
      installing(_gfn, pfn) {
        if (!pinned.has(pfn)) vm.host.frames.pin(pfn);
        pinned.add(pfn);
        return false;
      },
      metadataBytes: () => pinned.size * 8,
    };
  },
};

const rows = [];
for (const pinning of [inSpte, keptInSpte, inList]) {
  for (const update of [false, true]) {
    const { engine, mm, vm } = buildMachine({
      profile: { vmType: 'sev', release: [5, 9] },
      designs: { pinning },
    });
    const vcpu = vm.createVcpu();
    let moved = '';
    function* story() {
      const hva = mm.map(17);
      const slot = { flags: 0, gmem: null, gmemOffset: 0 };
      yield* createSlot(vm, { ...slot, id: 0, baseGfn: 0, pages: 16, hva });
      yield* createSlot(vm, {
        ...slot,
        id: 1,
        baseGfn: 64,
        pages: 1,
        hva: hva + 16,
      });
      yield* vcpu.write(3, 77, false);
      if (update) yield* deleteSlot(vm, 1); // not the slot of the page
      moved = yield* migratePage(mm, hva + 3);
    }
    engine.spawn('story', story());
    engine.run();
    rows.push({
      design: pinning.title,
      before: update ? 'another slot is deleted' : 'nothing',
      move: moved === 'moved' ? 'moved: contents lost on SEV' : 'refused',
      bytes: vm.pinning!.metadataBytes(),
    });
  }
}

show.table(rows, {
  title: 'The host tries to move a page that an SEV guest has written',
  columns: [
    { key: 'design', label: 'Design' },
    { key: 'before', label: 'What happened before' },
    { key: 'move', label: 'The move' },
    { key: 'bytes', label: 'Bytes beside the SPTEs' },
  ],
});
