// The claim: where private memory can only be in guest_memfd, no
// event on host addresses has to flush a cache; guest_memfd flushes
// what it frees.
import {
  buildMachine,
  createSlot,
  GuestMemfd,
  reclaimDesigns,
  show,
  Vmm,
} from 'faultlines';

const FLIPS = 100; // each makes a page shared, and private again
const rows = [];

for (const vmType of ['snp', 'sev'] as const) {
  for (const reclaim of reclaimDesigns) {
    const { engine, mm, vm, host } = buildMachine({
      profile: { vmType },
      designs: { reclaim },
    });
    host.cpus = 128;
    for (let cpu = 0; cpu < 8; cpu++) vm.haveRunCpus.add(cpu);
    const vmm = new Vmm(vm, { discardShared: 'eager', discardPrivate: 'eager' });
    const vcpu = vm.createVcpu();

    function* guest() {
      const hva = mm.map(64);
      const gmem = vmType === 'snp' ? new GuestMemfd(vm, 64) : null;
      const slot = {
        id: 0,
        baseGfn: 0,
        pages: 64,
        flags: 0,
        hva,
        gmem,
        gmemOffset: 0,
      };
      yield* createSlot(vm, slot);
      for (let i = 0; i < FLIPS; i++) {
        if (vmType === 'snp') {
          yield* vmm.convert(0, 1, true);
          yield* vcpu.write(0, host.frames.newToken(), true);
          yield* vmm.convert(0, 1, false);
          yield* vcpu.write(0, host.frames.newToken(), false);
        } else {
          // An SEV guest converts nothing: the host takes a page back
          // by itself.
          yield* vcpu.write(0, host.frames.newToken(), false);
          yield* mm.dontNeed(hva, hva + 1);
        }
      }
    }
    engine.spawn('guest', guest());
    engine.run();
    rows.push({
      guest: vmType.toUpperCase(),
      design: reclaim.title,
      flushes: vm.stats.cacheFlushes,
      lost: Math.round(host.lostCpuNs / 1e6),
    });
  }
}

show.table(rows, {
  title: `What ${FLIPS} flips or reclaims cost a host of 128 CPUs`,
  columns: [
    { key: 'guest', label: 'Guest' },
    { key: 'design', label: 'Design' },
    { key: 'flushes', label: 'Flushes of whole caches' },
    { key: 'lost', label: 'CPU time lost', unit: 'ms' },
  ],
});
