/**
 * Random sequences in which memory of processes and files becomes huge pages and is taken apart again. Files are whole
 * numbers of 2 MiB long, and anonymous memory is never advised to be huge: what lies beyond a file's end in a huge page,
 * and huge pages of zeros, are left out of the model.
 */
import { Random } from '../engine/random.ts';
import type { RecordedOp } from './recording.ts';

const PAGE = 0x1000;
const HUGE = 0x200000;
const COLLAPSE = 25;
const MAPPINGS = ['m0', 'm1', 'm2'];
/** Pages where something happens: around the edges of huge ones. */
const PAGES = [0, 1, 3, 511, 512, 513, 700, 1023];

interface Range {
  readonly addr: string;
  readonly len: number;
}

/** The same seed gives the same sequence. */
export function generateCollapseOps(seed: number, length: number): RecordedOp[] {
  const generator = new CollapseGenerator(new Random(seed));
  return generator.generate(length);
}

class CollapseGenerator {
  private readonly random: Random;
  private readonly sizes = new Map<string, number>();
  private readonly hasUserfault: boolean;

  constructor(random: Random) {
    this.random = random;
    this.hasUserfault = random.chance(0.5);
  }

  generate(length: number): RecordedOp[] {
    const ops: RecordedOp[] = [{ op: 'memfd.create', fd: 'mf0', size: this.pick([1, 2, 2, 3]) * HUGE }];
    for (const as of MAPPINGS) ops.push(this.mapping(as));
    if (this.hasUserfault) {
      const features = this.pick([0, 1 << 7, (1 << 7) | (1 << 9) | (1 << 10) | (1 << 12)]);
      ops.push({ op: 'uffd.create', uffd: 'uf0', flags: 0x80800 }, { op: 'uffd.api', uffd: 'uf0', features });
    }
    while (ops.length < length) ops.push(...this.next());
    return ops;
  }

  private mapping(as: string): RecordedOp {
    const len = this.pick([1, 2, 2, 3]) * HUGE;
    this.sizes.set(as, len);
    const common = { op: 'mmap', as, len, prot: this.pick([3, 3, 3, 1]) };
    if (this.random.chance(0.3)) return { ...common, flags: this.pick([0x21, 0x22]) };
    return { ...common, flags: this.pick([1, 1, 1, 2]), fd: 'mf0', offset: this.pick([0, 0, HUGE]) };
  }

  private next(): RecordedOp[] {
    const { random } = this;
    const roll = random.fraction();
    if (roll < 0.2) return [{ op: 'madvise', ...this.range(), advice: COLLAPSE }];
    if (roll < 0.4) return [this.access(random.chance(0.6))];
    if (roll < 0.55) return [{ op: 'madvise', ...this.range(), advice: this.pick([4, 4, 8, 9, 22, 23]) }];
    if (roll < 0.7) return [this.onFile()];
    if (roll < 0.85) return this.hasUserfault ? [this.userfault()] : [this.access(true)];
    return [this.onMapping()];
  }

  private onFile(): RecordedOp {
    const offset = this.random.below(6) * PAGE + this.pick([0, HUGE]);
    switch (this.random.below(6)) {
      case 0:
        return {
          op: 'fd.fallocate',
          fd: 'mf0',
          mode: 3,
          offset,
          len: this.pick([PAGE, 3 * PAGE, HUGE, 100]),
        };
      case 1:
        return { op: 'fd.fstat', fd: 'mf0' };
      case 2:
        return { op: 'fd.ftruncate', fd: 'mf0', size: this.pick([1, 2, 3]) * HUGE };
      case 3:
        return { op: 'fd.read', fd: 'mf0', len: 4, offset };
      case 4:
        return { op: 'fd.write', fd: 'mf0', data: 'abcd' };
      default:
        return { op: 'fd.lseek', fd: 'mf0', offset, whence: this.pick([0, 3, 4]) };
    }
  }

  private onMapping(): RecordedOp {
    const from = this.pick(MAPPINGS);
    const to = this.pick(MAPPINGS);
    const len = this.sizes.get(from)!;
    switch (this.random.below(6)) {
      case 0:
        return { op: 'mincore', addr: this.page(), len: 3 * PAGE };
      case 1:
        return { op: 'mprotect', ...this.range(), prot: this.pick([0, 1, 3, 3]) };
      case 2:
        return { op: 'munmap', ...this.range() };
      case 3: {
        const target = to === from || this.random.chance(0.5) ? {} : { to };
        return { op: 'mremap', addr: from, oldLen: len, newLen: this.pick([HUGE, len, PAGE]), ...target };
      }
      case 4:
        return { op: 'mmap', at: from, len: HUGE, prot: 3, flags: 0x22 };
      default: {
        const collapse = { op: 'madvise', ...this.range(), advice: COLLAPSE };
        const again = { op: 'madvise', ...this.range(), advice: this.pick([COLLAPSE, 4]) };
        return { op: 'host.forkRun', ops: [collapse, this.access(true), again, this.access(false)] };
      }
    }
  }

  private userfault(): RecordedOp {
    const uffd = 'uf0';
    const page = { addr: this.page(), len: PAGE };
    switch (this.random.below(7)) {
      case 0:
      case 1:
        return { op: 'uffd.register', uffd, ...this.range(), mode: this.pick([1, 2, 3, 4, 5]) };
      case 2:
        return { op: 'uffd.unregister', uffd, ...this.range() };
      case 3:
        return { op: 'uffd.copy', uffd, ...page, fill: this.random.below(256) };
      case 4:
        return { op: this.pick(['uffd.zeropage', 'uffd.continue']), uffd, ...page };
      case 5:
        return { op: 'uffd.poison', uffd, ...page };
      default:
        return { op: 'uffd.writeprotect', uffd, ...this.range(), mode: this.pick([0, 1]) };
    }
  }

  private access(write: boolean): RecordedOp {
    const addr = this.page();
    if (!write) return { op: 'host.read', addr, len: 2 };
    return { op: 'host.write', addr, data: (this.random.below(239) + 16).toString(16) };
  }

  private range(): Range {
    const name = this.pick(MAPPINGS);
    const size = this.sizes.get(name)!;
    const whole = { addr: name, len: size };
    const second = { addr: at(name, HUGE % size), len: HUGE };
    return this.pick([
      whole,
      whole,
      { addr: name, len: HUGE },
      second,
      { addr: this.page(), len: PAGE },
      { addr: this.page(), len: this.pick([3 * PAGE, HUGE, HUGE + PAGE]) },
    ]);
  }

  private page(): string {
    const name = this.pick(MAPPINGS);
    return at(name, (this.pick(PAGES) * PAGE) % this.sizes.get(name)!);
  }

  private pick<T>(from: readonly T[]): T {
    return this.random.pick(from);
  }
}

function at(name: string, offset: number): string {
  return offset === 0 ? name : `${name}+0x${offset.toString(16)}`;
}
