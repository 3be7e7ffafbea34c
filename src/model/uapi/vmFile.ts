import type { StateHash } from '../engine/hash.ts';
import type { Actor } from '../engine/step.ts';
import { EINVAL, EIO, ENOTTY } from '../host/errno.ts';
import type { Mm } from '../host/mm.ts';
import type { Task } from '../host/task.ts';
import type { Vcpu } from '../kvm/vcpu.ts';
import type { Vm } from '../kvm/vm.ts';
import { putVm } from '../kvm/vmLifetime.ts';
import { OpenFile } from './openFile.ts';

/** A VM's descriptor (kvm_vm_fops, virt/kvm/kvm_main.c). */
export class VmFile extends OpenFile {
  readonly kind = 'vm';
  readonly vm: Vm;

  constructor(vm: Vm) {
    super();
    this.vm = vm;
  }

  override hashInto(hash: StateHash): void {
    super.hashInto(hash);
    hash.add(this.vm.users).add(this.vm.vcpuIds.size);
    this.vm.hashInto(hash);
  }

  override unknownIoctl(mm: Mm): number {
    return this.vm.mm === mm ? -ENOTTY : -EIO;
  }

  protected override *release(): Actor {
    yield* putVm(this.vm);
  }
}

/** A vCPU's descriptor; it keeps the VM alive (kvm_vcpu_fops). */
export class VcpuFile extends OpenFile {
  readonly kind = 'vcpu';
  readonly vcpu: Vcpu;
  readonly id: number;
  /** The thread inside KVM_RUN, or null. */
  running: Task | null = null;

  constructor(vcpu: Vcpu, id: number) {
    super();
    this.vcpu = vcpu;
    this.id = id;
    vcpu.vm.users++;
  }

  override hashInto(hash: StateHash): void {
    super.hashInto(hash);
    hash.add(this.vcpu.cr0);
  }

  override unknownIoctl(mm: Mm): number {
    return this.vcpu.vm.mm === mm ? -EINVAL : -EIO;
  }

  protected override *release(): Actor {
    yield* putVm(this.vcpu.vm);
  }
}
