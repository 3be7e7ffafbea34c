/** A process that carries out single system calls and memory accesses: the recorder's hands (caller.c). */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';

/** Memory for arguments in the caller, and how much of it a thread has (SCRATCH in caller.c); in bytes. */
const SCRATCH = 0x100000000000n;
const SCRATCH_BYTES = 64n << 20n;

/** What a load or store died of: numbers of signal and si_code. */
export interface Fatal {
  readonly signal: number;
  readonly code: number;
}

/** A signal that came during a system call; the address in bytes. */
export interface Signal extends Fatal {
  readonly address: number;
}

/** What a system call came to: its value, or a negated errno, and a signal that came meanwhile. */
export interface Called {
  readonly value: number;
  readonly signal: Signal | null;
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
  const args = ['-O1', '-Wall', '-pthread', '-o', program, `${root}scripts/oracle/caller.c`];
  try {
    execFileSync('cc', args, { stdio: 'pipe' });
  } catch (error) {
    const reason = String(error instanceof Error ? error.message : error).split('\n')[0];
    throw new OracleError(`a C compiler named cc is needed to make system calls: ${reason}`);
  }
  return program;
}

type Ask = (line: string) => Promise<string>;

/** One thread of the calling process. */
export class Hands {
  /** Where its arguments go: memory that no other thread uses; address in bytes. */
  readonly scratch: bigint;
  private readonly ask: Ask;

  constructor(ask: Ask, thread: number) {
    this.ask = ask;
    this.scratch = SCRATCH + BigInt(thread) * SCRATCH_BYTES;
  }

  /** Makes a system call with up to six arguments. */
  async call(number: number, ...args: readonly (number | bigint)[]): Promise<Called> {
    const words = args.map(arg => BigInt.asUintN(64, BigInt(arg)));
    const [value, came] = (await this.ask(`S ${number} ${words.join(' ')}`)).split(' !');
    if (came === undefined) return { value: Number(value), signal: null };
    const [signal, code, address] = came.split(' ').map(Number);
    return { value: Number(value), signal: { signal, code, address } };
  }

  /** The same where no signal is looked for; returns its value, or a negated errno. */
  async syscall(number: number, ...args: readonly (number | bigint)[]): Promise<number> {
    return (await this.call(number, ...args)).value;
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
}

/** What the kernel's scheduler says of a thread. */
export interface Standing {
  readonly state: string;
  readonly switches: string;
  readonly ran: number;
}

const NO_STANDING: Standing = { state: '?', switches: '', ran: 0 };

interface Waiting {
  resolve(line: string): void;
  reject(error: Error): void;
}

/** One process; it is gone after `close`. */
export class Caller extends Hands {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: Interface;
  /** Who waits for an answer of which thread; 0 is the first one. */
  private readonly waiting = new Map<number, Waiting[]>();
  private readonly workers: { hands: Hands; tid: number }[] = [];
  private over = false;
  /** How the process ended, once it has. */
  private end = 'nobody knows how';
  private children = 0;

  constructor(program: string) {
    super(line => this.send(0, line), 0);
    this.child = spawn(program, [], { stdio: 'pipe' });
    this.lines = createInterface({ input: this.child.stdout });
    this.lines.on('line', line => {
      const [, thread, answer] = /^(?:@(\d+) )?(.*)$/.exec(line)!;
      this.waiting
        .get(Number(thread ?? 0))
        ?.shift()
        ?.resolve(answer);
    });
    this.child.on('exit', (code, signal) => {
      this.end = signal ?? `exit code ${code}`;
    });
    this.child.on('close', () => this.fail());
    this.child.stdin.on('error', () => this.fail());
  }

  /** A thread of its own, by its number from 1. */
  async worker(number: number): Promise<Hands> {
    for (let n = this.workers.length + 1; n <= number; n++) {
      const tid = Number(await this.send(0, `I ${n}`));
      this.workers.push({ hands: new Hands(line => this.send(n, line), n), tid });
    }
    return this.workers[number - 1].hands;
  }

  /** Sends a thread a signal that it handles. */
  async poke(number: number): Promise<void> {
    await this.send(0, `K ${number}`);
  }

  /**
   * How a thread stands with the kernel's scheduler: its state's letter, how often it has been switched, and for how
   * many ns it has run.
   */
  standing(number: number): Standing {
    // The first one waits for its child, which is the one that answers.
    if (number === 0 && this.children > 0) return NO_STANDING;
    const { pid } = this.child;
    const tid = number === 0 ? pid : this.workers[number - 1].tid;
    let status: string;
    let ran: number;
    try {
      status = readFileSync(`/proc/${pid}/task/${tid}/status`, 'utf8');
      ran = Number.parseInt(readFileSync(`/proc/${pid}/task/${tid}/schedstat`, 'utf8'), 10);
    } catch {
      // It has ended, and whoever waits for its answers is about to be told.
      return NO_STANDING;
    }
    const state = /^State:\s+(\S)/m.exec(status)?.[1] ?? '?';
    const switches = status.match(/^(non)?voluntary_ctxt_switches:.*$/gm)?.join() ?? '';
    return { state, switches, ran };
  }

  /** Has a child process do what `body` asks for, and waits for its end. */
  async inChild<T>(body: () => Promise<T>): Promise<T> {
    this.children++;
    await this.send(0, 'F');
    const result = await body();
    await this.send(0, 'X');
    this.children--;
    return result;
  }

  /** Ends the process, whatever it is doing. */
  close(): void {
    this.over = true;
    this.child.kill('SIGKILL');
    this.lines.close();
  }

  private fail(): void {
    for (const waiting of this.waiting.values()) {
      for (const { reject } of waiting.splice(0))
        reject(new OracleError(`the calling process ended: ${this.end}`));
    }
  }

  private send(thread: number, line: string): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.over) return reject(new OracleError('the calling process was ended'));
      const waiting = this.waiting.get(thread) ?? [];
      waiting.push({ resolve, reject });
      this.waiting.set(thread, waiting);
      this.child.stdin.write(thread === 0 ? `${line}\n` : `T ${thread} ${line}\n`);
    });
  }
}

function fatal(line: string): Fatal {
  const [signal, code] = line.slice(1).split(' ').map(Number);
  return { signal, code };
}
