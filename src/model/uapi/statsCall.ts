/** KVM_GET_STATS_FD (kvm_vm_ioctl_get_stats_fd, virt/kvm/kvm_main.c), since 5.14. */
import { atLeast } from '../arch/profile.ts';
import type { Actor } from '../engine/step.ts';
import { ENOTTY } from '../host/errno.ts';
import { vmOf } from './kvmCalls.ts';
import type { Thread } from './process.ts';
import { StatsFile } from './statsFile.ts';

/** A descriptor to read a VM's statistics from, or a negated errno. */
export function* kvmGetStatsFd(thread: Thread, fd: number): Actor<number> {
  const vm = vmOf(thread, fd);
  if (typeof vm === 'number') return vm;
  yield vm.costs.systemCall;
  if (!atLeast(vm.profile.release, [5, 14])) return -ENOTTY;
  return thread.process.install(new StatsFile(vm, `kvm-${thread.task.id}`));
}
