/**
 * Puts a machine together: an engine, a host, a VM, a profile, and one design an axis.
 *
 * @module machine
 */
import { type Profile, type ProfileOptions, profile, rulesOf } from './arch/profile.ts';
import { type Costs, costsWith } from './costs/table.ts';
import { attributesIoctl } from './designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from './designs/reclaim/flushOnGmemFree.ts';
import { Engine } from './engine/engine.ts';
import type { Scheduler } from './engine/scheduler.ts';
import type { Trace } from './engine/trace.ts';
import { AddressSpace } from './host/addressSpace.ts';
import { Host } from './host/host.ts';
import type { PinningDesign } from './kvm/pinning.ts';
import { Vm, type VmDesigns } from './kvm/vm.ts';

export interface MachineOptions {
  readonly profile?: ProfileOptions;
  /** The merged design of each axis unless given. */
  readonly designs?: Partial<VmDesigns>;
  /** Constants that differ from the cost table. */
  readonly costs?: Partial<Costs>;
  /** An engine that somebody else drives; `scheduler` and `trace` are its own then. */
  readonly engine?: Engine;
  readonly scheduler?: Scheduler;
  readonly trace?: Trace;
  /** Frames of the host; no limit unless given. */
  readonly hostFrames?: number;
}

export interface Machine {
  readonly engine: Engine;
  readonly host: Host;
  readonly mm: AddressSpace;
  readonly vm: Vm;
}

/**
 * Builds a machine with one VM and no memory.
 *
 * @throws RangeError where designs and profile make no sense together; the message says why.
 */
export function buildMachine(options: MachineOptions = {}): Machine {
  const which = profile(options.profile);
  const designs: VmDesigns = { conversion: attributesIoctl, reclaim: flushOnGmemFree, ...options.designs };
  refuse(which, designs);
  const engine = options.engine ?? new Engine({ scheduler: options.scheduler, trace: options.trace });
  const host = new Host(engine, costsWith(options.costs), options.hostFrames);
  const mm = new AddressSpace(host);
  const vm = new Vm(host, mm, which, designs);
  return { engine, host, mm, vm };
}

function refuse(which: Profile, designs: VmDesigns): void {
  const rules = rulesOf(which.vmType);
  const { name } = designs.conversion;
  if (name === 'rmp-in-place' && !rules.rmp) {
    throw new RangeError(
      `${name} keeps private and shared in the RMP, which a VM of type ${which.vmType} has not`,
    );
  }
  refusePinning(which, designs.pinning);
  if (which.mmu !== 'tdp' && rules.privateMemory) {
    throw new RangeError(
      `a VM of type ${which.vmType} has private memory, which only the MMU "tdp" can map, not "${which.mmu}"`,
    );
  }
  if (name === 'pending' && which.vmType !== 'sw-protected') {
    throw new RangeError(
      `${name} is for VMs that only software protects; hardware reports a ${which.vmType} guest's conversions itself`,
    );
  }
  if (name === 'explicit-slots' && which.vmType === 'tdx') {
    throw new RangeError(
      `${name} deletes slots, and a TDX guest loses the private pages of a slot that goes`,
    );
  }
}

/** Pins are for memory that the host could move, and some for memory that cannot be read in another place. */
function refusePinning({ vmType }: Profile, pinning: PinningDesign | undefined): void {
  if (pinning === undefined) return;
  const { name, memory } = pinning;
  const { privateMemory, encrypted } = rulesOf(vmType);
  if (memory === 'guest_memfd' && !privateMemory) {
    throw new RangeError(
      `${name} wants private memory in a guest_memfd, and no fault of a VM of type ${vmType} tells private from shared`,
    );
  }
  if (memory === 'mapped' && privateMemory) {
    throw new RangeError(
      `${name} is about memory that the VMM maps; a VM of type ${vmType} has its private memory in a guest_memfd, which the host does not move`,
    );
  }
  if (pinning.forEncrypted && !encrypted) {
    throw new RangeError(
      `${name} encrypts a page anew where it is moved to, and the memory of a VM of type ${vmType} is not encrypted`,
    );
  }
}
