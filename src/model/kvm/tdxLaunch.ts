/** Launching a TDX guest: pages are mapped under the mirror root, and the module adds them with their contents. */
import type { Actor } from '../engine/step.ts';
import { EINTR, EIO } from '../host/errno.ts';
import type { Task } from '../host/task.ts';
import { PAGE_SIZE } from '../host/units.ts';
import { copySource, type PlacePage, populateRange } from './populate.ts';
import type { Vm } from './vm.ts';

/** What has been added, and what has not: the call's struct is left at the first page that was not. */
export interface RegionAdded {
  readonly result: number;
  readonly pages: number;
}

/**
 * Maps one page and has the module add it (tdx_gmem_post_populate, arch/x86/kvm/vmx/tdx.c): the guest finds the contents
 * without accepting it. -EFAULT where the source cannot be read, -EIO where the page is mapped already.
 */
function placeTdx(vm: Vm, task: Task | null): PlacePage {
  return function* (gfn, pfn, source) {
    const copied = yield* copySource(vm, pfn, source!, task);
    if (copied !== 0) return copied;
    yield vm.mmuLock.read();
    const installed = vm.mmu.install(gfn, pfn, true, true, false, 1, vm.leafType(pfn), false);
    vm.mmuLock.readUnlock();
    if (!installed) return -EIO;
    vm.secureEpt!.add(gfn);
    vm.host.frames.seals.seal(pfn);
    yield vm.costs.launchUpdate;
    return 0;
  };
}

/**
 * KVM_TDX_INIT_MEM_REGION: adds pages one by one until one cannot be. Called with slots_lock held.
 *
 * @param source address in bytes.
 */
export function* addRegion(
  vm: Vm,
  gfn: number,
  source: bigint,
  pages: number,
  task: Task | null,
): Actor<RegionAdded> {
  const place = placeTdx(vm, task);
  for (let done = 0; done < pages; done++) {
    if (task?.signalPending) return { result: -EINTR, pages: done };
    const from = source + BigInt(done) * BigInt(PAGE_SIZE);
    const result = yield* populateRange(vm, gfn + done, from, 1, place, task);
    if (result !== 1) return { result, pages: done };
  }
  return { result: 0, pages };
}
