/** Launching an SNP guest: pages enter the RMP, and the firmware measures and encrypts them (arch/x86/kvm/svm/sev.c). */
import type { Actor } from '../engine/step.ts';
import { EEXIST, EINVAL } from '../host/errno.ts';
import { ZERO_TOKEN } from '../host/frames.ts';
import type { Task } from '../host/task.ts';
import { PAGE_SIZE } from '../host/units.ts';
import { copySource, type PlacePage, populateRange } from './populate.ts';
import type { Vm } from './vm.ts';

/** What a page is to the firmware (KVM_SEV_SNP_PAGE_TYPE_*). */
export const SNP_PAGE_NORMAL = 1;
/** Zeros, whatever it held. */
export const SNP_PAGE_ZERO = 3;
export const SNP_PAGE_UNMEASURED = 4;
/** The firmware puts keys of its own there. */
export const SNP_PAGE_SECRETS = 5;
export const SNP_PAGE_CPUID = 6;

const PAGE = BigInt(PAGE_SIZE);

/** The firmware measures a page and encrypts it where it is; from then on it is the guest's. */
export function* encryptInPlace(vm: Vm, gfn: number, pfn: number): Actor {
  if (vm.rmp !== null && !vm.rmp.isPrivate(pfn)) {
    vm.rmp.makePrivate(pfn, gfn);
    yield vm.costs.rmpUpdate;
  }
  vm.host.frames.seals.seal(pfn);
  yield vm.costs.launchUpdate;
}

/** What a page is, and who asks. */
export interface SnpPage {
  /** SNP_PAGE_NORMAL unless given. */
  readonly type?: number;
  /** What the firmware answers to the command: 0, or a negated errno. */
  readonly firmware?: () => number;
  readonly task: Task | null;
}

/**
 * Makes one page private and hands it to the firmware (sev_gmem_post_populate): -EEXIST where the RMP has it already,
 * -EFAULT where the source cannot be read, or what the firmware says; the frame is shared again then.
 */
export function placeSnp(vm: Vm, { type = SNP_PAGE_NORMAL, firmware = () => 0, task }: SnpPage): PlacePage {
  const { frames } = vm.host;
  return function* (gfn, pfn, source, there) {
    // Without a source the contents are in the page: only conversion in place lets the VMM put them there.
    if (source === null && type !== SNP_PAGE_ZERO && !(vm.conversion.stateInFile && there)) return -EINVAL;
    if (vm.rmp?.isPrivate(pfn)) return -EEXIST;
    if (source !== null) {
      const copied = yield* copySource(vm, pfn, source, task);
      if (copied !== 0) return copied;
    }
    const failed = firmware();
    if (failed !== 0) {
      // To private, reclaimed by the firmware, and back.
      yield 2 * vm.costs.rmpUpdate;
      return failed;
    }
    if (type === SNP_PAGE_ZERO) frames.write(pfn, ZERO_TOKEN);
    if (type === SNP_PAGE_SECRETS) frames.write(pfn, frames.newToken());
    yield* encryptInPlace(vm, gfn, pfn);
    return 0;
  };
}

/**
 * Fills one page of a guest_memfd before launch.
 *
 * @param sourceHva page of the VMM that KVM copies from; null where the contents are in the file's page already, which
 *   conversion in place allows.
 * @returns 0, or a negated errno as `populateRange` gives it.
 */
export function* populateSnp(vm: Vm, gfn: number, sourceHva: number | null): Actor<number> {
  yield vm.slotsLock.lock();
  const source = sourceHva === null ? null : BigInt(sourceHva) * PAGE;
  const done = yield* populateRange(vm, gfn, source, 1, placeSnp(vm, { task: null }), null);
  vm.slotsLock.unlock();
  return done === 1 ? 0 : done;
}
