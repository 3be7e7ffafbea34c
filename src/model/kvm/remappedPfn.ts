import type { Actor } from '../engine/step.ts';
import { EFAULT } from '../host/errno.ts';
import { faultIn, gupErrno } from '../host/faultIn.ts';
import { NO_PFN } from '../host/frames.ts';
import { VM_PFNMAP, VM_READ, VM_WRITE } from '../host/vma.ts';
import { kernelFault } from '../host/vmFault.ts';
import type { Vm } from './vm.ts';

const READ = kernelFault(false, null);
const WRITE = kernelFault(true, null);

/**
 * The frame of a page that get_user_pages refuses to follow, for its driver maps it by frame number: read from the
 * host's page table, faulted in as by the VMM itself where it is not there (hva_to_pfn_remapped, virt/kvm/kvm_main.c).
 *
 * @param page host virtual page.
 * @returns the frame, or a negated errno: -EFAULT for every other mapping.
 */
export function* remappedPfn(vm: Vm, page: number, write: boolean): Actor<number> {
  const { mm } = vm;
  const vma = mm.vmas.find(page);
  if (vma === undefined || !(vma.flags & VM_PFNMAP)) return -EFAULT;
  if (!(vma.flags & (write ? VM_WRITE : VM_READ))) return -EFAULT;
  const there = mm.walk(page, write);
  if (there !== NO_PFN) return there;
  const found = yield* faultIn(mm, page, write ? WRITE : READ, false);
  return found > NO_PFN ? found : gupErrno(found);
}
