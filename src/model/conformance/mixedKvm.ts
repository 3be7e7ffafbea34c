/** Random calls on VMs and accesses of their vCPUs, for sequences over several of everything. */
import { HIGH_GPAS, type MixedChoices, PAGE, SIZES, SLOTS } from './mixedChoices.ts';
import { hostAccess } from './mixedHost.ts';
import type { RecordedOp } from './recording.ts';

/** Makes, changes, moves or deletes a slot. */
export function region(c: MixedChoices): RecordedOp {
  const gmem = c.chance(0.3);
  const slot = c.chance(0.85) ? c.below(6) : c.pick(SLOTS);
  const aligned = c.pick([1, 2, 4, 8, 16, 16, 32]) * PAGE;
  const near = c.pick([0, 4, 16, 32, 48, c.below(72)]) * PAGE;
  return {
    op: 'vm.setRegion',
    vm: c.vm(),
    api: c.chance(gmem ? 0.95 : 0.6) ? 2 : 1,
    slot,
    flags: gmem ? c.pick([4, 4, 4, 4, 5, 6, 7]) : c.pick([0, 0, 0, 1, 1, 2, 3, 8, 16, 256]),
    gpa: c.chance(0.88) ? near + (c.chance(0.03) ? 512 : 0) : c.pick(HIGH_GPAS),
    size: c.chance(0.2) ? 0 : c.chance(0.93) ? aligned : c.pick(SIZES),
    hva: c.place(0.04),
    ...(gmem ? { gmem: c.descriptor('gmem'), gmemOffset: gmemOffset(c) } : {}),
  };
}

function gmemOffset(c: MixedChoices): number | string {
  if (c.chance(0.9)) return c.pick([0, 0, 4, 8, c.below(34)]) * PAGE;
  return c.pick([1, 2048, -PAGE, ...HIGH_GPAS, '0x7fffffffffffe000']);
}

/** A read or write by a vCPU. */
export function guestAccess(c: MixedChoices): RecordedOp {
  if (c.vcpus.length === 0) return hostAccess(c);
  const size = c.pick([4, 4, 4, 1, 2, 8]);
  const gpa = c.below(c.chance(0.9) ? 72 : 600) * PAGE + c.pick([0, 0, 8, 0x800, 0xff8, 0xffc, 0xffe, 0xfff]);
  const vcpu = c.pick(c.vcpus);
  if (c.chance(0.5)) return { op: 'vcpu.read', vcpu, gpa, size };
  return { op: 'vcpu.write', vcpu, gpa, size, value: `0x${c.hex(size).replace(/^0+(?=.)/, '')}` };
}

/** A call on the dirty log. */
export function dirtyLog(c: MixedChoices): RecordedOp {
  const vm = c.vm();
  const slot = c.chance(0.9) ? c.below(5) : c.pick(SLOTS);
  if (c.chance(0.5)) return { op: 'vm.getDirtyLog', vm, slot, npages: c.pick([16, 64, 192]) };
  if (c.chance(0.25)) {
    const args = [c.pick([0, 1, 1, 2, 3, 3, 4])];
    return {
      op: 'vm.enableCap',
      vm,
      cap: c.pick([168, 168, 168, 0, 3, 9999]),
      flags: c.pick([0, 0, 0, 1]),
      args,
    };
  }
  const firstPage = c.pick([0, 0, 0, 1, 64, 128, -64]);
  const numPages = c.pick([16, 8, 4, 1, 64, 0, 32, 48, 128]);
  const pages = Array.from({ length: c.below(6) }, () => c.below(70));
  return { op: 'vm.clearDirtyLog', vm, slot, firstPage, numPages, pages: [...new Set(pages)] };
}

/** Another VM or file, some of them under a name that is taken. */
export function make(c: MixedChoices): RecordedOp {
  const vm = c.vm();
  switch (c.below(4)) {
    case 0: {
      const size = c.pick([...SIZES, 4 * PAGE, -PAGE]);
      return { op: 'gmem.create', vm, gmem: 'gx', size, flags: c.pick([0, 1, 2, 3, 4, 8]) };
    }
    case 1:
      return { op: 'memfd.create', fd: 'mf1', size: c.pick([0, 100, 8 * PAGE, -1]) };
    case 2:
      return { op: 'vm.create', vm: 'vm1' };
    default: {
      const gmem = c.pick(['gmem1', 'gmem2']);
      return { op: 'gmem.create', vm, gmem, size: 16 * PAGE, flags: c.pick([0, 1, 3]) };
    }
  }
}
