/** What a random sequence over several of everything is made of so far, and choices of arguments at the edges of what is accepted. */
import { Random } from '../engine/random.ts';
import type { RecordedOp } from './recording.ts';

export const PAGE = 4096;

/** Addresses that are none of a mapping, or none at all. */
const STRAY: readonly unknown[] = [
  null,
  '0x1000',
  '0x10000000000',
  '0x0100200000000000',
  '0x8000200000000000',
];
/** Ids of slots, those that there cannot be among them. */
export const SLOTS = [0, 1, 2, 3, 4, 5, 7, 32763, 32764, 32767, 65535, 65536, 65537, 131072, 4294967295];
/** Guest addresses, in bytes, at the ends of what CPUs and integers reach. */
export const HIGH_GPAS: readonly (number | string)[] = [
  ...[2 ** 32, 2 ** 39, 2 ** 40, 2 ** 46, 2 ** 48, 2 ** 51, 2 ** 52 - 0x10000, 2 ** 52],
  ...['0x7ffffffffffff000', '0x8000000000000000', '0xfffffffffffff000', '0xffffffffffff0000'],
];
/** Lengths in bytes that are none of whole pages, or too long. */
export const SIZES: readonly (number | string)[] = [
  ...[0, 1, 8, 2048, PAGE + 1, 2 ** 21, 2 ** 30, 2 ** 43, 2 ** 44],
  ...['0x7ffffffffffff000', '0x8000000000000000', '0xfffffffffffff000', '0xffffffffffffffff'],
];

/** A sequence being made, and its source of chance. */
export class MixedChoices {
  readonly ops: RecordedOp[] = [];
  readonly mappings: [name: string, pages: number][] = [];
  readonly vcpus: string[] = [];
  /** Mappings made on the way. */
  fresh = 0;
  private readonly random: Random;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  /** The name of a descriptor of some kind; now and then one of another kind, or of none. */
  descriptor(kind?: 'gmem' | 'regular' | 'plain'): string {
    const gmems = ['gmem0', 'gmem0', 'gmem1', 'gmem2', 'copy', 'nosuchfd'];
    if (kind === 'gmem') return this.pick([...gmems, ...gmems, 'mf0', 'vm0', 'uf0']);
    const regular = ['gmem0', 'gmem1', 'mf0', 'mf1'];
    if (kind === 'regular') return this.pick(regular);
    const plain = [...regular, ...regular, 'vm0', 'vm1', 'copy', 'nosuchfd'];
    return this.pick(kind === 'plain' ? plain : [...plain, 'cpu0', 'uf0', 'copy1']);
  }

  /** The name of a VM, most often; now and then of what is none. */
  vm(): string {
    return this.pick(['vm0', 'vm0', 'vm0', 'vm0', 'vm1', this.chance(0.1) ? 'gmem0' : 'vm0']);
  }

  /** Bits of a protection. */
  prot(): number {
    return this.pick([0, 1, 2, 3, 3, 3, 3, 4, 5, 7]);
  }

  /** A length in bytes, mostly of up to `most` pages. */
  length(most: number): number {
    if (this.chance(0.05)) return this.pick([0, 1, 100, PAGE + 8]);
    return (1 + this.below(most)) * PAGE;
  }

  /** An address: a page of some mapping or the one behind it; as often as `stray` says, none of them. */
  place(stray: number): unknown {
    if (this.chance(stray)) return this.pick(STRAY);
    const [name, pages] = this.pick(this.mappings);
    return at(name, this.below(pages + 1), this.chance(0.02) ? this.pick([1, 256, 2048]) : 0);
  }

  /** Makes a mapping of `pages` pages. */
  map(as: string, pages: number, fields: Record<string, unknown>): void {
    this.mappings.push([as, pages]);
    this.ops.push({ op: 'mmap', as, len: pages * PAGE, prot: 3, offset: 0, ...fields });
  }

  /** Bytes, as hexadecimal digits. */
  hex(bytes: number): string {
    return Array.from({ length: bytes }, () => this.below(256).toString(16).padStart(2, '0')).join('');
  }

  /** A whole number below a limit. */
  below(limit: number): number {
    return this.random.below(limit);
  }

  /** True as often as `probability` says. */
  chance(probability: number): boolean {
    return this.random.chance(probability);
  }

  /** One of several. */
  pick<T>(from: readonly T[]): T {
    return this.random.pick(from);
  }
}

/** The address of a byte in a page of a mapping, as recordings write it. */
export function at(name: string, page: number, offset = 0): string {
  const bytes = page * PAGE + offset;
  return bytes === 0 ? name : `${name}+0x${bytes.toString(16)}`;
}
