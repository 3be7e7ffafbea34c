/**
 * Random sequences in which vCPUs and threads wait for a userfaultfd's reader, and others act meanwhile.
 */
import { Random } from '../engine/random.ts';
import type { RecordedOp } from './recording.ts';

const PAGE = 4096;

/** The same seed gives the same sequence. An operation may name a thread that is busy or was never started. */
export function generateBlockingOps(seed: number, length: number): RecordedOp[] {
  return new BlockingGenerator(seed).generate(length);
}

class BlockingGenerator {
  private readonly random: Random;
  private readonly ops: RecordedOp[] = [];
  /** Pages that an access was started on: likely to be waited for. */
  private readonly wanted: string[] = ['anon0'];
  private readonly mode: 'mmu' | 'emul';
  private vcpus = 1;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.mode = this.random.chance(0.75) ? 'mmu' : 'emul';
  }

  generate(length: number): RecordedOp[] {
    this.setUp();
    while (this.ops.length < length) this.add(this.next());
    for (let i = 0; i < this.vcpus; i++) this.add({ op: 'vcpu.wait', vcpu: `cpu${i}`, timeoutMs: 1500 });
    for (const thread of ['t0', 't1']) this.add({ op: 'async.wait', thread, timeoutMs: 1500 });
    for (let i = 0; i < 8; i++) this.add({ op: 'uffd.read', uffd: 'uf0', timeoutMs: 100 });
    for (let page = this.random.below(4); page < 48; page += 7) {
      const vcpu = this.vcpu();
      this.add({ op: 'vcpu.start', vcpu, access: 'read', gpa: page * PAGE, size: 4 });
      if (this.mode === 'mmu') this.add({ op: 'vcpu.signal', vcpu });
      this.add({ op: 'vcpu.wait', vcpu, timeoutMs: 1500 });
    }
    this.add({ op: 'vm.getDirtyLog', vm: 'vm0', slot: 0, npages: 64 });
    return this.ops;
  }

  private setUp(): void {
    const { random } = this;
    this.add({ op: 'vm.create', vm: 'vm0' });
    this.add({ op: 'mmap', as: 'anon0', len: 32 * PAGE, prot: 3, flags: random.chance(0.15) ? 0x21 : 0x22 });
    this.add({ op: 'memfd.create', fd: 'mf0', size: 16 * PAGE });
    for (const as of ['m0', 'm1']) {
      this.add({
        op: 'mmap',
        as,
        fd: 'mf0',
        len: 16 * PAGE,
        prot: 3,
        flags: random.chance(0.1) ? 2 : 1,
        offset: 0,
      });
    }
    this.add({ op: 'gmem.create', vm: 'vm0', gmem: 'gmem0', size: 16 * PAGE, flags: 3 });
    this.add({ op: 'mmap', as: 'g0', fd: 'gmem0', len: 16 * PAGE, prot: 3, flags: 1, offset: 0 });
    this.add({
      ...{ op: 'vm.setRegion', vm: 'vm0', api: 2, slot: 0, flags: random.pick([0, 0, 1]), gpa: 0 },
      ...{ size: 16 * PAGE, hva: random.pick(['anon0', 'anon0', 'm0']) },
    });
    this.add({
      ...{ op: 'vm.setRegion', vm: 'vm0', api: 2, slot: 1, flags: random.pick([0, 0, 1, 2]), gpa: 16 * PAGE },
      ...{ size: 16 * PAGE, hva: random.pick(['anon0+0x10000', 'm0', 'm1', 'anon0']) },
    });
    if (random.chance(0.5)) {
      this.add({
        ...{ op: 'vm.setRegion', vm: 'vm0', api: 2, slot: 2, flags: 4, gpa: 32 * PAGE, size: 16 * PAGE },
        ...{ hva: 'g0', gmem: 'gmem0', gmemOffset: 0 },
      });
    }
    const { mode } = this;
    const clean = random.chance(0.2) ? { pteDirty: false } : {};
    this.add({ op: 'vcpu.create', vm: 'vm0', vcpu: 'cpu0', mode, ...clean });
    if (random.chance(0.5)) {
      this.vcpus = 2;
      this.add({ op: 'vcpu.create', vm: 'vm0', vcpu: 'cpu1', mode, id: 1, ctrlSlot: false });
    }
    for (let i = random.below(6); i > 0; i--)
      this.add({ op: 'host.write', addr: this.place(), data: this.hex() });
    this.add({ op: 'uffd.create', uffd: 'uf0' });
    // Without and with events of changes to mappings (REMAP 4, REMOVE 8, UNMAP 64).
    const events = random.chance(0.3) ? random.pick([4, 8, 64, 4 | 8 | 64]) : 0;
    this.add({
      op: 'uffd.api',
      uffd: 'uf0',
      features: events | random.pick([0, 0, 1, 0x1000, 0x2001, 0x800, 0x8000]),
    });
    for (const name of ['anon0', 'm0', 'm1']) {
      if (random.chance(name === 'anon0' ? 0.9 : 0.6)) this.add(this.register(name));
    }
  }

  private register(name: string): RecordedOp {
    const anonymous = name === 'anon0';
    const mode = anonymous ? this.random.pick([1, 1, 2, 3]) : this.random.pick([1, 4, 4, 5, 2, 7]);
    const first = this.random.chance(0.7) ? 0 : this.random.below(8);
    const addr = first === 0 ? name : `${name}+0x${(first * PAGE).toString(16)}`;
    const len = ((anonymous ? 32 : 16) - first) * PAGE;
    return { op: 'uffd.register', uffd: 'uf0', addr, len, mode };
  }

  private next(): RecordedOp {
    const { random } = this;
    const thread = random.pick(['t0', 't1']);
    const choice = random.below(100);
    if (choice < 22) return this.startAccess();
    if (choice < 34) return { op: 'uffd.read', uffd: 'uf0', timeoutMs: 100 };
    if (choice < 62) return this.resolve();
    if (choice < 68) return { op: 'vcpu.wait', vcpu: this.vcpu(), timeoutMs: 1500 };
    if (choice < 71) return { op: 'vcpu.poll', vcpu: this.vcpu() };
    // KVM's emulator cannot take a signal: it tries again and again, and whether a reader sees it is chance.
    if (choice < 75 && this.mode === 'mmu') return { op: 'vcpu.signal', vcpu: this.vcpu() };
    if (choice < 86) return { op: 'async.start', thread, do: this.change() };
    if (choice < 90) return { op: 'async.wait', thread, timeoutMs: 1500 };
    if (choice < 94) {
      const addr = this.place();
      if (random.chance(0.5)) return { op: 'host.start', thread: 't2', access: 'read', addr, len: 4 };
      return { op: 'host.start', thread: 't2', access: 'write', addr, data: this.hex() };
    }
    if (choice < 97) return { op: 'host.wait', thread: 't2', timeoutMs: 1500 };
    return random.chance(0.5) ? this.change() : this.register(random.pick(['anon0', 'm0', 'm1']));
  }

  private startAccess(): RecordedOp {
    const { random } = this;
    const page = random.below(random.chance(0.9) ? 36 : 50);
    const base = random.pick(['anon0', 'm0']);
    this.wanted.push(page === 0 ? base : `${base}+0x${((page % 32) * PAGE).toString(16)}`);
    const gpa = page * PAGE + random.pick([0, 0, 0, 8, 0xffe]);
    const access = random.pick(['read', 'write']);
    const value = access === 'write' ? { value: random.below(2 ** 31) } : {};
    return { op: 'vcpu.start', vcpu: this.vcpu(), access, gpa, size: 4, ...value };
  }

  /** What a reader may answer, most often to a page that somebody may wait for. */
  private resolve(): RecordedOp {
    const { random } = this;
    const addr = random.chance(0.8) ? random.pick(this.wanted.slice(-3)) : this.place();
    const len = random.pick([1, 1, 1, 2, 4, 16]) * PAGE;
    const base = { uffd: 'uf0', addr, len };
    switch (random.below(12)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return { op: 'uffd.copy', ...base, fill: random.below(256), mode: random.pick([0, 0, 0, 1, 2]) };
      case 4:
        return { op: 'uffd.zeropage', ...base, mode: random.pick([0, 0, 1]) };
      case 5:
      case 6:
        return { op: 'uffd.continue', ...base, mode: random.pick([0, 0, 1, 2]) };
      case 7:
        return { op: 'uffd.wake', ...base };
      case 8:
        return { op: 'uffd.poison', ...base, mode: random.pick([0, 0, 1]) };
      case 9:
        return { op: 'uffd.unregister', uffd: 'uf0', addr, len: 4 * PAGE };
      default:
        return { op: 'uffd.writeprotect', ...base, mode: random.pick([0, 0, 1, 1, 2]) };
    }
  }

  /** Something that changes what a waiting thread waits for. */
  private change(): RecordedOp {
    const { random } = this;
    const addr = this.place();
    const len = random.pick([1, 1, 2, 4, 16]) * PAGE;
    const slot = random.below(4);
    const region = { op: 'vm.setRegion', vm: 'vm0', api: 2, slot };
    switch (random.below(14)) {
      case 0:
      case 1:
        return { op: 'madvise', addr, len, advice: random.pick([4, 4, 4, 9, 8, 22, 23, 24]) };
      case 2:
        return { op: 'munmap', addr, len };
      case 3:
        return { op: 'mprotect', addr, len, prot: random.pick([0, 1, 3, 3]) };
      case 4:
        return { op: 'mremap', addr, oldLen: len, newLen: len, to: this.place() };
      case 5:
        return { op: 'mmap', at: addr, len, prot: 3, flags: 0x22 };
      case 6:
        return { ...region, flags: 0, gpa: 0, size: 0, hva: null };
      case 7:
        return {
          ...region,
          flags: random.pick([0, 1]),
          gpa: 16 * slot * PAGE,
          size: 16 * PAGE,
          hva: random.pick(['anon0', 'm0', 'm1']),
        };
      case 8:
        return {
          ...region,
          flags: random.pick([0, 1]),
          gpa: random.pick([48, 64, 80]) * PAGE,
          size: 16 * PAGE,
          hva: random.pick(['anon0', 'm0', 'm1']),
        };
      case 9:
        return { op: 'vm.getDirtyLog', vm: 'vm0', slot, npages: 64 };
      case 10:
        return {
          op: 'fd.fallocate',
          fd: random.pick(['mf0', 'gmem0']),
          mode: random.pick([1, 3, 3]),
          offset: random.below(16) * PAGE,
          len,
        };
      case 11:
        return { op: 'fd.ftruncate', fd: 'mf0', size: random.pick([0, 4, 16, 8]) * PAGE };
      case 12:
        return { op: 'host.read', addr, len: 4 };
      default:
        return random.chance(0.2)
          ? { op: 'fd.close', fd: random.pick(['uf0', 'gmem0', 'mf0', 'vm0']) }
          : { op: 'host.write', addr, data: this.hex() };
    }
  }

  private place(): string {
    const name = this.random.pick(['anon0', 'anon0', 'm0', 'm1', 'g0']);
    const page = this.random.below(name === 'anon0' ? 32 : 16);
    return page === 0 ? name : `${name}+0x${(page * PAGE).toString(16)}`;
  }

  private vcpu(): string {
    return `cpu${this.random.below(this.vcpus)}`;
  }

  private hex(): string {
    return this.random
      .below(2 ** 24)
      .toString(16)
      .padStart(6, '0');
  }

  private add(op: RecordedOp): void {
    this.ops.push(op);
  }
}
