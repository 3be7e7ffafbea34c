/** A machine for launching encrypted guests through system calls. */
import type { Release } from '../../arch/profile.ts';
import { MEM_GUEST_MEMFD } from '../../kvm/memslots.ts';
import type { VmDesigns } from '../../kvm/vm.ts';
import { kvmSetMemoryAttributes } from '../attributeCalls.ts';
import { kvmMemoryEncryptOp } from '../encryptCalls.ts';
import type { EncryptCommand, EncryptDone } from '../encryptCommand.ts';
import { kvmRun } from '../runCalls.ts';
import { openSev } from '../sevDevice.ts';
import { bytes, P, ScenarioMachine } from './machine.ts';

/** Pages of the guest. */
export const PAGES = 8;

/** A guest that is being launched, and memory to launch it from. */
export class LaunchMachine extends ScenarioMachine {
  readonly fd: number;
  readonly sevFd: number;
  /** Memory of the VMM, eight pages that hold 1, 2, 3 and so on. */
  readonly image: number;

  constructor(designs: VmDesigns, vmType: 'sev' | 'sev-es' | 'snp' | 'tdx', release: Release = [6, 18]) {
    super(designs, { vmType, release });
    this.fd = this.vm();
    this.sevFd = this.call(openSev(this.main));
    this.image = this.map(PAGES * P);
    for (let page = 0; page < PAGES; page++) this.write(this.image + page * P, bytes(page + 1, P));
  }

  op(command: EncryptCommand | null, fd = this.fd): EncryptDone {
    return this.call(kvmMemoryEncryptOp(this.main, fd, command && { sevFd: this.sevFd, ...command }));
  }

  /** A command's result alone. */
  result(command: EncryptCommand | null, fd = this.fd): number {
    return this.op(command, fd).result;
  }

  /** A slot of eight pages at 0, from a file, of which the first `count` pages are private. */
  privateSlot(count: number): number {
    const guestMemfd = this.gmem(this.fd, PAGES * P, 0);
    const userspaceAddr = this.map(PAGES * P);
    const region = { flags: MEM_GUEST_MEMFD, memorySize: PAGES * P, userspaceAddr, guestMemfd };
    expectZero(this.region(this.fd, { ...region, guestMemfdOffset: 0 }));
    const range = { address: 0, size: count * P, attributes: 8, flags: 0 };
    expectZero(this.call(kvmSetMemoryAttributes(this.main, this.fd, range)));
    return guestMemfd;
  }

  /** First byte of what a guest loads from its private memory, or how KVM_RUN ended. */
  loads(vcpu: number, page: number): number | string {
    const into = new Uint8Array(8);
    const access = { gpa: page * P, bytes: into, write: false, isPrivate: true };
    const result = this.call(kvmRun(this.main, vcpu, access, 'mmu'));
    if (typeof result === 'number') return `errno ${-result}`;
    return result.exit === null ? into[0] : result.exit.reason;
  }
}

function expectZero(result: number): void {
  if (result !== 0) throw new Error(`a call that must succeed returned ${result}`);
}
