/**
 * Random sequences of operations in the form of recordings, for comparing the model with a live kernel and for
 * properties over whatever may be called in whatever order.
 *
 * Nothing in them blocks, no slot reaches 4 GiB, and no more than a few megabytes are ever allocated.
 */
import { Random } from '../engine/random.ts';
import type { RecordedOp } from './recording.ts';

const PAGE = 4096;

/** What a sequence is mostly about. */
export type Flavour = 'slots' | 'memory' | 'guest' | 'userfault';

export const FLAVOURS: readonly Flavour[] = ['slots', 'memory', 'guest', 'userfault'];

/** A sequence of about `length` operations; the same seed gives the same one. */
export function generateOps(seed: number, flavour: Flavour, length: number): RecordedOp[] {
  return new Generator(seed, flavour).generate(length);
}

class Generator {
  private readonly random: Random;
  private readonly flavour: Flavour;
  private readonly ops: RecordedOp[] = [];
  private readonly mappings: string[] = [];
  private readonly sizes = new Map<string, number>();

  constructor(seed: number, flavour: Flavour) {
    this.random = new Random(seed);
    this.flavour = flavour;
  }

  generate(length: number): RecordedOp[] {
    this.setUp();
    while (this.ops.length < length) this.ops.push(this.next());
    this.lookAtEverything();
    return this.ops;
  }

  private setUp(): void {
    this.add({ op: 'vm.create', vm: 'vm0' });
    this.map('anon0', 32, { flags: 0x22 });
    this.map('anon1', 32, { flags: this.chance(0.2) ? 0x21 : 0x22 });
    this.add({ op: 'memfd.create', fd: 'mf0', size: 16 * PAGE });
    this.map('m0', 16, { fd: 'mf0', flags: 1 });
    this.map('m1', this.pick([16, 20, 8]), { fd: 'mf0', flags: 1 });
    this.map('p0', 16, { fd: 'mf0', flags: 2 });
    const flags = this.pick([0, 1, 3, 3]);
    this.add({ op: 'gmem.create', vm: 'vm0', gmem: 'gmem0', size: 16 * PAGE, flags });
    if (flags & 1) this.map('g0', 16, { fd: 'gmem0', flags: 1 });
    if (this.flavour === 'slots' || this.flavour === 'memory') {
      if (this.chance(0.5)) return;
    }
    if (this.chance(0.15))
      this.add({ op: 'vm.enableCap', vm: 'vm0', cap: 168, flags: 0, args: [this.pick([1, 3])] });
    const mode = this.chance(0.8) ? 'mmu' : 'emul';
    const clean = this.chance(0.2) ? { pteDirty: false } : {};
    this.add({ op: 'vcpu.create', vm: 'vm0', vcpu: 'cpu0', mode, ...clean });
    const hva = this.pick(['anon0', 'anon1', 'm0']);
    this.add(this.region({ slot: 0, flags: this.pick([0, 0, 1]), gpa: 0, size: 16 * PAGE, hva }));
    this.add(
      this.region({ slot: 1, flags: this.pick([0, 0, 1]), gpa: 16 * PAGE, size: 16 * PAGE, hva: 'm0' }),
    );
    if (this.flavour === 'userfault') {
      this.add({ op: 'uffd.create', uffd: 'uf0' });
      this.add({
        op: 'uffd.api',
        uffd: 'uf0',
        features: 0x80 | this.pick([0, 1, 0x1001, 0x2001, 0x3001, 0x800, 0xb001]),
      });
    }
  }

  private next(): RecordedOp {
    const kinds: [weight: number, make: () => RecordedOp][] = [
      [this.flavour === 'slots' ? 30 : 6, () => this.anyRegion()],
      [8, () => this.fallocate()],
      [this.flavour === 'memory' ? 8 : 2, () => this.remap()],
      [this.flavour === 'memory' ? 5 : 1, () => this.range('munmap', {}, 3)],
      [
        this.flavour === 'memory' ? 8 : 2,
        () => this.range('mprotect', { prot: this.pick([0, 1, 2, 3, 3, 3, 4, 5, 7]) }),
      ],
      [this.flavour === 'memory' ? 14 : 5, () => this.madvise()],
      [this.flavour === 'memory' ? 6 : 1, () => this.mremap()],
      [3, () => this.range('mincore', {}, 12)],
      [10, () => this.hostAccess()],
      [2, () => this.file()],
      [this.flavour === 'memory' ? 3 : 1, () => this.fork()],
      [this.flavour === 'guest' ? 30 : 10, () => this.guestAccess()],
      [this.flavour === 'guest' ? 6 : 2, () => this.dirtyLog()],
      [this.flavour === 'userfault' ? 40 : 0, () => this.userfault()],
      [1, () => this.gmem()],
    ];
    let at = this.random.below(kinds.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, make] of kinds) {
      if (at < weight) return make();
      at -= weight;
    }
    return this.hostAccess();
  }

  private anyRegion(): RecordedOp {
    const slot = this.chance(0.05) ? this.pick([0x10000, 32764, 0xffff]) : this.random.below(6);
    if (this.chance(0.2)) return this.region({ slot, flags: 0, gpa: 0, size: 0, hva: null });
    const gmem = this.chance(0.25);
    const pages = this.pick([1, 1, 2, 4, 8, 16]);
    const flags = gmem ? (this.chance(0.1) ? this.pick([5, 6]) : 4) : this.pick([0, 0, 0, 1, 1, 2, 3, 8]);
    const hva = this.chance(0.05) ? null : this.address(0.02);
    const extra = gmem
      ? { gmem: this.chance(0.05) ? 'nosuchfd' : 'gmem0', gmemOffset: this.random.below(18) * PAGE }
      : {};
    return this.region({
      slot,
      flags,
      gpa: this.random.below(40) * PAGE + (this.chance(0.03) ? 512 : 0),
      size: pages * PAGE + (this.chance(0.03) ? 8 : 0),
      hva,
      api: gmem || this.chance(0.7) ? 2 : 1,
      ...extra,
    });
  }

  private region(fields: Record<string, unknown>): RecordedOp {
    return { op: 'vm.setRegion', vm: 'vm0', api: 2, ...fields };
  }

  private fallocate(): RecordedOp {
    const fd = this.pick(['mf0', 'gmem0', 'gmem0']);
    const mode = this.pick([0, 1, 1, 3, 3, 3, 2, 16, 64]);
    const skew = this.chance(0.1) ? this.pick([1, 100, 2048]) : 0;
    return {
      op: 'fd.fallocate',
      fd,
      mode,
      offset: this.random.below(18) * PAGE + skew,
      len: this.pick([1, 1, 2, 4, 16]) * PAGE + (this.chance(0.08) ? this.pick([1, -1, 2000]) : 0),
    };
  }

  private remap(): RecordedOp {
    const kind = this.random.below(10);
    const base = {
      op: 'mmap',
      at: this.address(0),
      len: this.pick([1, 1, 2, 4]) * PAGE,
      prot: this.pick([0, 1, 3, 3, 3, 3]),
    };
    if (kind < 5) return { ...base, flags: 0x22 };
    if (kind < 6) return { ...base, flags: 0x21 };
    const offset = this.random.below(18) * PAGE;
    if (kind < 8) return { ...base, fd: 'mf0', flags: 1, offset };
    if (kind < 9) return { ...base, fd: 'mf0', flags: 2, offset };
    return { ...base, fd: 'gmem0', flags: this.pick([1, 1, 2]), offset };
  }

  private madvise(): RecordedOp {
    // Not PAGEOUT (21): what it reclaims is up to the host's state, which the model does not have.
    const advice = this.chance(0.6)
      ? this.pick([4, 4, 4, 8, 9, 22, 23])
      : this.pick([0, 1, 2, 3, 10, 11, 14, 15, 16, 17, 18, 19, 20, 24, 12, 13, 25, 5, 7, 26]);
    return this.range('madvise', { advice }, 6);
  }

  private mremap(): RecordedOp {
    const oldLen = this.pick([0, 1, 1, 2, 4]) * PAGE;
    const newLen = this.pick([1, 1, 2, 4, 5, 0]) * PAGE;
    const op = { op: 'mremap', addr: this.address(0.02), oldLen, newLen };
    return this.chance(0.6)
      ? { ...op, newLen: this.chance(0.7) ? oldLen : newLen, to: this.address(0.02) }
      : op;
  }

  private hostAccess(): RecordedOp {
    const offset = this.chance(0.1) ? this.random.below(PAGE) : this.pick([0, 0, 4, 0xffc, 0xffe]);
    const addr = this.address(0, offset);
    if (this.chance(0.5)) return { op: 'host.read', addr, len: this.pick([4, 1, 2, 8, 64]) };
    return { op: 'host.write', addr, data: this.hex(this.pick([1, 2, 4, 4])) };
  }

  private guestAccess(): RecordedOp {
    const size = this.pick([4, 4, 4, 1, 2, 8]);
    const offset = this.chance(0.2) ? this.pick([0xffe, 0xffd, 0xfff, 0xffc]) : this.pick([0, 8, 0x800]);
    const gpa = this.random.below(42) * PAGE + offset;
    if (this.chance(0.5)) return { op: 'vcpu.read', vcpu: 'cpu0', gpa, size };
    return {
      op: 'vcpu.write',
      vcpu: 'cpu0',
      gpa,
      size,
      value: `0x${this.hex(size).replace(/^0+(?=.)/, '')}`,
    };
  }

  private dirtyLog(): RecordedOp {
    const slot = this.random.below(6);
    if (this.chance(0.6)) return { op: 'vm.getDirtyLog', vm: 'vm0', slot, npages: 64 };
    if (this.chance(0.2)) {
      return { op: 'vm.enableCap', vm: 'vm0', cap: 168, flags: 0, args: [this.pick([0, 1, 2, 3])] };
    }
    const numPages = this.pick([16, 8, 4, 2, 1, 64, 0]);
    const pages = [...new Set([this.random.below(16), this.random.below(16), this.random.below(16)])];
    return { op: 'vm.clearDirtyLog', vm: 'vm0', slot, firstPage: this.chance(0.1) ? 64 : 0, numPages, pages };
  }

  private userfault(): RecordedOp {
    const uffd = this.chance(0.03) ? 'uf1' : 'uf0';
    switch (this.random.below(10)) {
      case 0:
      case 1:
        return this.range('uffd.register', { uffd, mode: this.pick([1, 1, 2, 3, 4, 5, 7, 0, 8]) }, 16);
      case 2:
        return this.range('uffd.unregister', { uffd }, 12);
      case 3:
      case 4:
        return this.range(
          'uffd.copy',
          { uffd, fill: this.random.below(256), mode: this.pick([0, 0, 1, 2, 3, 4]) },
          4,
        );
      case 5:
        return this.range('uffd.zeropage', { uffd, mode: this.pick([0, 0, 1, 2]) }, 4);
      case 6:
        return this.range('uffd.continue', { uffd, mode: this.pick([0, 0, 1, 2, 3, 4]) }, 4);
      case 7:
        return this.range('uffd.poison', { uffd, mode: this.pick([0, 0, 1, 2]) }, 2);
      case 8:
        return this.range('uffd.writeprotect', { uffd, mode: this.pick([0, 1, 1, 2, 3]) }, 16);
      default:
        return this.chance(0.5)
          ? this.range('uffd.wake', { uffd }, 4)
          : { op: 'uffd.read', uffd, timeoutMs: 1 };
    }
  }

  private file(): RecordedOp {
    const fd = this.pick(['mf0', 'mf0', 'gmem0']);
    const offset = this.chance(0.7) ? { offset: this.random.below(20 * PAGE) } : {};
    switch (this.random.below(6)) {
      case 0:
        return { op: 'fd.ftruncate', fd, size: this.random.below(20 * PAGE) };
      case 1:
        return { op: 'fd.fstat', fd };
      case 2:
        return { op: 'fd.lseek', fd, offset: this.random.below(20 * PAGE), whence: this.random.below(6) };
      case 3:
        return { op: 'fd.read', fd, len: this.pick([1, 4, 16]), ...offset };
      case 4:
        return { op: 'fd.write', fd, data: this.hex(4), ...offset };
      default:
        return { op: 'fd.dup', fd, as: 'copy' };
    }
  }

  private gmem(): RecordedOp {
    if (this.chance(0.2)) return { op: 'fd.close', fd: this.pick(['gmem0', 'copy', 'gx']) };
    return {
      op: 'gmem.create',
      vm: 'vm0',
      gmem: 'gx',
      size: this.pick([PAGE, 4 * PAGE, 100, 0, -4096]),
      flags: this.pick([0, 1, 2, 3, 4]),
    };
  }

  private fork(): RecordedOp {
    const ops = Array.from({ length: 1 + this.random.below(4) }, () =>
      this.pick([() => this.hostAccess(), () => this.madvise(), () => this.range('munmap', {}, 2)])(),
    );
    return { op: 'host.forkRun', ops };
  }

  /** An operation on a range that begins in some mapping and is up to `most` pages long. */
  private range(op: string, fields: Record<string, unknown>, most = 4): RecordedOp {
    const pages = 1 + this.random.below(most);
    const odd = this.chance(0.03) ? this.pick([1, 100, -1]) : 0;
    return { op, addr: this.address(0.03), len: this.chance(0.02) ? 0 : pages * PAGE + odd, ...fields };
  }

  private address(misaligned: number, offset = 0): string {
    const name = this.pick(this.mappings);
    const page = this.random.below((this.sizes.get(name) ?? 16) + (this.chance(0.03) ? 2 : 0));
    const at = page * PAGE + offset + (this.chance(misaligned) ? 256 : 0);
    return at === 0 ? name : `${name}+0x${at.toString(16)}`;
  }

  private lookAtEverything(): void {
    for (const name of this.mappings) {
      for (let page = 0; page < this.sizes.get(name)!; page += 3) {
        const addr = page === 0 ? name : `${name}+0x${(page * PAGE).toString(16)}`;
        this.add({ op: 'host.read', addr, len: 4 });
      }
    }
    for (let slot = 0; slot < 6; slot++) this.add({ op: 'vm.getDirtyLog', vm: 'vm0', slot, npages: 64 });
    if (this.ops.some(op => op.op === 'vcpu.create')) {
      for (let page = 0; page < 36; page++)
        this.add({ op: 'vcpu.read', vcpu: 'cpu0', gpa: page * PAGE, size: 4 });
    }
  }

  private map(as: string, pages: number, fields: Record<string, unknown>): void {
    this.mappings.push(as);
    this.sizes.set(as, pages);
    this.add({ op: 'mmap', as, len: pages * PAGE, prot: 3, ...fields });
  }

  private add(op: RecordedOp): void {
    this.ops.push(op);
  }

  private hex(bytes: number): string {
    return Array.from({ length: bytes }, () => this.random.below(256).toString(16).padStart(2, '0')).join('');
  }

  private chance(probability: number): boolean {
    return this.random.chance(probability);
  }

  private pick<T>(from: readonly T[]): T {
    return this.random.pick(from);
  }
}
