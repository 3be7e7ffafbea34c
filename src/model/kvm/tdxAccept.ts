import type { Actor } from '../engine/step.ts';
import type { Vm } from './vm.ts';

/**
 * An EPT violation that names the size in which the guest accepts: nothing larger is mapped there from now on, and a
 * larger page that is there is demoted (Zhao, 17 November 2025, on "Split and inhibit huge mappings if a VMExit carries
 * level info"; as posted).
 *
 * @param level 1 for 4 KiB, 2 for 2 MiB, the largest there is.
 */
export function* honourAcceptLevel(vm: Vm, gfn: number, level: 1 | 2): Actor {
  const { secureEpt, mmu } = vm;
  if (level !== 1 || secureEpt === null || !vm.profile.gmemHugePages) return;
  yield vm.mmuLock.write();
  const { demotions } = secureEpt;
  mmu.splitTo(mmu.mirror!, gfn, level);
  secureEpt.inhibit(gfn);
  const demoted = secureEpt.demotions - demotions;
  if (demoted > 0) yield demoted * vm.costs.tdxDemote;
  vm.mmuLock.writeUnlock();
}
