/** Operations on userfaultfds of the running kernel. */
import { type Names, number, wide, writeWide } from '../../src/model/conformance/names.ts';
import type { RecordedOp } from '../../src/model/conformance/recording.ts';
import { filled, plain, type Result } from '../../src/model/conformance/results.ts';
import { type Hands, OracleError } from './caller.ts';
import { SYS } from './syscalls.ts';

const UFFDIO_API = 0xc018aa3f;
const UFFDIO_REGISTER = 0xc020aa00;
const UFFDIO_UNREGISTER = 0x8010aa01;
const UFFDIO_WAKE = 0x8010aa02;
const UFFDIO_COPY = 0xc028aa03;
const UFFDIO_ZEROPAGE = 0xc020aa04;
const UFFDIO_MOVE = 0xc028aa05;
const UFFDIO_WRITEPROTECT = 0xc018aa06;
const UFFDIO_CONTINUE = 0xc020aa07;
const UFFDIO_POISON = 0xc020aa08;

/** O_CLOEXEC | O_NONBLOCK. */
const DEFAULT_FLAGS = 0o2004000;
const API = 0xaa;
/** Where in the scratch memory what is copied from lies; the page after it is a source's odd end. */
const SOURCE = 0x100000n;
const MAX_SOURCE = 2 ** 24;
const PAGE = 4096;

/** Carries out an operation whose name begins with `uffd.`. */
export async function recordUffd(op: RecordedOp, hands: Hands, names: Names): Promise<Result> {
  if (op.op === 'uffd.create') {
    const fd = await hands.syscall(SYS.userfaultfd, number(op, 'flags', DEFAULT_FLAGS));
    if (fd >= 0) names.nameDescriptor(String(op.uffd), fd);
    return plain(fd);
  }
  const fd = names.descriptor(op.uffd);
  const call = async (request: number, bytes: number, words: readonly bigint[]) => {
    const struct = Buffer.alloc(bytes);
    for (const [at, word] of words.entries()) struct.writeBigUInt64LE(BigInt.asUintN(64, word), 8 * at);
    await hands.store(hands.scratch, struct);
    return hands.syscall(SYS.ioctl, fd, request, hands.scratch);
  };
  const left = async (at: number) => (await hands.peek(hands.scratch, at + 8)).readBigInt64LE(at);
  const addr = names.address(op.addr);
  const len = wide(op, 'len');
  const mode = wide(op, 'mode');
  switch (op.op) {
    case 'uffd.api': {
      const result = await call(UFFDIO_API, 24, [wide(op, 'api', API), wide(op, 'features')]);
      if (result < 0) return plain(result);
      const struct = await hands.peek(hands.scratch, 24);
      const ioctls = `0x${struct.readBigUInt64LE(16).toString(16)}`;
      return { ok: true, value: { features: writeWide(struct.readBigUInt64LE(8)), ioctls } };
    }
    case 'uffd.register': {
      const result = await call(UFFDIO_REGISTER, 32, [addr, len, mode]);
      if (result < 0) return plain(result);
      return { ok: true, value: { ioctls: `0x${BigInt.asUintN(64, await left(24)).toString(16)}` } };
    }
    case 'uffd.unregister':
      return plain(await call(UFFDIO_UNREGISTER, 16, [addr, len]));
    case 'uffd.wake':
      return plain(await call(UFFDIO_WAKE, 16, [addr, len]));
    case 'uffd.copy': {
      const bytes = len > BigInt(MAX_SOURCE) ? PAGE : Math.ceil(Number(len) / PAGE) * PAGE + PAGE;
      await hands.fill(hands.scratch + SOURCE, number(op, 'fill'), bytes);
      const source = hands.scratch + SOURCE + wide(op, 'srcMisalign');
      const result = await call(UFFDIO_COPY, 40, [addr, source, len, mode]);
      return fill('copy', result, await left(32));
    }
    case 'uffd.zeropage':
      return fill('zeropage', await call(UFFDIO_ZEROPAGE, 32, [addr, len, mode]), await left(24));
    case 'uffd.continue':
      return fill('mapped', await call(UFFDIO_CONTINUE, 32, [addr, len, mode]), await left(24));
    case 'uffd.poison':
      return fill('updated', await call(UFFDIO_POISON, 32, [addr, len, mode]), await left(24));
    case 'uffd.move': {
      const result = await call(UFFDIO_MOVE, 40, [addr, names.address(op.src), len, mode]);
      return fill('move', result, await left(32));
    }
    case 'uffd.writeprotect':
      return plain(await call(UFFDIO_WRITEPROTECT, 24, [addr, len, mode]));
    case 'uffd.read':
      return read(hands, fd, names);
    default:
      throw new OracleError(`the recorder does not know ${JSON.stringify(op)}`);
  }
}

/** Success is told by the field that the kernel filled in, in bytes. */
function fill(field: string, result: number, done: bigint): Result {
  return filled(field, { result: result < 0 ? result : Number(done), done: Number(done) });
}

async function read(hands: Hands, fd: number, names: Names): Promise<Result> {
  const got = await hands.syscall(SYS.read, fd, hands.scratch, 32);
  if (got < 0) return plain(got);
  const bytes = await hands.peek(hands.scratch, 32);
  const word = (at: number) => Number(bytes.readBigUInt64LE(at));
  switch (bytes[0]) {
    case 0x12:
      return { ok: true, value: { event: 'PAGEFAULT', addr: names.describe(word(16)), flags: word(8) } };
    case 0x14: {
      const [from, to] = [names.describe(word(8)), names.describe(word(16))];
      return { ok: true, value: { event: 'REMAP', from, to, len: word(24) } };
    }
    case 0x15:
    case 0x16: {
      const event = bytes[0] === 0x15 ? 'REMOVE' : 'UNMAP';
      const start = names.describe(word(8));
      return { ok: true, value: { event, start, len: word(16) - word(8) } };
    }
    default:
      throw new OracleError(`userfaultfd event 0x${bytes[0].toString(16)} is not known`);
  }
}
