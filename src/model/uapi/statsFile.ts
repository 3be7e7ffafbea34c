import type { StateHash } from '../engine/hash.ts';
import { settled } from '../engine/settled.ts';
import type { Actor } from '../engine/step.ts';
import type { Statistic, StatisticKind } from '../kvm/statistics.ts';
import type { Vm } from '../kvm/vm.ts';
import { putVm } from '../kvm/vmLifetime.ts';
import { OpenFile } from './openFile.ts';

/** Sizes in bytes: of the header, of a name, of a descriptor (include/uapi/linux/kvm.h). */
const HEADER_BYTES = 24;
const NAME_BYTES = 48;
const DESCRIPTOR_BYTES = 16 + NAME_BYTES;
/** KVM_STATS_TYPE_*; of no unit, to the base of ten. */
const KINDS: Readonly<Record<StatisticKind, number>> = { cumulative: 0, instant: 1 };

/**
 * What KVM_GET_STATS_FD gives (virt/kvm/binary_stats.c): a file of a header, an id, a descriptor a number, and the
 * numbers as they are when they are read. It keeps the VM alive.
 */
export class StatsFile extends OpenFile {
  readonly kind = 'stats';
  override readonly writable = false;
  private readonly vm: Vm;
  private readonly id: string;
  private readonly numbers: () => readonly Statistic[];
  private position = 0;

  /**
   * @param id the name that the file has for what it counts, like kvm-1 or kvm-1/vcpu-0.
   * @param numbers what it tells, as it is when it is asked.
   */
  constructor(vm: Vm, id: string, numbers: () => readonly Statistic[]) {
    super();
    this.vm = vm;
    this.id = id;
    this.numbers = numbers;
    vm.users++;
  }

  override hashInto(hash: StateHash): void {
    super.hashInto(hash);
    hash.add(this.position);
  }

  /** It stays where it is, and says where that is (noop_llseek). */
  override seek(): bigint {
    return BigInt(this.position);
  }

  override readBytes(length: number, offset: bigint | null): Actor<Uint8Array | number> {
    const whole = this.contents();
    const at = offset === null ? this.position : Number(offset);
    // Beyond the end there is nothing.
    const out = whole.slice(at, at + length);
    if (offset === null) this.position += out.length;
    return settled(out);
  }

  private contents(): Uint8Array {
    const numbers = this.numbers();
    const descriptorsAt = HEADER_BYTES + NAME_BYTES;
    const dataAt = descriptorsAt + DESCRIPTOR_BYTES * numbers.length;
    const out = new DataView(new ArrayBuffer(dataAt + 8 * numbers.length));
    const header = [0, NAME_BYTES, numbers.length, HEADER_BYTES, descriptorsAt, dataAt];
    for (const [n, word] of header.entries()) out.setUint32(4 * n, word, true);
    writeName(out, HEADER_BYTES, this.id);
    for (const [n, { name, kind, value }] of numbers.entries()) {
      const at = descriptorsAt + n * DESCRIPTOR_BYTES;
      out.setUint32(at, KINDS[kind], true);
      out.setUint16(at + 6, 1, true);
      out.setUint32(at + 8, 8 * n, true);
      writeName(out, at + 16, name);
      out.setBigUint64(dataAt + 8 * n, BigInt(value), true);
    }
    return new Uint8Array(out.buffer);
  }

  protected override *release(): Actor {
    yield* putVm(this.vm);
  }
}

/** A name in ASCII, with zeros after it. */
function writeName(out: DataView, at: number, name: string): void {
  for (let i = 0; i < name.length; i++) out.setUint8(at + i, name.charCodeAt(i));
}
