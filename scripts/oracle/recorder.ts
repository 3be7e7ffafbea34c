/** Carries out the operations of a case on the running kernel, and gives what it answered. */
import { bytesOf, Names, NoMapping, number, wide, writeWide } from '../../src/model/conformance/names.ts';
import type { RecordedOp } from '../../src/model/conformance/recording.ts';
import { plain, type Result, withValue } from '../../src/model/conformance/results.ts';
import { Caller, type Fatal, OracleError, SCRATCH } from './caller.ts';
import { type Access, CTRL_BYTES, CTRL_GPA, CTRL_SLOT, ctrlContents, Guest } from './guest.ts';
import { recordUffd } from './recordUffd.ts';
import { SYS } from './syscalls.ts';

const KVM_CREATE_VM = 0xae01;
const KVM_CHECK_EXTENSION = 0xae03;
const KVM_CREATE_VCPU = 0xae41;
const KVM_GET_DIRTY_LOG = 0x4010ae42;
const KVM_SET_USER_MEMORY_REGION = 0x4020ae46;
const KVM_SET_USER_MEMORY_REGION2 = 0x40a0ae49;
const KVM_ENABLE_CAP = 0x4068aea3;
const KVM_CLEAR_DIRTY_LOG = 0xc018aec0;
const KVM_CREATE_GUEST_MEMFD = 0xc040aed4;

const MAP_FIXED = 0x10;
const MAP_FIXED_NOREPLACE = 0x100000;
const PRIVATE_ANONYMOUS = 0x22;
const MREMAP_MAYMOVE_FIXED = 3;

/** Where in the scratch memory bitmaps and contents go; structs are at its start. */
const BULK = SCRATCH + 0x10000n;

const SIGNALS: Readonly<Record<number, readonly [signal: string, codes: readonly string[]]>> = {
  7: ['SIGBUS', ['', 'ADRALN', 'ADRERR', 'OBJERR', 'MCEERR_AR', 'MCEERR_AO']],
  11: ['SIGSEGV', ['', 'MAPERR', 'ACCERR']],
};

/** A case on the kernel: a process of its own, with the names its operations gave. */
export class Recorder {
  private readonly caller: Caller;
  private readonly kvm: number;
  private readonly guests = new Map<string, Guest>();
  private readonly names = new Names();

  private constructor(caller: Caller, kvm: number) {
    this.caller = caller;
    this.kvm = kvm;
  }

  /**
   * Begins a case.
   *
   * @param program the compiled caller
   * @param device KVM's device
   * @throws OracleError where the device cannot be opened.
   */
  static async begin(program: string, device: string): Promise<Recorder> {
    const caller = new Caller(program);
    await caller.store(BULK, Buffer.from(`${device}\0`));
    const kvm = await caller.syscall(SYS.open, BULK, 0o2000002, 0);
    if (kvm < 0) {
      caller.close();
      throw new OracleError(`${device} cannot be opened (errno ${-kvm})`);
    }
    return new Recorder(caller, kvm);
  }

  end(): void {
    this.caller.close();
  }

  /** Value of a capability of the machine. */
  capability(cap: number): Promise<number> {
    return this.caller.syscall(SYS.ioctl, this.kvm, KVM_CHECK_EXTENSION, cap);
  }

  /** Carries out one operation. */
  async perform(op: RecordedOp, names = this.names): Promise<Result> {
    try {
      return await this.carryOut(op, names);
    } catch (error) {
      if (error instanceof NoMapping) return error.skipped;
      throw error;
    }
  }

  private carryOut(op: RecordedOp, names: Names): Promise<Result> {
    const [kind] = op.op.split('.');
    switch (kind) {
      case 'vm':
      case 'gmem':
        return this.vm(op, names);
      case 'vcpu':
        return op.op === 'vcpu.create' ? this.createVcpu(op, names) : this.access(op, names);
      case 'fd':
      case 'memfd':
        return this.file(op, names);
      case 'host':
        return this.host(op, names);
      case 'uffd':
        return recordUffd(op, this.caller, names);
      default:
        return this.memory(op, names);
    }
  }

  private async vm(op: RecordedOp, names: Names): Promise<Result> {
    const vm = names.descriptor(op.vm);
    switch (op.op) {
      case 'vm.create': {
        const fd = await this.caller.syscall(SYS.ioctl, this.kvm, KVM_CREATE_VM, 0);
        if (fd >= 0) names.nameDescriptor(String(op.vm), fd);
        return plain(fd);
      }
      case 'vm.checkExtension':
        return withValue(await this.caller.syscall(SYS.ioctl, vm, KVM_CHECK_EXTENSION, number(op, 'cap')));
      case 'vm.enableCap': {
        const args = Array.isArray(op.args) ? op.args.map(BigInt) : [];
        const struct = words([wide(op, 'cap') | (wide(op, 'flags') << 32n), ...args], 104);
        return plain(await this.ioctl(vm, KVM_ENABLE_CAP, struct));
      }
      case 'vm.setRegion':
        return plain(await this.setRegion(vm, op, names));
      case 'vm.getDirtyLog': {
        const pages = number(op, 'npages');
        await this.caller.fill(BULK, 0, Math.max(0x1000, pages));
        const result = await this.ioctl(vm, KVM_GET_DIRTY_LOG, words([wide(op, 'slot'), BULK], 16));
        if (result < 0) return plain(result);
        const bitmap = await this.caller.peek(BULK, Math.ceil(pages / 64) * 8);
        const dirty = Array.from({ length: pages }, (_, page) => page).filter(
          page => (bitmap[page >> 3] >> (page & 7)) & 1,
        );
        return { ok: true, dirty };
      }
      case 'vm.clearDirtyLog': {
        const pages = Array.isArray(op.pages) ? op.pages.map(Number) : [];
        const bitmap = Buffer.alloc(0x1000);
        for (const page of pages) bitmap[page >> 3] |= 1 << (page & 7);
        await this.caller.store(BULK, bitmap);
        const first = wide(op, 'slot') | (wide(op, 'numPages') << 32n);
        return plain(
          await this.ioctl(vm, KVM_CLEAR_DIRTY_LOG, words([first, wide(op, 'firstPage'), BULK], 24)),
        );
      }
      case 'gmem.create': {
        const fd = await this.ioctl(
          vm,
          KVM_CREATE_GUEST_MEMFD,
          words([wide(op, 'size'), wide(op, 'flags')], 64),
        );
        if (fd >= 0) names.nameDescriptor(String(op.gmem), fd);
        return plain(fd);
      }
      default:
        throw unknown(op);
    }
  }

  private setRegion(vm: number, op: RecordedOp, names: Names): Promise<number> {
    const head = [
      wide(op, 'slot') | (wide(op, 'flags') << 32n),
      wide(op, 'gpa'),
      wide(op, 'size'),
      names.address(op.hva),
    ];
    if (number(op, 'api') === 1) return this.ioctl(vm, KVM_SET_USER_MEMORY_REGION, words(head, 32));
    const gmem = op.gmem === undefined ? 0 : names.descriptor(op.gmem);
    const tail = [wide(op, 'gmemOffset'), BigInt.asUintN(32, BigInt(gmem))];
    return this.ioctl(vm, KVM_SET_USER_MEMORY_REGION2, words([...head, ...tail], 160));
  }

  private async createVcpu(op: RecordedOp, names: Names): Promise<Result> {
    const vm = names.descriptor(op.vm);
    if (op.ctrlSlot !== false) {
      const at = BigInt(names.choosePlace(BigInt(CTRL_BYTES)));
      const flags = PRIVATE_ANONYMOUS | MAP_FIXED_NOREPLACE;
      const memory = await this.caller.syscall(SYS.mmap, at, CTRL_BYTES, 3, flags, -1, 0);
      if (memory < 0) return plain(memory);
      await this.caller.store(at, ctrlContents(op.pteDirty !== false));
      const region = words([BigInt(CTRL_SLOT), BigInt(CTRL_GPA), BigInt(CTRL_BYTES), at], 32);
      const result = await this.ioctl(vm, KVM_SET_USER_MEMORY_REGION, region);
      if (result < 0) return plain(result);
    }
    const fd = await this.caller.syscall(SYS.ioctl, vm, KVM_CREATE_VCPU, wide(op, 'id'));
    if (fd < 0) return plain(fd);
    names.nameDescriptor(String(op.vcpu), fd);
    const mode = op.mode === 'emul' ? 'emul' : 'mmu';
    this.guests.set(String(op.vcpu), await Guest.make(this.caller, this.kvm, fd, mode));
    return plain(fd);
  }

  private async access(op: RecordedOp, names: Names): Promise<Result> {
    const guest = this.guests.get(String(op.vcpu));
    const write = op.op === 'vcpu.write';
    if (!write && op.op !== 'vcpu.read') throw unknown(op);
    if (guest === undefined) return { errno: 'EBADF', stage: 'setup' };
    if (!(await guest.isReachable())) return { errno: 'EIO', stage: 'setup' };
    const result = await guest.access(write, number(op, 'gpa'), number(op, 'size', 4), wide(op, 'value'));
    return ran(result, write, names);
  }

  private async file(op: RecordedOp, names: Names): Promise<Result> {
    const fd = names.descriptor(op.fd);
    const { caller } = this;
    switch (op.op) {
      case 'memfd.create': {
        await caller.store(BULK, Buffer.from('recorded\0'));
        const made = await caller.syscall(SYS.memfdCreate, BULK, number(op, 'flags'));
        if (made < 0) return plain(made);
        const sized = await caller.syscall(SYS.ftruncate, made, wide(op, 'size'));
        if (sized < 0) {
          await caller.syscall(SYS.close, made);
          return plain(sized);
        }
        names.nameDescriptor(String(op.fd), made);
        return { ok: true };
      }
      case 'fd.fallocate':
        return plain(
          await caller.syscall(SYS.fallocate, fd, number(op, 'mode'), wide(op, 'offset'), wide(op, 'len')),
        );
      case 'fd.fstat': {
        const result = await caller.syscall(SYS.fstat, fd, BULK);
        return result < 0 ? plain(result) : { ok: true, value: statOf(await caller.peek(BULK, 144)) };
      }
      case 'fd.ftruncate':
        return plain(await caller.syscall(SYS.ftruncate, fd, wide(op, 'size')));
      case 'fd.lseek':
        return withValue(await caller.syscall(SYS.lseek, fd, wide(op, 'offset'), number(op, 'whence')));
      case 'fd.read': {
        const length = number(op, 'len');
        const got =
          op.offset === undefined
            ? await caller.syscall(SYS.read, fd, BULK, length)
            : await caller.syscall(SYS.pread, fd, BULK, length, wide(op, 'offset'));
        return got < 0 ? plain(got) : { ok: true, value: (await caller.peek(BULK, got)).toString('hex') };
      }
      case 'fd.write': {
        const bytes = bytesOf(op.data);
        await caller.store(BULK, bytes);
        return withValue(
          op.offset === undefined
            ? await caller.syscall(SYS.write, fd, BULK, bytes.length)
            : await caller.syscall(SYS.pwrite, fd, BULK, bytes.length, wide(op, 'offset')),
        );
      }
      case 'fd.close': {
        const result = await caller.syscall(SYS.close, fd);
        names.forgetDescriptor(op.fd);
        return plain(result);
      }
      case 'fd.dup': {
        const copy = await caller.syscall(SYS.dup, fd);
        if (copy >= 0) names.nameDescriptor(String(op.as), copy);
        return plain(copy);
      }
      default:
        throw unknown(op);
    }
  }

  private async host(op: RecordedOp, names: Names): Promise<Result> {
    switch (op.op) {
      case 'host.read': {
        const bytes = await this.caller.load(names.address(op.addr), number(op, 'len'));
        return Buffer.isBuffer(bytes) ? { ok: true, value: bytes.toString('hex') } : death(bytes);
      }
      case 'host.write': {
        const died = await this.caller.store(names.address(op.addr), bytesOf(op.data));
        return died === null ? { ok: true } : death(died);
      }
      case 'host.forkRun': {
        const inherited = names.copy();
        const value: Result[] = [];
        await this.caller.inChild(async () => {
          for (const inner of op.ops ?? []) value.push(await this.perform(inner, inherited));
        });
        return { ok: true, value };
      }
      default:
        throw unknown(op);
    }
  }

  private async memory(op: RecordedOp, names: Names): Promise<Result> {
    const { caller } = this;
    if (op.op === 'mmap') return plain(await this.map(op, names));
    const at = names.address(op.addr);
    switch (op.op) {
      case 'munmap':
        return plain(await caller.syscall(SYS.munmap, at, wide(op, 'len')));
      case 'mprotect':
        return plain(await caller.syscall(SYS.mprotect, at, wide(op, 'len'), number(op, 'prot')));
      case 'madvise':
        return plain(await caller.syscall(SYS.madvise, at, wide(op, 'len'), number(op, 'advice')));
      case 'mremap': {
        const to = op.to === undefined ? 0n : names.address(op.to);
        const flags = op.to === undefined ? 0 : MREMAP_MAYMOVE_FIXED;
        const lengths = [wide(op, 'oldLen'), wide(op, 'newLen')];
        return plain(await caller.syscall(SYS.mremap, at, ...lengths, flags, to));
      }
      case 'mincore': {
        const result = await caller.syscall(SYS.mincore, at, wide(op, 'len'), BULK);
        if (result < 0) return plain(result);
        const pages = Math.ceil(number(op, 'len') / 4096);
        return { ok: true, value: [...(await caller.peek(BULK, pages))].map(byte => byte & 1) };
      }
      default:
        throw unknown(op);
    }
  }

  private async map(op: RecordedOp, names: Names): Promise<number> {
    const length = wide(op, 'len');
    const over = op.at !== undefined;
    const at = over ? names.address(op.at) : BigInt(names.choosePlace(length));
    const flags = number(op, 'flags') | (over ? MAP_FIXED : MAP_FIXED_NOREPLACE);
    const fd = op.fd === undefined ? -1 : names.descriptor(op.fd);
    const offset = wide(op, 'offset');
    const result = await this.caller.syscall(SYS.mmap, at, length, number(op, 'prot'), flags, fd, offset);
    if (result >= 0 && op.as !== undefined) names.nameMapping(String(op.as), result, Number(length));
    return result;
  }

  private async ioctl(fd: number, request: number, struct: Uint8Array): Promise<number> {
    await this.caller.store(SCRATCH, struct);
    return this.caller.syscall(SYS.ioctl, fd, request, SCRATCH);
  }
}

/** A struct of 64-bit words, zeros after those given. */
function words(values: readonly bigint[], bytes: number): Buffer {
  const out = Buffer.alloc(bytes);
  for (const [at, value] of values.entries()) out.writeBigUInt64LE(BigInt.asUintN(64, value), 8 * at);
  return out;
}

function death({ signal, code }: Fatal): Result {
  const [name, codes] = SIGNALS[signal] ?? [`signal ${signal}`, []];
  return { signal: name, code: codes[code] ?? `code ${code}` };
}

function statOf(stat: Buffer): Result {
  return {
    size: writeWide(stat.readBigUInt64LE(48)),
    blocks512: Number(stat.readBigUInt64LE(64)),
    blksize: Number(stat.readBigUInt64LE(56)),
    mode: `0o${stat.readUInt32LE(24).toString(8)}`,
    nlink: Number(stat.readBigUInt64LE(16)),
  };
}

function ran(access: Access, write: boolean, names: Names): Result {
  if (access.done) return write ? { ok: true } : { ok: true, value: `0x${access.value.toString(16)}` };
  const exit = { ...access.exit };
  if (access.errno === 0) return { exit };
  const { signal } = access;
  const came = signal === null ? {} : { ...death(signal), sigaddr: names.describe(signal.address) };
  return { ...plain(access.errno), exit, ...came };
}

function unknown(op: RecordedOp): OracleError {
  return new OracleError(`the recorder does not know ${JSON.stringify(op)}`);
}
