/** What KVM enters in AMD's reverse map table, and takes out of it, with what that costs (arch/x86/kvm/svm/sev.c). */
import type { Actor } from '../engine/step.ts';
import { spanOf } from '../host/radixTable.ts';
import { largeRun } from './hugeLevel.ts';
import type { Memslot } from './memslots.ts';
import type { Vm } from './vm.ts';
import { FILTER_PRIVATE, FILTER_SHARED, zapGfns } from './zap.ts';

const LARGE = spanOf(2);

/**
 * A page of a file becomes the guest's: by an entry of 2 MiB where its frames lie in one run that nobody owns, else by
 * one of 4 KiB (sev_gmem_prepare). The cost of one update is the caller's.
 */
export function prepareInRmp({ rmp }: Vm, slot: Memslot, gfn: number, pfn: number): void {
  if (rmp === null) return;
  if (!largeRun(slot, gfn) || !rmp.makeLargePrivate(pfn, gfn)) rmp.makePrivate(pfn, gfn);
}

/**
 * Frames as the RMP has them: those of a large entry together where all of them are there, each other one by itself
 * (sev_gmem_invalidate).
 *
 * @param pfns in the order of their pages.
 */
export function* rmpRuns({ rmp }: Vm, pfns: readonly number[]): Generator<readonly number[]> {
  for (let i = 0; i < pfns.length; ) {
    const pfn = pfns[i];
    const last = pfns[i + LARGE - 1];
    const isWhole = rmp !== null && pfn % LARGE === 0 && last === pfn + LARGE - 1 && rmp.levelOf(pfn) === 2;
    const count = isWhole ? LARGE : 1;
    yield pfns.slice(i, i + count);
    i += count;
  }
}

/** Frames become the host's again; a large entry of which only a part goes is taken apart first. */
export function* giveBack(vm: Vm, pfns: readonly number[]): Actor {
  const { rmp, costs } = vm;
  if (rmp === null) return;
  for (const run of rmpRuns(vm, pfns)) {
    const [pfn] = run;
    if (run.length > 1) {
      rmp.makeLargeShared(pfn);
    } else {
      if (rmp.levelOf(pfn) === 2) {
        rmp.smash(pfn);
        yield costs.psmash;
      }
      rmp.makeShared(pfn);
    }
    yield costs.rmpUpdate;
  }
}

/**
 * The guest validates 4 KiB where the RMP has 2 MiB: hardware refuses, and KVM takes the entry apart and drops the large
 * leaf, which may not be larger than the entry (sev_handle_rmp_fault).
 */
export function* smashForGuest(vm: Vm, gfn: number): Actor {
  const { rmp, mmu, costs } = vm;
  const pfn = mmu.peek(gfn, true);
  if (rmp === null || pfn === 0 || rmp.levelOf(pfn) === 1) return;
  rmp.smash(pfn);
  yield costs.psmash;
  const first = gfn - (gfn % LARGE);
  yield vm.mmuLock.write();
  yield* zapGfns(vm, first, first + LARGE, FILTER_SHARED | FILTER_PRIVATE, 'resize');
  vm.mmuLock.writeUnlock();
}
