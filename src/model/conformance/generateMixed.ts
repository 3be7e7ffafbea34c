/**
 * Random sequences over several of everything: two VMs, files of either and duplicates of their descriptors, vCPUs of both
 * modes in one VM, two userfaultfds, mappings made on the way, and arguments at the edges of what is accepted.
 *
 * Nothing in them blocks: faults that a userfaultfd handles end in a signal.
 */
import { Random } from '../engine/random.ts';
import type { RecordedOp } from './recording.ts';

const PAGE = 4096;

/** The same seed gives the same sequence. */
export function generateMixedOps(seed: number, length: number): RecordedOp[] {
  return new MixedGenerator(seed).generate(length);
}

/** Addresses that are none of a mapping, or none at all. */
const STRAY: readonly unknown[] = [
  null,
  '0x1000',
  '0x10000000000',
  '0x0100200000000000',
  '0x8000200000000000',
];
const SLOTS = [0, 1, 2, 3, 4, 5, 7, 32763, 32764, 32767, 65535, 65536, 65537, 131072, 4294967295];
const HIGH_GPAS: readonly (number | string)[] = [
  ...[2 ** 32, 2 ** 39, 2 ** 40, 2 ** 46, 2 ** 48, 2 ** 51, 2 ** 52 - 0x10000, 2 ** 52],
  ...['0x7ffffffffffff000', '0x8000000000000000', '0xfffffffffffff000', '0xffffffffffff0000'],
];
const SIZES: readonly (number | string)[] = [
  ...[0, 1, 8, 2048, PAGE + 1, 2 ** 21, 2 ** 30, 2 ** 43, 2 ** 44],
  ...['0x7ffffffffffff000', '0x8000000000000000', '0xfffffffffffff000', '0xffffffffffffffff'],
];
const CAPS = [3, 10, 16, 21, 30, 81, 118, 136, 168, 192, 223, 231, 232, 233, 234, 236, 244];

class MixedGenerator {
  private readonly random: Random;
  private readonly ops: RecordedOp[] = [];
  private readonly mappings: [name: string, pages: number][] = [];
  private readonly vcpus: string[] = [];
  private fresh = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  generate(length: number): RecordedOp[] {
    this.setUp();
    while (this.ops.length < length) this.ops.push(this.next());
    for (const [name, pages] of this.mappings) {
      for (let page = this.below(3); page < pages; page += 3)
        this.ops.push({ op: 'host.read', addr: at(name, page), len: 4 });
    }
    for (const vm of ['vm0', 'vm1'])
      for (const slot of [0, 1, 2, 3]) this.ops.push({ op: 'vm.getDirtyLog', vm, slot, npages: 192 });
    for (const vcpu of this.vcpus) {
      for (let page = this.below(2); page < 72; page += 2)
        this.ops.push({ op: 'vcpu.read', vcpu, gpa: page * PAGE, size: 4 });
    }
    return this.ops;
  }

  private setUp(): void {
    const { random } = this;
    this.ops.push({ op: 'vm.create', vm: 'vm0' }, { op: 'vm.create', vm: 'vm1' });
    this.map('anon0', 64, { flags: 0x22 });
    this.map('anon1', 32, { flags: random.pick([0x22, 0x21]) });
    this.ops.push({ op: 'memfd.create', fd: 'mf0', size: 16 * PAGE });
    this.ops.push({ op: 'memfd.create', fd: 'mf1', size: this.pick([0, PAGE, 9 * PAGE - 8]) });
    this.map('m0', 16, { fd: 'mf0', flags: 1 });
    this.map('m1', 16, { fd: this.pick(['mf0', 'mf1']), flags: this.pick([1, 2]) });
    for (const [gmem, vm] of [
      ['gmem0', 'vm0'],
      ['gmem1', 'vm0'],
      ['gmem2', 'vm1'],
    ]) {
      const flags = this.pick([0, 1, 3, 3, 3]);
      this.ops.push({ op: 'gmem.create', vm, gmem, size: this.pick([8, 16, 16, 32]) * PAGE, flags });
      if (flags & 1) this.map(`g${gmem.slice(-1)}`, 16, { fd: gmem, flags: 1 });
    }
    if (this.chance(0.3))
      this.ops.push({ op: 'vm.enableCap', vm: 'vm0', cap: 168, flags: 0, args: [this.pick([0, 1, 2, 3])] });
    for (const [id, vm] of (['vm0', 'vm0', 'vm1'] as const).entries()) {
      if (id > 0 && this.chance(0.4)) continue;
      const vcpu = `cpu${id}`;
      const extra = {
        ...(this.chance(0.2) ? { pteDirty: false } : {}),
        ...(id === 1 ? { ctrlSlot: false, id } : {}),
      };
      this.ops.push({ op: 'vcpu.create', vm, vcpu, mode: this.pick(['mmu', 'mmu', 'emul']), ...extra });
      this.vcpus.push(vcpu);
    }
    for (const [slot, hva] of ['anon0', 'm0', 'g0', 'anon1'].entries()) {
      if (this.chance(0.2) || (hva === 'g0' && !this.mappings.some(([name]) => name === 'g0'))) continue;
      const gmem =
        hva === 'g0' ? { gmem: 'gmem0', gmemOffset: 0, flags: 4 } : { flags: this.pick([0, 0, 1, 2, 3]) };
      const base = {
        op: 'vm.setRegion',
        vm: 'vm0',
        api: 2,
        slot,
        gpa: 16 * slot * PAGE,
        size: 16 * PAGE,
        hva,
      };
      this.ops.push({ ...base, ...gmem });
    }
    for (const [uffd, name] of [
      ['uf0', 'anon0'],
      ['uf1', 'm0'],
    ]) {
      if (this.chance(0.4)) continue;
      const features = 0x80 | this.pick([0, 0, 1, 0x1001, 0x2001, 0x800, 0xb001, 0x100, 0x3fe1]);
      this.ops.push({ op: 'uffd.create', uffd, flags: this.pick([0o2004000, 0o4000, 0o4001]) });
      this.ops.push({ op: 'uffd.api', uffd, features });
      const mode = name === 'm0' ? this.pick([1, 2, 4, 5, 7]) : this.pick([1, 2, 3]);
      this.ops.push({ op: 'uffd.register', uffd, addr: name, len: this.pick([4, 8, 16]) * PAGE, mode });
    }
  }

  private next(): RecordedOp {
    const kinds: [weight: number, make: () => RecordedOp][] = [
      [18, () => this.region()],
      [8, () => this.fallocate()],
      [8, () => this.file()],
      [4, () => this.newMapping()],
      [10, () => this.memory()],
      [10, () => this.hostAccess()],
      [20, () => this.guestAccess()],
      [7, () => this.dirtyLog()],
      [14, () => this.userfault()],
      [3, () => this.make()],
      [2, () => this.fork()],
      [1, () => ({ op: 'vm.checkExtension', vm: this.vm(), cap: this.pick(CAPS) })],
    ];
    let left = this.below(kinds.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, make] of kinds) {
      if (left < weight) return make();
      left -= weight;
    }
    return this.hostAccess();
  }

  private region(): RecordedOp {
    const gmem = this.chance(0.3);
    const slot = this.chance(0.85) ? this.below(6) : this.pick(SLOTS);
    const aligned = this.pick([1, 2, 4, 8, 16, 16, 32]) * PAGE;
    const near = this.pick([0, 4, 16, 32, 48, this.below(72)]) * PAGE;
    return {
      op: 'vm.setRegion',
      vm: this.vm(),
      api: this.chance(gmem ? 0.95 : 0.6) ? 2 : 1,
      slot,
      flags: gmem ? this.pick([4, 4, 4, 4, 5, 6, 7]) : this.pick([0, 0, 0, 1, 1, 2, 3, 8, 16, 256]),
      gpa: this.chance(0.88) ? near + (this.chance(0.03) ? 512 : 0) : this.pick(HIGH_GPAS),
      size: this.chance(0.2) ? 0 : this.chance(0.93) ? aligned : this.pick(SIZES),
      hva: this.place(0.04),
      ...(gmem ? { gmem: this.descriptor('gmem'), gmemOffset: this.gmemOffset() } : {}),
    };
  }

  private gmemOffset(): number | string {
    if (this.chance(0.9)) return this.pick([0, 0, 4, 8, this.below(34)]) * PAGE;
    return this.pick([1, 2048, -PAGE, ...HIGH_GPAS, '0x7fffffffffffe000']);
  }

  private fallocate(): RecordedOp {
    const offset = this.chance(0.9) ? this.below(34) * PAGE : this.pick([1, 100, -PAGE, ...HIGH_GPAS]);
    const len = this.chance(0.9)
      ? this.pick([1, 1, 2, 4, 16]) * PAGE
      : this.pick([0, 1, -PAGE, PAGE + 1, 2 ** 20]);
    const mode = this.pick([0, 1, 1, 3, 3, 3, 2, 8, 9, 16, 17, 32, 64, 65, 128, 129]);
    return { op: 'fd.fallocate', fd: this.descriptor(), mode, offset, len };
  }

  /** Calls that any descriptor takes, of whatever it is. */
  private file(): RecordedOp {
    const fd = this.descriptor();
    const offset = this.chance(0.6)
      ? { offset: this.pick([this.below(20 * PAGE), -1, '0x7fffffffffffffff']) }
      : {};
    switch (this.below(12)) {
      case 0:
      case 1:
        return {
          op: 'fd.ftruncate',
          fd,
          size: this.pick([0, this.below(20 * PAGE), 16 * PAGE, -1, 2 ** 40]),
        };
      case 2:
        return { op: 'fd.fstat', fd: this.descriptor('regular') };
      case 3: {
        const whence = this.pick([0, 1, 2, 3, 4, 5, -1]);
        return { op: 'fd.lseek', fd, offset: this.pick([0, this.below(20 * PAGE), -1, -PAGE]), whence };
      }
      case 4:
      case 5:
        return { op: 'fd.read', fd: this.descriptor('plain'), len: this.pick([0, 1, 4, 16]), ...offset };
      case 6:
      case 7:
        return { op: 'fd.write', fd, data: this.hex(this.pick([1, 4, 8])), ...offset };
      case 8:
      case 9:
        return { op: 'fd.dup', fd: this.descriptor('plain'), as: this.pick(['copy', 'copy1']) };
      default:
        return this.chance(0.35) ? { op: 'fd.close', fd: this.descriptor('plain') } : this.fallocate();
    }
  }

  private newMapping(): RecordedOp {
    const pages = this.pick([1, 4, 8, 16, 20]);
    const over = this.chance(0.5);
    const fd = this.chance(0.7) ? { fd: this.descriptor('plain'), offset: this.mapOffset() } : {};
    const flags =
      fd.fd === undefined ? this.pick([0x22, 0x22, 0x21, 0x20]) : this.pick([1, 1, 1, 2, 3, 0, 0x4001]);
    const base = {
      len: this.chance(0.95) ? pages * PAGE : this.pick([0, 1, PAGE + 1]),
      prot: this.prot(),
      flags,
      ...fd,
    };
    if (over) return { op: 'mmap', at: this.place(0), ...base };
    const as = `n${this.fresh++ % 3}`;
    if (!this.mappings.some(([name]) => name === as)) this.mappings.push([as, pages]);
    return { op: 'mmap', as, ...base };
  }

  private mapOffset(): number | string {
    return this.chance(0.9) ? this.below(18) * PAGE : this.pick([1, 2048, '0x7ffffffffffff000', -PAGE]);
  }

  private memory(): RecordedOp {
    const addr = this.place(0.03);
    const len = this.length(6);
    switch (this.below(7)) {
      case 0:
        return { op: 'munmap', addr, len: this.length(3) };
      case 1:
        return { op: 'mprotect', addr, len, prot: this.prot() };
      case 2:
        return { op: 'mincore', addr, len };
      case 3: {
        const to = this.chance(0.6) ? { to: this.place(0.02) } : {};
        const newLen = this.chance(0.6) ? len : this.length(6);
        return { op: 'mremap', addr, oldLen: this.chance(0.1) ? 0 : len, newLen, ...to };
      }
      default:
        return {
          op: 'madvise',
          addr,
          len,
          advice: this.pick([4, 4, 4, 8, 9, 22, 23, 10, 11, 12, 13, 14, 15, 20, 24, 25]),
        };
    }
  }

  private hostAccess(): RecordedOp {
    const offset = this.pick([0, 0, 0, 4, 0xffc, 0xffe, this.below(PAGE)]);
    const [name, pages] = this.pick(this.mappings);
    const addr = at(name, this.below(pages + 1), offset);
    if (this.chance(0.5)) return { op: 'host.read', addr, len: this.pick([1, 2, 4, 8, 64, PAGE, 2 * PAGE]) };
    return { op: 'host.write', addr, data: this.hex(this.pick([1, 2, 4, 8])) };
  }

  private guestAccess(): RecordedOp {
    if (this.vcpus.length === 0) return this.hostAccess();
    const size = this.pick([4, 4, 4, 1, 2, 8]);
    const gpa =
      this.below(this.chance(0.9) ? 72 : 600) * PAGE +
      this.pick([0, 0, 8, 0x800, 0xff8, 0xffc, 0xffe, 0xfff]);
    const vcpu = this.pick(this.vcpus);
    if (this.chance(0.5)) return { op: 'vcpu.read', vcpu, gpa, size };
    return { op: 'vcpu.write', vcpu, gpa, size, value: `0x${this.hex(size).replace(/^0+(?=.)/, '')}` };
  }

  private dirtyLog(): RecordedOp {
    const vm = this.vm();
    const slot = this.chance(0.9) ? this.below(5) : this.pick(SLOTS);
    if (this.chance(0.5)) return { op: 'vm.getDirtyLog', vm, slot, npages: this.pick([16, 64, 192]) };
    if (this.chance(0.25)) {
      const args = [this.pick([0, 1, 1, 2, 3, 3, 4])];
      return {
        op: 'vm.enableCap',
        vm,
        cap: this.pick([168, 168, 168, 0, 3, 9999]),
        flags: this.pick([0, 0, 0, 1]),
        args,
      };
    }
    const firstPage = this.pick([0, 0, 0, 1, 64, 128, -64]);
    const numPages = this.pick([16, 8, 4, 1, 64, 0, 32, 48, 128]);
    const pages = Array.from({ length: this.below(6) }, () => this.below(70));
    return { op: 'vm.clearDirtyLog', vm, slot, firstPage, numPages, pages: [...new Set(pages)] };
  }

  private userfault(): RecordedOp {
    const uffd = this.pick(['uf0', 'uf0', 'uf1']);
    const addr = this.place(0.03);
    const base = { uffd, addr, len: this.length(4) };
    switch (this.below(15)) {
      case 13:
      case 14:
        return this.move(base);
      case 0:
      case 1:
        return {
          op: 'uffd.register',
          uffd,
          addr,
          len: this.length(16),
          mode: this.pick([1, 1, 2, 3, 4, 5, 6, 7, 0, 8]),
        };
      case 2:
        return { op: 'uffd.unregister', uffd, addr, len: this.length(16) };
      case 3:
      case 4:
      case 5: {
        const srcMisalign = this.chance(0.15) ? { srcMisalign: this.pick([1, 16, 4095]) } : {};
        return {
          op: 'uffd.copy',
          ...base,
          fill: this.below(256),
          mode: this.pick([0, 0, 0, 1, 2, 3, 4]),
          ...srcMisalign,
        };
      }
      case 6:
        return { op: 'uffd.zeropage', ...base, mode: this.pick([0, 0, 1, 2]) };
      case 7:
      case 8:
        return { op: 'uffd.continue', ...base, mode: this.pick([0, 0, 1, 2, 4]) };
      case 9:
        return { op: 'uffd.poison', ...base, mode: this.pick([0, 0, 1, 2]) };
      case 10:
        return { op: 'uffd.wake', ...base };
      case 11:
        return this.chance(0.6) ? { op: 'uffd.read', uffd, timeoutMs: 1 } : this.handshake(uffd);
      default:
        return {
          op: 'uffd.writeprotect',
          ...base,
          len: this.length(16),
          mode: this.pick([0, 0, 1, 1, 2, 3, 4]),
        };
    }
  }

  /** A move of pages, half of the time into what uf0 handles out of memory that may have some. */
  private move(base: Record<string, unknown>): RecordedOp {
    const mode = this.pick([0, 0, 0, 1, 2, 2, 3, 4]);
    if (this.chance(0.5)) return { op: 'uffd.move', ...base, src: this.place(0.03), mode };
    const src = this.chance(0.5) ? at('anon0', 16 + this.below(48)) : at('anon1', this.below(32));
    return {
      op: 'uffd.move',
      uffd: 'uf0',
      addr: at('anon0', this.below(16)),
      len: this.length(2),
      src,
      mode,
    };
  }

  /** UFFDIO_API asked again, or of a version that there is not; always with signals instead of sleeping. */
  private handshake(uffd: string): RecordedOp {
    const features = 0x80 | this.pick([0, 1, 0x1000, 2 ** 20]);
    return { op: 'uffd.api', uffd, features, ...(this.chance(0.3) ? { api: 0xab } : {}) };
  }

  private make(): RecordedOp {
    const vm = this.vm();
    switch (this.below(4)) {
      case 0: {
        const size = this.pick([...SIZES, 4 * PAGE, -PAGE]);
        return { op: 'gmem.create', vm, gmem: 'gx', size, flags: this.pick([0, 1, 2, 3, 4, 8]) };
      }
      case 1:
        return { op: 'memfd.create', fd: 'mf1', size: this.pick([0, 100, 8 * PAGE, -1]) };
      case 2:
        return { op: 'vm.create', vm: 'vm1' };
      default: {
        const gmem = this.pick(['gmem1', 'gmem2']);
        return { op: 'gmem.create', vm, gmem, size: 16 * PAGE, flags: this.pick([0, 1, 3]) };
      }
    }
  }

  private fork(): RecordedOp {
    const kinds = [
      () => this.hostAccess(),
      () => this.memory(),
      () => this.region(),
      () => this.fallocate(),
      () => this.dirtyLog(),
      () => ({ op: 'fd.close', fd: this.descriptor('plain') }),
    ];
    return { op: 'host.forkRun', ops: Array.from({ length: 1 + this.below(4) }, () => this.pick(kinds)()) };
  }

  private descriptor(kind?: 'gmem' | 'regular' | 'plain'): string {
    const gmems = ['gmem0', 'gmem0', 'gmem1', 'gmem2', 'copy', 'nosuchfd'];
    if (kind === 'gmem') return this.pick([...gmems, ...gmems, 'mf0', 'vm0', 'uf0']);
    const regular = ['gmem0', 'gmem1', 'mf0', 'mf1'];
    if (kind === 'regular') return this.pick(regular);
    const plain = [...regular, ...regular, 'vm0', 'vm1', 'copy', 'nosuchfd'];
    return this.pick(kind === 'plain' ? plain : [...plain, 'cpu0', 'uf0', 'copy1']);
  }

  private vm(): string {
    return this.pick(['vm0', 'vm0', 'vm0', 'vm0', 'vm1', this.chance(0.1) ? 'gmem0' : 'vm0']);
  }

  private prot(): number {
    return this.pick([0, 1, 2, 3, 3, 3, 3, 4, 5, 7]);
  }

  private length(most: number): number {
    if (this.chance(0.05)) return this.pick([0, 1, 100, PAGE + 8]);
    return (1 + this.below(most)) * PAGE;
  }

  private place(stray: number): unknown {
    if (this.chance(stray)) return this.pick(STRAY);
    const [name, pages] = this.pick(this.mappings);
    return at(name, this.below(pages + 1), this.chance(0.02) ? this.pick([1, 256, 2048]) : 0);
  }

  private map(as: string, pages: number, fields: Record<string, unknown>): void {
    this.mappings.push([as, pages]);
    this.ops.push({ op: 'mmap', as, len: pages * PAGE, prot: 3, offset: 0, ...fields });
  }

  private hex(bytes: number): string {
    return Array.from({ length: bytes }, () => this.below(256).toString(16).padStart(2, '0')).join('');
  }

  private below(limit: number): number {
    return this.random.below(limit);
  }

  private chance(probability: number): boolean {
    return this.random.chance(probability);
  }

  private pick<T>(from: readonly T[]): T {
    return this.random.pick(from);
  }
}

function at(name: string, page: number, offset = 0): string {
  const bytes = page * PAGE + offset;
  return bytes === 0 ? name : `${name}+0x${bytes.toString(16)}`;
}
