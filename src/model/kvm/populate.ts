/**
 * Putting the first contents of private memory in place before the guest runs (kvm_gmem_populate in
 * virt/kvm/guest_memfd.c). What the firmware does with each page is the VM type's: KVM_SEV_SNP_LAUNCH_UPDATE or
 * KVM_TDX_INIT_MEM_REGION.
 */
import { atLeast } from '../arch/profile.ts';
import type { Actor } from '../engine/step.ts';
import { EEXIST, EFAULT, EINTR, EINVAL, ENOMEM } from '../host/errno.ts';
import { NO_PFN } from '../host/frames.ts';
import { copyUser } from '../host/hostAccess.ts';
import type { Task } from '../host/task.ts';
import { PAGE_SIZE } from '../host/units.ts';
import { MEM_GUEST_MEMFD } from './memslots.ts';
import type { Vm } from './vm.ts';

/**
 * Makes one page the guest's, with its contents.
 *
 * @param source address in bytes of what KVM copies from; null where the contents are there already, or zeros.
 * @param there whether somebody has put contents into the frame.
 * @returns 0, or a negated errno with the page as it was.
 */
export type PlacePage = (gfn: number, pfn: number, source: bigint | null, there: boolean) => Actor<number>;

/** Since when a file no longer remembers which of its pages were prepared: the VM's tables are asked instead. */
const NO_PREPARED = [7, 0] as const;

const PAGE = BigInt(PAGE_SIZE);

/**
 * Fills pages of the file behind one slot, from `gfn` on, no further than the slot goes. Called with slots_lock held.
 *
 * @param source address in bytes; null where nothing is copied.
 * @returns how many pages were placed, or a negated errno where the first was not: -EINVAL without a slot that has a
 *   file, or where the gfn is not private; -EFAULT where the file is closed or the source cannot be read; -EEXIST where
 *   the page is in use already; -EINTR, -ENOMEM; or what `place` says.
 */
export function* populateRange(
  vm: Vm,
  gfn: number,
  source: bigint | null,
  pages: number,
  place: PlacePage,
  task: Task | null,
): Actor<number> {
  const slot = vm.memslots.set.find(gfn);
  if (slot === undefined || (slot.gmem === null && (slot.flags & MEM_GUEST_MEMFD) === 0)) return -EINVAL;
  const { gmem } = slot;
  if (gmem === null) return -EFAULT;
  const remembers = !atLeast(vm.profile.release, NO_PREPARED) && !vm.conversion.stateInFile;
  const end = Math.min(gfn + pages, slot.baseGfn + slot.pages);
  for (let at = gfn; at < end; at++) {
    const from = source === null ? null : source + BigInt(at - gfn) * PAGE;
    const result = task?.signalPending ? -EINTR : yield* gmem.locked(one(at, from));
    if (result !== 0) return at > gfn ? at - gfn : result;
  }
  return end - gfn;

  function* one(at: number, from: bigint | null): Actor<number> {
    // Since then the source is looked up before the page is.
    if (from !== null && !remembers && (yield* vm.mm.fault(Number(from / PAGE), false)) < 0) return -EFAULT;
    const index = slot!.gmemOffset + at - slot!.baseGfn;
    const pfn = gmem!.ensure(index);
    if (pfn === NO_PFN) return -ENOMEM;
    const there = gmem!.isResident(index);
    if (remembers && there) return -EEXIST;
    if (!vm.isPrivate(at)) return -EINVAL;
    const result = yield* place(at, pfn, from, there);
    if (result === 0) gmem!.markPrepared(index);
    return result;
  }
}

/** Copies a page of the VMM's to a frame: as it is where the source is aligned. Returns 0 or -EFAULT. */
export function* copySource(vm: Vm, pfn: number, source: bigint, task: Task | null): Actor<number> {
  const { mm, host } = vm;
  yield vm.costs.copyPage;
  if (source % PAGE === 0n) {
    const page = Number(source / PAGE);
    const found = mm.walk(page, false);
    const from = found !== NO_PFN ? found : yield* mm.fault(page, false);
    if (from < 0) return -EFAULT;
    host.frames.copy(from, pfn);
    return 0;
  }
  const bytes = new Uint8Array(PAGE_SIZE);
  if ((yield* copyUser(mm, Number(source), bytes, false, task)) < PAGE_SIZE) return -EFAULT;
  host.frames.contents.write(pfn, 0, bytes);
  return 0;
}
