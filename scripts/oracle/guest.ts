/**
 * A guest that makes one load or store at a time: page tables that map every page to the frame of its number, a few
 * instructions, and a port to report through.
 */
import { type Called, type Hands, OracleError, type Signal } from './caller.ts';
import { SYS } from './syscalls.ts';

const KVM_RUN = 0xae80;
const KVM_SET_REGS = 0x4090ae82;
const KVM_GET_SREGS = 0x8138ae83;
const KVM_SET_SREGS = 0x4138ae84;
const KVM_SET_CPUID2 = 0x4008ae90;
const KVM_GET_SUPPORTED_CPUID = 0xc008ae05;
const KVM_GET_VCPU_MMAP_SIZE = 0xae04;

/** The slot for the guest's code and tables: id, address and size in bytes. */
export const CTRL_SLOT = 1000;
export const CTRL_GPA = 0x10000000;
export const CTRL_BYTES = 0x10000;
/** Where a store tells that the access is done. */
const REPORT_GPA = 0x20000000;

const PAGE = 0x1000;
const ENTRIES = 512;
/** Pages of the slot: code, the tables' upper three levels, four tables for the data, one each for code and report. */
const PML4 = 1;
const PDPT = 2;
const DIRECTORY = 3;
const DATA_TABLES = 4;
const CODE_TABLE = 8;
const REPORT_TABLE = 9;

const PRESENT_WRITE_USER = 0x7n;
const ACCESSED = 0x20n;
const DIRTY = 0x40n;

/** How the guest's instructions are carried out: by the CPU in user mode, or by KVM's emulator in kernel mode. */
export type GuestMode = 'mmu' | 'emul';

/** Why KVM_RUN came back. */
export type Exit =
  | { readonly reason: 'UNKNOWN' | 'INTR' | 'SHUTDOWN' | 'INTERNAL_ERROR' }
  | {
      readonly reason: 'MMIO';
      readonly addr: number;
      readonly len: number;
      readonly isWrite: boolean;
      readonly data?: string;
    }
  | { readonly reason: 'MEMORY_FAULT'; readonly flags: number; readonly gpa: number; readonly size: number };

/** What an access came to: the value reported, or the exit and errno (negated, or 0) it ended with. */
export type Access =
  | { readonly done: true; readonly value: bigint }
  | { readonly done: false; readonly errno: number; readonly exit: Exit; readonly signal: Signal | null };

/** Instructions at a place each: load or store of 1, 2, 4 or 8 bytes at rdi, rax stored at rsi, an endless loop. */
const CODE: readonly { readonly write: boolean; readonly size: number; readonly bytes: readonly number[] }[] =
  [
    { write: false, size: 1, bytes: [0x0f, 0xb6, 0x07] },
    { write: false, size: 2, bytes: [0x0f, 0xb7, 0x07] },
    { write: false, size: 4, bytes: [0x8b, 0x07] },
    { write: false, size: 8, bytes: [0x48, 0x8b, 0x07] },
    { write: true, size: 1, bytes: [0x88, 0x07] },
    { write: true, size: 2, bytes: [0x66, 0x89, 0x07] },
    { write: true, size: 4, bytes: [0x89, 0x07] },
    { write: true, size: 8, bytes: [0x48, 0x89, 0x07] },
  ];
const REPORT = [0x48, 0x89, 0x06, 0xeb, 0xfe];
const CODE_STEP = 16;

/** The contents of the slot for code and tables. `dirty`: the dirty bits of the data's entries begin set. */
export function ctrlContents(dirty: boolean): Buffer {
  const out = Buffer.alloc(CTRL_BYTES);
  for (const [at, { bytes }] of CODE.entries()) out.set([...bytes, ...REPORT], at * CODE_STEP);
  const entry = (page: number, index: number, gpa: number, flags: bigint) =>
    out.writeBigUInt64LE(BigInt(gpa) | flags, page * PAGE + 8 * index);
  const table = (page: number, index: number, to: number) =>
    entry(page, index, CTRL_GPA + to * PAGE, PRESENT_WRITE_USER | ACCESSED);
  table(PML4, 0, PDPT);
  table(PDPT, 0, DIRECTORY);
  for (let i = 0; i < CODE_TABLE - DATA_TABLES; i++) table(DIRECTORY, i, DATA_TABLES + i);
  table(DIRECTORY, CTRL_GPA / PAGE / ENTRIES, CODE_TABLE);
  table(DIRECTORY, REPORT_GPA / PAGE / ENTRIES, REPORT_TABLE);
  const leaf = PRESENT_WRITE_USER | ACCESSED;
  for (let page = 0; page < (CODE_TABLE - DATA_TABLES) * ENTRIES; page++) {
    entry(DATA_TABLES, page, page * PAGE, dirty ? leaf | DIRTY : leaf);
  }
  for (let page = 0; page < CTRL_BYTES / PAGE; page++) {
    entry(CODE_TABLE, page, CTRL_GPA + page * PAGE, leaf | DIRTY);
  }
  entry(REPORT_TABLE, 0, REPORT_GPA, leaf | DIRTY);
  return out;
}

/** One vCPU of the kernel, ready for accesses. */
export class Guest {
  private readonly fd: number;
  private readonly run: bigint;

  private constructor(fd: number, run: bigint) {
    this.fd = fd;
    this.run = run;
  }

  /**
   * Sets a new vCPU up.
   *
   * @param kvm descriptor of /dev/kvm
   * @param fd descriptor of the vCPU
   */
  static async make(hands: Hands, kvm: number, fd: number, mode: GuestMode): Promise<Guest> {
    const size = await hands.syscall(SYS.ioctl, kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    const run = await hands.syscall(SYS.mmap, 0, size, 3, 1, fd, 0);
    if (run < 0) throw new OracleError(`the vCPU's run structure cannot be mapped: errno ${-run}`);
    const guest = new Guest(fd, BigInt(run));
    await guest.copyCpuid(hands, kvm);
    await guest.setSregs(hands, mode);
    return guest;
  }

  /** Whether the calling process may use the vCPU, which a child of the one that made it may not: 0 or a negated errno. */
  async reach(hands: Hands): Promise<number> {
    return hands.syscall(SYS.ioctl, this.fd, KVM_GET_SREGS, hands.scratch);
  }

  /**
   * Makes one access. An exit ends it: what a later part of it would do is not waited for.
   *
   * @param hands the thread that makes it
   * @param size bytes: 1, 2, 4 or 8
   */
  async access(hands: Hands, write: boolean, gpa: number, size: number, value: bigint): Promise<Access> {
    const at = CODE.findIndex(code => code.write === write && code.size === size);
    if (at < 0) throw new OracleError(`there is no access of ${size} bytes`);
    await this.setRegs(hands, CTRL_GPA + at * CODE_STEP, gpa, value);
    const { value: errno, signal } = await this.kvmRun(hands, false);
    const exit = await this.exit(hands);
    if (errno < 0) return { done: false, errno, exit, signal };
    if (exit.reason !== 'MMIO') return { done: false, errno: 0, exit, signal };
    await this.finishIo(hands, exit);
    if (exit.addr !== REPORT_GPA) return { done: false, errno: 0, exit, signal };
    return { done: true, value: Buffer.from(exit.data!, 'hex').readBigUInt64LE() };
  }

  /** Answers I/O with zeros until KVM has nothing of the instruction left to do. */
  private async finishIo(hands: Hands, first: Exit): Promise<void> {
    for (let exit = first; exit.reason === 'MMIO'; exit = await this.exit(hands)) {
      if (!exit.isWrite) await hands.store(this.run + 40n, new Uint8Array(8));
      if ((await this.kvmRun(hands, true)).value < 0) return;
    }
  }

  /** @param only completes what is left of the last exit, without entering the guest (immediate_exit) */
  private async kvmRun(hands: Hands, only: boolean): Promise<Called> {
    await hands.store(this.run + 1n, Uint8Array.of(only ? 1 : 0));
    return hands.call(SYS.ioctl, this.fd, KVM_RUN, 0);
  }

  private async exit(hands: Hands): Promise<Exit> {
    const run = await hands.peek(this.run, 64);
    const long = (at: number) => Number(run.readBigUInt64LE(at));
    const reason = run.readUInt32LE(8);
    switch (reason) {
      case 0:
        return { reason: 'UNKNOWN' };
      case 6: {
        const len = run.readUInt32LE(48);
        const isWrite = run[52] !== 0;
        const data = isWrite ? { data: run.subarray(40, 40 + len).toString('hex') } : {};
        return { reason: 'MMIO', addr: long(32), len, isWrite, ...data };
      }
      case 8:
        return { reason: 'SHUTDOWN' };
      case 10:
        return { reason: 'INTR' };
      case 17:
        return { reason: 'INTERNAL_ERROR' };
      case 39:
        return { reason: 'MEMORY_FAULT', flags: long(32), gpa: long(40), size: long(48) };
      default:
        throw new OracleError(`the guest left with exit reason ${reason}, which no access should cause`);
    }
  }

  private async setRegs(hands: Hands, rip: number, gpa: number, value: bigint): Promise<void> {
    const regs = Buffer.alloc(144);
    regs.writeBigUInt64LE(BigInt.asUintN(64, value), 0);
    regs.writeBigUInt64LE(BigInt(REPORT_GPA), 32);
    regs.writeBigUInt64LE(BigInt(gpa), 40);
    regs.writeBigUInt64LE(BigInt(rip), 128);
    regs.writeBigUInt64LE(2n, 136);
    await this.ioctl(hands, KVM_SET_REGS, regs);
  }

  /** Long mode with the tables of the slot: user mode runs on the CPU, kernel mode in KVM's emulator. */
  private async setSregs(hands: Hands, mode: GuestMode): Promise<void> {
    await hands.syscall(SYS.ioctl, this.fd, KVM_GET_SREGS, hands.scratch);
    const sregs = await hands.peek(hands.scratch, 312);
    const level = mode === 'mmu' ? 3 : 0;
    const segment = (at: number, selector: number, type: number, long: number) => {
      sregs.fill(0, at, at + 24);
      sregs.writeUInt32LE(0xffffffff, at + 8);
      sregs.writeUInt16LE(selector | level, at + 12);
      // type, present, dpl, db, s, l, g
      sregs.set([type, 1, level, long ? 0 : 1, 1, long, 1], at + 14);
    };
    segment(0, 0x30, 11, 1);
    for (let i = 1; i < 6; i++) segment(24 * i, 0x28, 3, 0);
    const control = 24 * 8 + 32;
    sregs.writeBigUInt64LE(0x80010033n, control);
    sregs.writeBigUInt64LE(BigInt(CTRL_GPA + PML4 * PAGE), control + 16);
    sregs.writeBigUInt64LE(0x620n, control + 24);
    sregs.writeBigUInt64LE(0xd01n, control + 40);
    await this.ioctl(hands, KVM_SET_SREGS, sregs);
  }

  private async copyCpuid(hands: Hands, kvm: number): Promise<void> {
    const entries = 256;
    const list = Buffer.alloc(8 + 40 * entries);
    list.writeUInt32LE(entries, 0);
    await hands.store(hands.scratch, list);
    await hands.syscall(SYS.ioctl, kvm, KVM_GET_SUPPORTED_CPUID, hands.scratch);
    const result = await hands.syscall(SYS.ioctl, this.fd, KVM_SET_CPUID2, hands.scratch);
    if (result < 0) throw new OracleError(`KVM_SET_CPUID2 failed: errno ${-result}`);
  }

  private async ioctl(hands: Hands, request: number, argument: Uint8Array): Promise<void> {
    await hands.store(hands.scratch, argument);
    const result = await hands.syscall(SYS.ioctl, this.fd, request, hands.scratch);
    if (result < 0)
      throw new OracleError(`ioctl 0x${request.toString(16)} on a vCPU failed: errno ${-result}`);
  }
}
