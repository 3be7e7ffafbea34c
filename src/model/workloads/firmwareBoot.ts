/**
 * A confidential guest whose firmware does DMA: around every transaction it makes the one or two pages of the
 * buffer shared, and private again afterwards.
 */
import type { Actor } from '../engine/step.ts';
import { EXIT_MEMORY_FAULT } from '../kvm/exits.ts';
import type { Vcpu } from '../kvm/vcpu.ts';
import type { Vmm } from './vmm.ts';

export interface FirmwareOptions {
  /** DMA transactions. */
  readonly transactions: number;
  /** Pages of a transaction's buffer. */
  readonly pages: number;
  /** Buffers in turn: how many different ones the firmware's allocator hands out. */
  readonly buffers: number;
  /** First gfn of the buffers. */
  readonly bufferGfn: number;
  /** Pages of code and data that the firmware touches in every transaction. */
  readonly workingSet: number;
  /** First gfn of those. */
  readonly workingGfn: number;
  /** Work between two transactions that has nothing to do with memory, in ns. */
  readonly workNs: number;
  /** Told after each transaction. */
  readonly after?: (transaction: number) => void;
}

export interface FirmwareResult {
  /** Reads that did not return what was last written; 0 on a machine that works. */
  wrongReads: number;
}

/** The vCPU of such a guest. */
export function* firmwareBoot(vcpu: Vcpu, vmm: Vmm, options: FirmwareOptions, result: FirmwareResult): Actor {
  const { frames } = vcpu.vm.host;
  for (let t = 0; t < options.transactions; t++) {
    yield* guestWork(vcpu, options.workNs);
    const start = options.bufferGfn + (t % options.buffers) * options.pages;
    const end = start + options.pages;
    for (let gfn = options.workingGfn; gfn < options.workingGfn + options.workingSet; gfn++) {
      yield* touch(vcpu, vmm, gfn, frames.newToken(), true);
    }
    yield* requestConversion(vcpu, vmm, start, end, false);
    for (let gfn = start; gfn < end; gfn++) {
      const sent = frames.newToken();
      yield* touch(vcpu, vmm, gfn, sent, false);
      const pfn = yield* vmm.deviceAccess(gfn, true);
      if (frames.read(pfn) !== sent) result.wrongReads++;
      const answer = frames.newToken();
      frames.write(pfn, answer);
      if ((yield* vcpu.read(gfn, false)) !== answer) result.wrongReads++;
    }
    yield* requestConversion(vcpu, vmm, start, end, true);
    for (let gfn = start; gfn < end; gfn++) {
      const token = frames.newToken();
      yield* touch(vcpu, vmm, gfn, token, true);
      if ((yield* vcpu.read(gfn, true)) !== token) result.wrongReads++;
    }
    options.after?.(t);
  }
}

/** Guest work that takes `ns` of a CPU; interruptions of all CPUs make it take longer. */
export function* guestWork(vcpu: Vcpu, ns: number): Actor {
  const { host } = vcpu.vm;
  let left = ns;
  while (left > 0) {
    const before = host.stolenNs;
    yield left;
    left = host.stolenNs - before;
  }
}

/** The guest asks for a conversion: PVALIDATE, and a page state change request. */
export function* requestConversion(
  vcpu: Vcpu,
  vmm: Vmm,
  start: number,
  end: number,
  toPrivate: boolean,
): Actor {
  const { vm } = vcpu;
  const validate = vm.rmp === null ? 0 : vm.costs.pvalidate * (end - start);
  // PVALIDATE rescinds before the page is given up, and validates after it has been taken back.
  yield vm.costs.vmExit + validate;
  if (vm.conversion.inKernel) {
    yield* vm.conversion.convert(start, end, toPrivate);
    return;
  }
  yield vm.costs.userExit;
  yield* vmm.convert(start, end, toPrivate);
}

/** Writes a page; where the access exits because the frame is of the other kind, the VMM converts it first. */
export function* touch(vcpu: Vcpu, vmm: Vmm, gfn: number, token: number, isPrivate: boolean): Actor {
  while (!(yield* vcpu.write(gfn, token, isPrivate))) {
    if (vcpu.exit?.reason !== EXIT_MEMORY_FAULT)
      throw new Error(`the guest's write to gfn ${gfn} is emulated I/O`);
    yield* vmm.convert(gfn, gfn + 1, vcpu.exit.isPrivate);
  }
}
