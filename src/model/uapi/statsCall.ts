/** KVM_GET_STATS_FD on a VM and on a vCPU (virt/kvm/kvm_main.c), since 5.14. */
import { atLeast } from '../arch/profile.ts';
import type { Actor } from '../engine/step.ts';
import { EIO } from '../host/errno.ts';
import { vcpuStatistics, vmStatistics } from '../kvm/statistics.ts';
import { vmOf } from './kvmCalls.ts';
import type { Thread } from './process.ts';
import { StatsFile } from './statsFile.ts';
import { VcpuFile } from './vmFile.ts';

/** A descriptor to read statistics from, which any process may read; or a negated errno. */
export function* kvmGetStatsFd(thread: Thread, fd: number): Actor<number> {
  const { process } = thread;
  const file = process.file(fd);
  const vm = file instanceof VcpuFile ? file.vcpu.vm : vmOf(thread, fd);
  if (typeof vm === 'number') return vm;
  if (vm.mm !== process.mm) return -EIO;
  yield vm.costs.systemCall;
  if (!atLeast(vm.profile.release, [5, 14])) return file!.unknownIoctl(process.mm);
  if (!(file instanceof VcpuFile))
    return process.install(new StatsFile(vm, vm.statsId, () => vmStatistics(vm)));
  const { vcpu, id } = file;
  return process.install(new StatsFile(vm, `${vm.statsId}/vcpu-${id}`, () => vcpuStatistics(vcpu)));
}
