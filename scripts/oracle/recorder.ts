/** Carries out the operations of a case on the running kernel, and gives what it answered. */
import { bytesOf, Names, NoMapping, number, wide, writeWide } from '../../src/model/conformance/names.ts';
import type { RecordedOp } from '../../src/model/conformance/recording.ts';
import { plain, type Result, withValue } from '../../src/model/conformance/results.ts';
import { Caller, type Fatal, type Hands, OracleError } from './caller.ts';
import { type Access, CTRL_BYTES, CTRL_GPA, CTRL_SLOT, ctrlContents, Guest } from './guest.ts';
import { type Job, Jobs } from './jobs.ts';
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

/** Where in a thread's scratch memory bitmaps and contents go; structs are at its start. */
const BULK = 0x10000n;

const SIGNALS: Readonly<Record<number, readonly [signal: string, codes: readonly string[]]>> = {
  7: ['SIGBUS', ['', 'ADRALN', 'ADRERR', 'OBJERR', 'MCEERR_AR', 'MCEERR_AO']],
  11: ['SIGSEGV', ['', 'MAPERR', 'ACCERR']],
};

/** Threads that a case may have beside the first (THREADS in caller.c). */
const MOST_WORKERS = 12;

/** Bytes of the longest dirty bitmap: a slot of 4 GiB has it. */
const MOST_BITMAP = 0x20000;

/** A vCPU, with the thread that makes its accesses. */
interface RecordedVcpu {
  readonly guest: Guest;
  readonly worker: number;
  job: Job | null;
}

/** A case on the kernel: a process of its own, with the names its operations gave. */
export class Recorder {
  private readonly caller: Caller;
  private readonly kvm: number;
  private readonly vcpus = new Map<string, RecordedVcpu>();
  private readonly threads = new Map<string, { readonly worker: number; job: Job }>();
  private readonly names = new Names();
  private readonly jobs: Jobs;
  /** Descriptors of the VMs that have the slot for code and tables. */
  private readonly equipped = new Set<number>();
  private workers = 0;

  private constructor(caller: Caller, kvm: number) {
    this.caller = caller;
    this.kvm = kvm;
    this.jobs = new Jobs(caller);
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
    await caller.store(caller.scratch + BULK, Buffer.from(`${device}\0`));
    const kvm = await caller.syscall(SYS.open, caller.scratch + BULK, 0o2000002, 0);
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

  /** Whether the first thread hangs in an operation: nothing more can be recorded. */
  get stuck(): boolean {
    return this.jobs.stuck;
  }

  /** Whether an operation can be asked for now: the thread that it needs is there, and at leisure. */
  canPerform(op: RecordedOp): boolean {
    const vcpu = this.vcpus.get(String(op.vcpu));
    const thread = this.threads.get(String(op.thread));
    switch (op.op) {
      case 'vcpu.read':
      case 'vcpu.write':
        return vcpu === undefined || this.jobs.atLeisure(vcpu.job);
      case 'vcpu.start':
        return vcpu !== undefined && this.jobs.atLeisure(vcpu.job);
      case 'vcpu.poll':
      case 'vcpu.wait':
        return vcpu !== undefined && vcpu.job !== null;
      case 'vcpu.create':
        // Without the slot of its code a guest can do nothing.
        if (op.ctrlSlot === false && !this.equipped.has(this.names.descriptor(op.vm))) return false;
        return vcpu === undefined && this.workers < MOST_WORKERS;
      case 'host.start':
      case 'async.start':
        return thread === undefined ? this.workers < MOST_WORKERS : this.jobs.atLeisure(thread.job);
      case 'host.wait':
      case 'async.wait':
        return thread !== undefined;
      default:
        return true;
    }
  }

  /** Carries out one operation, and lets everybody go on until nobody can. */
  async perform(op: RecordedOp): Promise<Result> {
    const { names } = this;
    switch (op.op) {
      case 'vcpu.read':
      case 'vcpu.write':
        return this.jobs.outcome(await this.startAccess(op, op.op === 'vcpu.write'));
      case 'vcpu.start':
        return this.jobs.state(await this.startAccess(op, op.access === 'write'));
      case 'vcpu.poll':
        return this.jobs.state(this.vcpus.get(String(op.vcpu))?.job);
      case 'vcpu.wait':
        return this.jobs.outcome(this.vcpus.get(String(op.vcpu))?.job);
      case 'vcpu.signal': {
        const vcpu = this.vcpus.get(String(op.vcpu));
        if (vcpu !== undefined) await this.caller.poke(vcpu.worker);
        await this.jobs.settle();
        return { ok: true };
      }
      case 'host.start':
        return this.startThread(op, { ...op, op: op.access === 'write' ? 'host.write' : 'host.read' });
      case 'async.start':
        return this.startThread(op, op.do!);
      case 'host.wait':
      case 'async.wait':
        return this.jobs.outcome(this.threads.get(String(op.thread))?.job);
      default:
        return this.jobs.outcome(this.jobs.start(0, this.carryOut(op, names, this.caller)));
    }
  }

  private async startAccess(op: RecordedOp, write: boolean): Promise<Job> {
    const vcpu = this.vcpus.get(String(op.vcpu));
    const worker = vcpu?.worker ?? 0;
    const hands = worker === 0 ? this.caller : await this.caller.worker(worker);
    const job = this.jobs.start(worker, this.access(op, write, this.names, hands));
    if (vcpu !== undefined) vcpu.job = job;
    return job;
  }

  private async startThread(op: RecordedOp, work: RecordedOp): Promise<Result> {
    const name = String(op.thread);
    try {
      for (const place of [work.addr, work.hva, work.at, work.to]) this.names.address(place);
    } catch (error) {
      if (error instanceof NoMapping) return error.skipped;
      throw error;
    }
    const worker = this.threads.get(name)?.worker ?? ++this.workers;
    const hands = await this.caller.worker(worker);
    const job = this.jobs.start(worker, this.carryOut(work, this.names, hands));
    this.threads.set(name, { worker, job });
    return this.jobs.state(job);
  }

  private async carryOut(op: RecordedOp, names: Names, hands: Hands): Promise<Result> {
    try {
      return await this.callOf(op, names, hands);
    } catch (error) {
      if (error instanceof NoMapping) return error.skipped;
      throw error;
    }
  }

  private callOf(op: RecordedOp, names: Names, hands: Hands): Promise<Result> {
    const [kind] = op.op.split('.');
    switch (kind) {
      case 'vm':
      case 'gmem':
        return this.vm(op, names, hands);
      case 'vcpu':
        if (op.op === 'vcpu.create') return this.createVcpu(op, names);
        return this.access(op, op.op === 'vcpu.write', names, hands);
      case 'fd':
      case 'memfd':
        return this.file(op, names, hands);
      case 'host':
        return this.host(op, names, hands);
      case 'uffd':
        return recordUffd(op, hands, names);
      default:
        return this.memory(op, names, hands);
    }
  }

  private async vm(op: RecordedOp, names: Names, hands: Hands): Promise<Result> {
    const bulk = hands.scratch + BULK;
    const vm = names.descriptor(op.vm);
    switch (op.op) {
      case 'vm.create': {
        const fd = await hands.syscall(SYS.ioctl, this.kvm, KVM_CREATE_VM, 0);
        if (fd >= 0) names.nameDescriptor(String(op.vm), fd);
        return plain(fd);
      }
      case 'vm.checkExtension':
        return withValue(await hands.syscall(SYS.ioctl, vm, KVM_CHECK_EXTENSION, number(op, 'cap')));
      case 'vm.enableCap': {
        const args = Array.isArray(op.args) ? op.args.map(BigInt) : [];
        const struct = words([wide(op, 'cap') | (wide(op, 'flags') << 32n), ...args], 104);
        return plain(await this.ioctl(hands, vm, KVM_ENABLE_CAP, struct));
      }
      case 'vm.setRegion':
        return plain(await this.setRegion(hands, vm, op, names));
      case 'vm.getDirtyLog': {
        const pages = number(op, 'npages');
        await hands.fill(bulk, 0, MOST_BITMAP);
        const result = await this.ioctl(hands, vm, KVM_GET_DIRTY_LOG, words([wide(op, 'slot'), bulk], 16));
        if (result < 0) return plain(result);
        const bitmap = await hands.peek(bulk, Math.ceil(pages / 64) * 8);
        const dirty = Array.from({ length: pages }, (_, page) => page).filter(
          page => (bitmap[page >> 3] >> (page & 7)) & 1,
        );
        return { ok: true, dirty };
      }
      case 'vm.clearDirtyLog': {
        const pages = Array.isArray(op.pages) ? op.pages.map(Number) : [];
        const bitmap = Buffer.alloc(1 + (Math.max(0, ...pages) >> 3));
        await hands.fill(bulk, 0, MOST_BITMAP);
        for (const page of pages) bitmap[page >> 3] |= 1 << (page & 7);
        await hands.store(bulk, bitmap);
        const first = wide(op, 'slot') | (wide(op, 'numPages') << 32n);
        return plain(
          await this.ioctl(hands, vm, KVM_CLEAR_DIRTY_LOG, words([first, wide(op, 'firstPage'), bulk], 24)),
        );
      }
      case 'gmem.create': {
        const fd = await this.ioctl(
          hands,
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

  private setRegion(hands: Hands, vm: number, op: RecordedOp, names: Names): Promise<number> {
    const head = [
      wide(op, 'slot') | (wide(op, 'flags') << 32n),
      wide(op, 'gpa'),
      wide(op, 'size'),
      names.address(op.hva),
    ];
    if (number(op, 'api') === 1) return this.ioctl(hands, vm, KVM_SET_USER_MEMORY_REGION, words(head, 32));
    const gmem = op.gmem === undefined ? 0 : names.descriptor(op.gmem);
    const tail = [wide(op, 'gmemOffset'), BigInt.asUintN(32, BigInt(gmem))];
    return this.ioctl(hands, vm, KVM_SET_USER_MEMORY_REGION2, words([...head, ...tail], 160));
  }

  private async createVcpu(op: RecordedOp, names: Names): Promise<Result> {
    const vm = names.descriptor(op.vm);
    const { caller } = this;
    if (op.ctrlSlot !== false) {
      const at = BigInt(names.choosePlace(BigInt(CTRL_BYTES)));
      const flags = PRIVATE_ANONYMOUS | MAP_FIXED_NOREPLACE;
      const memory = await caller.syscall(SYS.mmap, at, CTRL_BYTES, 3, flags, -1, 0);
      if (memory < 0) return plain(memory);
      await caller.store(at, ctrlContents(op.pteDirty !== false));
      const region = words([BigInt(CTRL_SLOT), BigInt(CTRL_GPA), BigInt(CTRL_BYTES), at], 32);
      const result = await this.ioctl(caller, vm, KVM_SET_USER_MEMORY_REGION, region);
      if (result < 0) return plain(result);
      this.equipped.add(vm);
    }
    const fd = await caller.syscall(SYS.ioctl, vm, KVM_CREATE_VCPU, wide(op, 'id'));
    if (fd < 0) return plain(fd);
    names.nameDescriptor(String(op.vcpu), fd);
    const mode = op.mode === 'emul' ? 'emul' : 'mmu';
    const guest = await Guest.make(caller, this.kvm, fd, mode);
    this.vcpus.set(String(op.vcpu), { guest, worker: ++this.workers, job: null });
    return plain(fd);
  }

  private async access(op: RecordedOp, write: boolean, names: Names, hands: Hands): Promise<Result> {
    const guest = this.vcpus.get(String(op.vcpu))?.guest;
    if (guest === undefined) return { errno: 'EBADF', stage: 'setup' };
    const reached = await guest.reach(hands);
    if (reached < 0) return { ...plain(reached), stage: 'setup' };
    const size = number(op, 'size', 4);
    return ran(await guest.access(hands, write, number(op, 'gpa'), size, wide(op, 'value')), write, names);
  }

  private async file(op: RecordedOp, names: Names, hands: Hands): Promise<Result> {
    const fd = names.descriptor(op.fd);
    const bulk = hands.scratch + BULK;
    switch (op.op) {
      case 'memfd.create': {
        await hands.store(bulk, Buffer.from('recorded\0'));
        const made = await hands.syscall(SYS.memfdCreate, bulk, number(op, 'flags'));
        if (made < 0) return plain(made);
        const sized = await hands.syscall(SYS.ftruncate, made, wide(op, 'size'));
        if (sized < 0) {
          await hands.syscall(SYS.close, made);
          return plain(sized);
        }
        names.nameDescriptor(String(op.fd), made);
        return { ok: true };
      }
      case 'fd.fallocate':
        return plain(
          await hands.syscall(SYS.fallocate, fd, number(op, 'mode'), wide(op, 'offset'), wide(op, 'len')),
        );
      case 'fd.fstat': {
        const result = await hands.syscall(SYS.fstat, fd, bulk);
        return result < 0 ? plain(result) : { ok: true, value: statOf(await hands.peek(bulk, 144)) };
      }
      case 'fd.ftruncate':
        return plain(await hands.syscall(SYS.ftruncate, fd, wide(op, 'size')));
      case 'fd.lseek':
        return withValue(await hands.syscall(SYS.lseek, fd, wide(op, 'offset'), number(op, 'whence')));
      case 'fd.read': {
        const length = number(op, 'len');
        const got =
          op.offset === undefined
            ? await hands.syscall(SYS.read, fd, bulk, length)
            : await hands.syscall(SYS.pread, fd, bulk, length, wide(op, 'offset'));
        return got < 0 ? plain(got) : { ok: true, value: (await hands.peek(bulk, got)).toString('hex') };
      }
      case 'fd.write': {
        const bytes = bytesOf(op.data);
        await hands.store(bulk, bytes);
        return withValue(
          op.offset === undefined
            ? await hands.syscall(SYS.write, fd, bulk, bytes.length)
            : await hands.syscall(SYS.pwrite, fd, bulk, bytes.length, wide(op, 'offset')),
        );
      }
      case 'fd.close': {
        const result = await hands.syscall(SYS.close, fd);
        names.forgetDescriptor(op.fd);
        return plain(result);
      }
      case 'fd.dup': {
        const copy = await hands.syscall(SYS.dup, fd);
        if (copy >= 0) names.nameDescriptor(String(op.as), copy);
        return plain(copy);
      }
      default:
        throw unknown(op);
    }
  }

  private async host(op: RecordedOp, names: Names, hands: Hands): Promise<Result> {
    switch (op.op) {
      case 'host.read': {
        const bytes = await hands.load(names.address(op.addr), number(op, 'len'));
        return Buffer.isBuffer(bytes) ? { ok: true, value: bytes.toString('hex') } : death(bytes);
      }
      case 'host.write': {
        const died = await hands.store(names.address(op.addr), bytesOf(op.data));
        return died === null ? { ok: true } : death(died);
      }
      case 'host.forkRun': {
        const inherited = names.copy();
        const value: Result[] = [];
        await this.caller.inChild(async () => {
          for (const inner of op.ops ?? []) value.push(await this.carryOut(inner, inherited, hands));
        });
        return { ok: true, value };
      }
      default:
        throw unknown(op);
    }
  }

  private async memory(op: RecordedOp, names: Names, hands: Hands): Promise<Result> {
    if (op.op === 'mmap') return plain(await this.map(op, names, hands));
    const at = names.address(op.addr);
    switch (op.op) {
      case 'munmap':
        return plain(await hands.syscall(SYS.munmap, at, wide(op, 'len')));
      case 'mprotect':
        return plain(await hands.syscall(SYS.mprotect, at, wide(op, 'len'), number(op, 'prot')));
      case 'madvise':
        return plain(await hands.syscall(SYS.madvise, at, wide(op, 'len'), number(op, 'advice')));
      case 'mremap': {
        const to = op.to === undefined ? 0n : names.address(op.to);
        const flags = op.to === undefined ? 0 : MREMAP_MAYMOVE_FIXED;
        const lengths = [wide(op, 'oldLen'), wide(op, 'newLen')];
        return plain(await hands.syscall(SYS.mremap, at, ...lengths, flags, to));
      }
      case 'mincore': {
        const result = await hands.syscall(SYS.mincore, at, wide(op, 'len'), hands.scratch + BULK);
        if (result < 0) return plain(result);
        const pages = Math.ceil(number(op, 'len') / 4096);
        return {
          ok: true,
          value: [...(await hands.peek(hands.scratch + BULK, pages))].map(byte => byte & 1),
        };
      }
      default:
        throw unknown(op);
    }
  }

  private async map(op: RecordedOp, names: Names, hands: Hands): Promise<number> {
    const length = wide(op, 'len');
    const over = op.at !== undefined;
    const at = over ? names.address(op.at) : BigInt(names.choosePlace(length));
    const flags = number(op, 'flags') | (over ? MAP_FIXED : MAP_FIXED_NOREPLACE);
    const fd = op.fd === undefined ? -1 : names.descriptor(op.fd);
    const offset = wide(op, 'offset');
    const result = await hands.syscall(SYS.mmap, at, length, number(op, 'prot'), flags, fd, offset);
    if (result >= 0 && op.as !== undefined) names.nameMapping(String(op.as), result, Number(length));
    return result;
  }

  private async ioctl(hands: Hands, fd: number, request: number, struct: Uint8Array): Promise<number> {
    await hands.store(hands.scratch, struct);
    return hands.syscall(SYS.ioctl, fd, request, hands.scratch);
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
