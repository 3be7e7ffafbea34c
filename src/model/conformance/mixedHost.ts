/** Random calls on descriptors and on the VMM's own memory, for sequences over several of everything. */
import { at, HIGH_GPAS, type MixedChoices, PAGE } from './mixedChoices.ts';
import type { RecordedOp } from './recording.ts';

/** fallocate(2) on whatever descriptor. */
export function fallocate(c: MixedChoices): RecordedOp {
  const offset = c.chance(0.9) ? c.below(34) * PAGE : c.pick([1, 100, -PAGE, ...HIGH_GPAS]);
  const len = c.chance(0.9) ? c.pick([1, 1, 2, 4, 16]) * PAGE : c.pick([0, 1, -PAGE, PAGE + 1, 2 ** 20]);
  const mode = c.pick([0, 1, 1, 3, 3, 3, 2, 8, 9, 16, 17, 32, 64, 65, 128, 129]);
  return { op: 'fd.fallocate', fd: c.descriptor(), mode, offset, len };
}

export function file(c: MixedChoices): RecordedOp {
  const fd = c.descriptor();
  const offset = c.chance(0.6) ? { offset: c.pick([c.below(20 * PAGE), -1, '0x7fffffffffffffff']) } : {};
  switch (c.below(12)) {
    case 0:
    case 1:
      return {
        op: 'fd.ftruncate',
        fd,
        size: c.pick([0, c.below(20 * PAGE), 16 * PAGE, -1, 2 ** 40]),
      };
    case 2:
      return { op: 'fd.fstat', fd: c.descriptor('regular') };
    case 3: {
      const whence = c.pick([0, 1, 2, 3, 4, 5, -1]);
      return { op: 'fd.lseek', fd, offset: c.pick([0, c.below(20 * PAGE), -1, -PAGE]), whence };
    }
    case 4:
    case 5:
      return { op: 'fd.read', fd: c.descriptor('plain'), len: c.pick([0, 1, 4, 16]), ...offset };
    case 6:
    case 7:
      return { op: 'fd.write', fd, data: c.hex(c.pick([1, 4, 8])), ...offset };
    case 8:
    case 9:
      return { op: 'fd.dup', fd: c.descriptor('plain'), as: c.pick(['copy', 'copy1']) };
    default:
      return c.chance(0.35) ? { op: 'fd.close', fd: c.descriptor('plain') } : fallocate(c);
  }
}

/** A mapping over what there is, or under one of three names. */
export function newMapping(c: MixedChoices): RecordedOp {
  const pages = c.pick([1, 4, 8, 16, 20]);
  const over = c.chance(0.5);
  const fd = c.chance(0.7) ? { fd: c.descriptor('plain'), offset: mapOffset(c) } : {};
  const flags = fd.fd === undefined ? c.pick([0x22, 0x22, 0x21, 0x20]) : c.pick([1, 1, 1, 2, 3, 0, 0x4001]);
  const base = {
    len: c.chance(0.95) ? pages * PAGE : c.pick([0, 1, PAGE + 1]),
    prot: c.prot(),
    flags,
    ...fd,
  };
  if (over) return { op: 'mmap', at: c.place(0), ...base };
  const as = `n${c.fresh++ % 3}`;
  if (!c.mappings.some(([name]) => name === as)) c.mappings.push([as, pages]);
  return { op: 'mmap', as, ...base };
}

function mapOffset(c: MixedChoices): number | string {
  return c.chance(0.9) ? c.below(18) * PAGE : c.pick([1, 2048, '0x7ffffffffffff000', -PAGE]);
}

/** A call that changes the VMM's mappings, or asks for them. */
export function memory(c: MixedChoices): RecordedOp {
  const addr = c.place(0.03);
  const len = c.length(6);
  switch (c.below(7)) {
    case 0:
      return { op: 'munmap', addr, len: c.length(3) };
    case 1:
      return { op: 'mprotect', addr, len, prot: c.prot() };
    case 2:
      return { op: 'mincore', addr, len };
    case 3: {
      const to = c.chance(0.6) ? { to: c.place(0.02) } : {};
      const newLen = c.chance(0.6) ? len : c.length(6);
      return { op: 'mremap', addr, oldLen: c.chance(0.1) ? 0 : len, newLen, ...to };
    }
    default:
      return {
        op: 'madvise',
        addr,
        len,
        advice: c.pick([4, 4, 4, 8, 9, 22, 23, 10, 11, 12, 13, 14, 15, 20, 24, 25]),
      };
  }
}

/** A read or write by the VMM. */
export function hostAccess(c: MixedChoices): RecordedOp {
  const offset = c.pick([0, 0, 0, 4, 0xffc, 0xffe, c.below(PAGE)]);
  const [name, pages] = c.pick(c.mappings);
  const addr = at(name, c.below(pages + 1), offset);
  if (c.chance(0.5)) return { op: 'host.read', addr, len: c.pick([1, 2, 4, 8, 64, PAGE, 2 * PAGE]) };
  return { op: 'host.write', addr, data: c.hex(c.pick([1, 2, 4, 8])) };
}
