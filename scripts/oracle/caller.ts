/** A process that carries out single system calls and memory accesses: the recorder's hands (caller.c). */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';

/** Memory for arguments in the caller (SCRATCH in caller.c); address in bytes. */
export const SCRATCH = 0x100000000000n;

/** What a load or store died of: numbers of signal and si_code. */
export interface Fatal {
  readonly signal: number;
  readonly code: number;
}

/** A signal that came during a system call; the address in bytes. */
export interface Signal extends Fatal {
  readonly address: number;
}

/** Something that this machine cannot do; the message is one line. */
export class OracleError extends Error {}

/**
 * Compiles the caller.
 *
 * @param root the project's folder, with a slash at its end
 * @returns the path of the program
 * @throws OracleError where there is no C compiler, or it fails.
 */
export function buildCaller(root: string): string {
  const folder = `${root}node_modules/.cache/faultlines`;
  mkdirSync(folder, { recursive: true });
  const program = `${folder}/oracle-caller.${process.pid}`;
  try {
    execFileSync('cc', ['-O1', '-Wall', '-o', program, `${root}scripts/oracle/caller.c`], { stdio: 'pipe' });
  } catch (error) {
    const reason = String(error instanceof Error ? error.message : error).split('\n')[0];
    throw new OracleError(`a C compiler named cc is needed to make system calls: ${reason}`);
  }
  return program;
}

/** One process; it is gone after `close`. */
export class Caller {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: Interface;
  /** The signal that came during the last system call, or null. */
  signal: Signal | null = null;
  private readonly waiting: { resolve(line: string): void; reject(error: Error): void }[] = [];

  constructor(program: string) {
    this.child = spawn(program, [], { stdio: 'pipe' });
    this.lines = createInterface({ input: this.child.stdout });
    this.lines.on('line', line => this.waiting.shift()?.resolve(line));
    const fail = () => {
      for (const { reject } of this.waiting.splice(0)) reject(new OracleError('the calling process ended'));
    };
    this.child.on('close', fail);
    this.child.stdin.on('error', fail);
  }

  /** Makes a system call with up to six arguments; returns its value, or a negated errno. */
  async syscall(number: number, ...args: readonly (number | bigint)[]): Promise<number> {
    const words = args.map(arg => BigInt.asUintN(64, BigInt(arg)));
    const [value, came] = (await this.ask(`S ${number} ${words.join(' ')}`)).split(' !');
    this.signal = null;
    if (came !== undefined) {
      const [signal, code, address] = came.split(' ').map(Number);
      this.signal = { signal, code, address };
    }
    return Number(value);
  }

  /** Reads bytes as a thread does. */
  async load(address: bigint, length: number): Promise<Buffer | Fatal> {
    const line = await this.ask(`L ${BigInt.asUintN(64, address)} ${length}`);
    return line.startsWith('!') ? fatal(line) : Buffer.from(line, 'hex');
  }

  /** Writes bytes as a thread does, from the first to the last. */
  async store(address: bigint, bytes: Uint8Array): Promise<Fatal | null> {
    const hex = Buffer.from(bytes).toString('hex');
    const line = await this.ask(`W ${BigInt.asUintN(64, address)} ${hex}`);
    return line.startsWith('!') ? fatal(line) : null;
  }

  /** Reads bytes that must be there: arguments, and what the kernel left in them. */
  async peek(address: bigint, length: number): Promise<Buffer> {
    const bytes = await this.load(address, length);
    if (!Buffer.isBuffer(bytes)) throw new OracleError(`cannot read the caller's memory at ${address}`);
    return bytes;
  }

  /** Fills memory with a byte. */
  async fill(address: bigint, byte: number, length: number): Promise<void> {
    await this.ask(`M ${address} ${byte} ${length}`);
  }

  /** Has a child process do what `body` asks for, and waits for its end. */
  async inChild<T>(body: () => Promise<T>): Promise<T> {
    await this.ask('F');
    const result = await body();
    await this.ask('X');
    return result;
  }

  /** Ends the process, whatever it is doing. */
  close(): void {
    this.child.kill('SIGKILL');
    this.lines.close();
  }

  private ask(line: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.child.stdin.write(`${line}\n`);
    });
  }
}

function fatal(line: string): Fatal {
  const [signal, code] = line.slice(1).split(' ').map(Number);
  return { signal, code };
}
