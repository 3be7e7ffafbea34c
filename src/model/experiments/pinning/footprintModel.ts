/** What pinning holds, in host memory and in the kernel's books; and what a slot update makes a guest fault again. */
import type { Actor } from '../../engine/step.ts';
import { guestGivesUp } from '../../kvm/balloon.ts';
import { GuestMemfd } from '../../kvm/guestMemfd.ts';
import { createSlot, deleteSlot } from '../../kvm/memslotUpdate.ts';
import type { PinningDesign } from '../../kvm/pinning.ts';
import { putVm } from '../../kvm/vmLifetime.ts';
import { buildMachine } from '../../machine.ts';

/** Pages of the guest that is run; results are multiplied by how much larger the guest asked for is. */
export const SAMPLE_PAGES = 2048;

export interface FootprintScene {
  readonly pinning: PinningDesign | undefined;
  /** Share of memory that the guest has touched, 0 to 1. */
  readonly touched: number;
  /** Touched pages lie in runs of so many. */
  readonly cluster: number;
  /** Share of the touched pages that the guest gives back, 0 to 1. */
  readonly ballooned: number;
}

export interface Footprint {
  /** Frames in use of the host when the guest has touched its pages. */
  readonly held: number;
  /** Those left after the guest has given some back. */
  readonly afterBalloon: number;
  /** Those left when the VMM’s process has ended while somebody else still holds a descriptor of the VM. */
  readonly afterProcess: number;
  /** Those left when the last descriptor is closed. */
  readonly afterVm: number;
  readonly metadataBytes: number;
}

/** Runs a guest that touches pages and gives some of them back; then its process ends, and then the VM. */
export function footprint(scene: FootprintScene): Footprint {
  const inFile = scene.pinning?.memory === 'guest_memfd';
  const { engine, vm, mm, host } = buildMachine({
    profile: inFile
      ? { vmType: 'snp', arch: 'svm', release: [6, 11] }
      : { vmType: 'sev', arch: 'svm', release: [5, 9] },
    designs: { pinning: scene.pinning },
  });
  const vcpu = vm.createVcpu();
  const out = { held: 0, afterBalloon: 0, afterProcess: 0, afterVm: 0, metadataBytes: 0 };
  engine.spawn(
    'vCPU 0',
    (function* (): Actor {
      const hva = mm.map(SAMPLE_PAGES);
      const gmem = inFile ? new GuestMemfd(vm, SAMPLE_PAGES) : null;
      const slot = { id: 0, baseGfn: 0, pages: SAMPLE_PAGES, flags: 0, hva, gmem, gmemOffset: 0 };
      yield* createSlot(vm, slot);
      if (inFile) yield* vm.conversion.convert(0, SAMPLE_PAGES, true);
      const touched = touchedGfns(scene);
      for (const gfn of touched) yield* vcpu.write(gfn, host.frames.newToken(), true);
      out.held = host.frames.inUse;
      out.metadataBytes = vm.pinning?.metadataBytes() ?? 0;
      const given = Math.round(touched.length * scene.ballooned);
      for (const gfn of touched.slice(touched.length - given)) {
        yield* guestGivesUp(vm, gfn, gfn + 1);
        if (gmem === null) yield* mm.dontNeed(hva + gfn, hva + gfn + 1);
        else yield* gmem.punchHole(gfn, gfn + 1);
      }
      out.afterBalloon = host.frames.inUse;
      // The process has the file's only descriptor.
      const closing = gmem?.drop();
      if (closing) yield* closing;
      yield* mm.exit();
      out.afterProcess = host.frames.inUse;
      yield* putVm(vm);
      out.afterVm = host.frames.inUse;
    })(),
  );
  engine.run();
  return out;
}

function touchedGfns({ touched, cluster }: FootprintScene): number[] {
  const runs = Math.ceil(SAMPLE_PAGES / cluster);
  const wanted = Math.round(SAMPLE_PAGES * touched);
  const take = Math.ceil(wanted / cluster);
  const out: number[] = [];
  for (let i = 0; i < take; i++) {
    const start = Math.floor((i * runs) / take) * cluster;
    const end = Math.min(start + cluster, SAMPLE_PAGES);
    for (let gfn = start; gfn < end && out.length < wanted; gfn++) out.push(gfn);
  }
  return out;
}

export interface SlotUpdates {
  /** Another slot is added and deleted so many times while the guest boots. */
  readonly updates: number;
  /** Pages of the sample that the guest uses again between two updates. */
  readonly usedBetween: number;
  /** Deleting a slot zaps that slot alone, not every SPTE of the VM. */
  readonly precise: boolean;
}

/** Faults that a boot takes: once for each page, and again for whatever a slot update has zapped. */
export function bootFaults({ updates, usedBetween, precise }: SlotUpdates): number {
  const { engine, vm, mm, host } = buildMachine({
    // Precise since 6.12, for every type of VM but the default one.
    profile: { vmType: 'sev', arch: 'svm', release: precise ? [6, 12] : [5, 9] },
  });
  const vcpu = vm.createVcpu();
  engine.spawn(
    'vCPU 0',
    (function* (): Actor {
      const hva = mm.map(SAMPLE_PAGES);
      const slot = { flags: 0, hva, gmem: null, gmemOffset: 0 };
      yield* createSlot(vm, { ...slot, id: 0, baseGfn: 0, pages: SAMPLE_PAGES });
      const each = Math.ceil(SAMPLE_PAGES / (updates + 1));
      for (let next = 0; next < SAMPLE_PAGES; next += each) {
        const end = Math.min(next + each, SAMPLE_PAGES);
        for (let gfn = next; gfn < end; gfn++) yield* vcpu.write(gfn, host.frames.newToken(), true);
        if (end === SAMPLE_PAGES) break;
        yield* createSlot(vm, { ...slot, id: 1, baseGfn: SAMPLE_PAGES * 2, pages: 16 });
        yield* deleteSlot(vm, 1);
        // What has just been used is used again; the pages further back are left alone.
        for (let gfn = Math.max(0, end - usedBetween); gfn < end; gfn++) yield* vcpu.read(gfn, true);
      }
    })(),
  );
  engine.run();
  return vm.stats.faults;
}
