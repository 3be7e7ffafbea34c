/**
 * What the firmware has encrypted before the guest runs, while the host compacts: from KVM_SEV_LAUNCH_UPDATE_DATA until the
 * guest touches it first, no fault has taken a pin.
 */

import { Random } from '../../engine/random.ts';
import type { Actor } from '../../engine/step.ts';
import { migratePage } from '../../host/migrate.ts';
import { PAGE_SIZE } from '../../host/units.ts';
import { launchUpdateData } from '../../kvm/launchUpdate.ts';
import { createSlot } from '../../kvm/memslotUpdate.ts';
import type { PinningDesign } from '../../kvm/pinning.ts';
import { buildMachine } from '../../machine.ts';

/** Pages that the firmware encrypts: 512 KiB, of the order of a firmware image. */
const LAUNCHED = 128;

export interface LaunchScene {
  readonly pinning: PinningDesign | undefined;
  /** Pages that the host tries to move before the guest begins. */
  readonly tries: number;
  readonly seed: number;
}

/** Runs one launch; returns how many of its pages the guest finds changed. */
export function launch({ pinning, tries, seed }: LaunchScene): {
  readonly pages: number;
  readonly wrong: number;
} {
  const { engine, vm, mm, host } = buildMachine({
    profile: { vmType: 'sev', arch: 'svm', release: [5, 9], mmu: 'direct-rmap' },
    designs: { pinning },
  });
  let wrong = 0;
  engine.spawn(
    'VMM',
    (function* (): Actor {
      const random = new Random(seed);
      const vcpu = vm.createVcpu();
      const hva = mm.map(LAUNCHED);
      yield* createSlot(vm, { id: 0, baseGfn: 0, pages: LAUNCHED, flags: 0, hva, gmem: null, gmemOffset: 0 });
      const tokens: number[] = [];
      for (let gfn = 0; gfn < LAUNCHED; gfn++) {
        tokens.push(host.frames.newToken());
        host.frames.write(yield* mm.fault(hva + gfn, true), tokens[gfn]);
      }
      yield* launchUpdateData(vm, BigInt(hva * PAGE_SIZE), BigInt(LAUNCHED * PAGE_SIZE));
      for (let i = 0; i < tries; i++) yield* migratePage(mm, hva + random.below(LAUNCHED));
      for (let gfn = 0; gfn < LAUNCHED; gfn++) if ((yield* vcpu.read(gfn, true)) !== tokens[gfn]) wrong++;
    })(),
  );
  engine.run();
  return { pages: LAUNCHED, wrong };
}
