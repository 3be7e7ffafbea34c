/** Random calls on two userfaultfds, for sequences over several of everything. */
import { at, type MixedChoices } from './mixedChoices.ts';
import type { RecordedOp } from './recording.ts';

/** One ioctl, or a read. */
export function userfault(c: MixedChoices): RecordedOp {
  const uffd = c.pick(['uf0', 'uf0', 'uf1']);
  const addr = c.place(0.03);
  const base = { uffd, addr, len: c.length(4) };
  switch (c.below(15)) {
    case 13:
    case 14:
      return move(c, base);
    case 0:
    case 1:
      return {
        op: 'uffd.register',
        uffd,
        addr,
        len: c.length(16),
        mode: c.pick([1, 1, 2, 3, 4, 5, 6, 7, 0, 8]),
      };
    case 2:
      return { op: 'uffd.unregister', uffd, addr, len: c.length(16) };
    case 3:
    case 4:
    case 5: {
      const srcMisalign = c.chance(0.15) ? { srcMisalign: c.pick([1, 16, 4095]) } : {};
      return {
        op: 'uffd.copy',
        ...base,
        fill: c.below(256),
        mode: c.pick([0, 0, 0, 1, 2, 3, 4]),
        ...srcMisalign,
      };
    }
    case 6:
      return { op: 'uffd.zeropage', ...base, mode: c.pick([0, 0, 1, 2]) };
    case 7:
    case 8:
      return { op: 'uffd.continue', ...base, mode: c.pick([0, 0, 1, 2, 4]) };
    case 9:
      return { op: 'uffd.poison', ...base, mode: c.pick([0, 0, 1, 2]) };
    case 10:
      return { op: 'uffd.wake', ...base };
    case 11:
      return c.chance(0.6) ? { op: 'uffd.read', uffd, timeoutMs: 1 } : handshake(c, uffd);
    default:
      return {
        op: 'uffd.writeprotect',
        ...base,
        len: c.length(16),
        mode: c.pick([0, 0, 1, 1, 2, 3, 4]),
      };
  }
}

function move(c: MixedChoices, base: Record<string, unknown>): RecordedOp {
  const mode = c.pick([0, 0, 0, 1, 2, 2, 3, 4]);
  if (c.chance(0.5)) return { op: 'uffd.move', ...base, src: c.place(0.03), mode };
  const src = c.chance(0.5) ? at('anon0', 16 + c.below(48)) : at('anon1', c.below(32));
  return {
    op: 'uffd.move',
    uffd: 'uf0',
    addr: at('anon0', c.below(16)),
    len: c.length(2),
    src,
    mode,
  };
}

function handshake(c: MixedChoices, uffd: string): RecordedOp {
  const features = 0x80 | c.pick([0, 1, 0x1000, 2 ** 20]);
  return { op: 'uffd.api', uffd, features, ...(c.chance(0.3) ? { api: 0xab } : {}) };
}
