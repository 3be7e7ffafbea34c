/**
 * Recorded cases changed a little: arguments that are odd, operations left out, repeated, exchanged or taken from
 * another case. What a kernel answers to them is for a recorder to say.
 */
import type { Random } from '../engine/random.ts';
import type { RecordedOp } from './recording.ts';

const PAGE = 4096;

/** Values for the arguments of a name, where any page or length will not do. */
const POOLS: Readonly<Record<string, readonly unknown[]>> = {
  api: [1, 2],
  slot: [0, 1, 2, 3, 1000, 32763, 32764, 32767, 65535, 65536, 65537, 131072],
  advice: [0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 24, 25],
  prot: [0, 1, 2, 3, 4, 5, 6, 7, 8],
  whence: [0, 1, 2, 3, 4, 5, -1],
  fill: [0, 1, 255],
  id: [0, 1, 2, 255, 4095, 4096, 65535],
  access: ['read', 'write'],
  pteDirty: [true, false],
  ctrlSlot: [true, false],
  srcMisalign: [0, 1, 8, 4095],
  firstPage: [0, 1, 16, 32, 64, 128, -64, 2 ** 32],
  numPages: [0, 1, 2, 8, 16, 31, 32, 63, 64, 65, 128, 2 ** 31, 2 ** 32 - 1],
  npages: [1, 16, 32, 64, 128],
  features: [0, 1, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 0x3fffd],
};

const FLAGS: Readonly<Record<string, readonly number[]>> = {
  'vm.setRegion': [0, 0, 1, 1, 2, 3, 4, 4, 5, 6, 7, 8, 16, 2 ** 31],
  'gmem.create': [0, 1, 2, 3, 4, 8],
  mmap: [0x22, 0x22, 0x21, 1, 2, 3, 0, 0x20, 0x4022, 0x4001],
  'vm.enableCap': [0, 0, 1],
  'uffd.create': [0o2004000, 0, 1, 0o4000, 0o2000000, 4],
};

const MODES: Readonly<Record<string, readonly number[]>> = {
  'fd.fallocate': [0, 1, 1, 2, 3, 3, 3, 8, 16, 17, 32, 64, 65, 128, 4],
  'uffd.register': [0, 1, 1, 2, 3, 4, 5, 6, 7, 8],
};

const FILL_MODES = [0, 0, 0, 1, 2, 3, 4];

/** Sizes and offsets in bytes that lie at an edge. */
const EDGES: readonly (number | string)[] = [
  ...[0, 1, 8, 511, 512, 2048, 4095, PAGE, PAGE + 1, 2 * PAGE, 4 * PAGE, 15 * PAGE, 16 * PAGE, 17 * PAGE],
  ...[32 * PAGE, 63 * PAGE, 64 * PAGE, 2 ** 21, -1, -PAGE, 2 ** 30, 2 ** 43, 2 ** 44, 2 ** 47, 2 ** 52],
  ...['0x7ffffffffffff000', '0x7fffffffffffffff', '0x8000000000000000', '0xfffffffffffff000'],
];

/** The argument that gives what an operation makes its name. */
const MAKES: Readonly<Record<string, string>> = {
  'vm.create': 'vm',
  'gmem.create': 'gmem',
  'memfd.create': 'fd',
  'uffd.create': 'uffd',
  'uffd.read': 'uffd',
  'vcpu.create': 'vcpu',
};

/** Arguments that name a descriptor or a place in memory. */
const NAMES = ['vm', 'fd', 'gmem', 'uffd', 'vcpu'];
const PLACES = ['addr', 'hva', 'at', 'to', 'src'];

/** A case's operations, without results, changed in some places. `others` are cases to take operations from. */
export function vary(
  ops: readonly RecordedOp[],
  others: readonly (readonly RecordedOp[])[],
  random: Random,
): RecordedOp[] {
  let out: RecordedOp[] = ops.map(({ result: _, ...op }) => op);
  for (let left = 1 + random.below(5); left > 0; left--) out = varyOnce(out, others, random);
  return out;
}

function varyOnce(
  ops: readonly RecordedOp[],
  others: readonly (readonly RecordedOp[])[],
  random: Random,
): RecordedOp[] {
  if (ops.length === 0) return [];
  const at = random.below(ops.length);
  const to = random.below(ops.length + 1);
  switch (random.below(12)) {
    case 0:
      return ops.toSpliced(at, 1);
    case 1:
      return ops.toSpliced(to, 0, ops[at]);
    case 2:
      return at === 0 ? [...ops] : ops.with(at, ops[at - 1]).with(at - 1, ops[at]);
    case 3:
    case 4: {
      const { result: _, ...op } = random.pick(random.pick(others));
      return ops.toSpliced(to, 0, op);
    }
    case 5:
      return ops.toSpliced(to, 0, anyLook(ops, random));
    default:
      return ops.with(at, varyOp(ops[at], ops, random));
  }
}

function varyOp(op: RecordedOp, ops: readonly RecordedOp[], random: Random): RecordedOp {
  if (op.do !== undefined) return { ...op, do: varyOp(op.do, ops, random) };
  if (op.ops !== undefined && op.ops.length > 0) {
    const at = random.below(op.ops.length);
    return { ...op, ops: op.ops.with(at, varyOp(op.ops[at], ops, random)) };
  }
  const keys = Object.keys(op).filter(
    key => key !== MAKES[op.op] && key !== 'op' && key !== 'as' && key !== 'data' && key !== 'timeoutMs',
  );
  if (keys.length === 0) return op;
  const key = random.pick(keys);
  return { ...op, [key]: varyValue(op, key, ops, random) };
}

function varyValue(op: RecordedOp, key: string, ops: readonly RecordedOp[], random: Random): unknown {
  const value = op[key];
  if (key === 'vcpu') return random.pick([...namesOf(ops, ['vcpu']), 'nosuch']);
  if (NAMES.includes(key))
    return random.pick([...namesOf(ops, [key]), ...namesOf(ops, [key]), ...namesOf(ops, NAMES), 'nosuch']);
  if (PLACES.includes(key)) return placeIn(ops, random);
  if (key === 'flags') return random.pick(FLAGS[op.op] ?? [0]);
  if (key === 'mode' && op.op === 'vcpu.create') return random.pick(['mmu', 'emul']);
  if (key === 'mode') return random.pick(MODES[op.op] ?? FILL_MODES);
  if (key === 'pages') return Array.from({ length: random.below(5) }, () => random.below(70));
  if (key === 'args') return [random.pick([0, 1, 2, 3, 4, '0x100000000'])];
  if (Object.hasOwn(POOLS, key)) return random.pick(POOLS[key]);
  if (key === 'size' && /^vcpu/.test(op.op)) return random.pick([1, 2, 4, 8]);
  if (key === 'gpa' && /^vcpu/.test(op.op))
    return random.below(130) * PAGE + random.pick([0, 0, 8, 0xffc, 0xffe, 0xfff]);
  if (key === 'len' && op.op === 'host.read') return random.pick([1, 2, 4, 8, 64, PAGE, 2 * PAGE]);
  if (typeof value === 'number' && random.chance(0.6)) {
    return value + random.pick([PAGE, -PAGE, 2 * PAGE, 1, -1, value, -Math.floor(value / 2), 512]);
  }
  return random.chance(0.7) ? random.below(20) * PAGE : random.pick(EDGES);
}

/** Names that the arguments of these keys have. */
function namesOf(ops: readonly RecordedOp[], keys: readonly string[]): string[] {
  return ops.flatMap(op => keys.flatMap(key => (typeof op[key] === 'string' ? [op[key] as string] : [])));
}

function placeIn(ops: readonly RecordedOp[], random: Random): string | null {
  const mappings = namesOf(ops, ['as']);
  if (mappings.length === 0 || random.chance(0.04)) return null;
  const at = random.below(36) * PAGE + (random.chance(0.1) ? random.pick([1, 256, 4095]) : 0);
  const name = random.pick(mappings);
  return at === 0 ? name : `${name}+0x${at.toString(16)}`;
}

/** An operation that looks at, or writes, some place. */
function anyLook(ops: readonly RecordedOp[], random: Random): RecordedOp {
  const gpa = random.below(96) * PAGE + random.pick([0, 0, 0, 0x800, 0xffe]);
  const vcpu = random.pick([...namesOf(ops, ['vcpu']), 'cpu0']);
  const addr = placeIn(ops, random) ?? 'anon0';
  switch (random.below(8)) {
    case 0:
    case 1:
      return { op: 'vcpu.read', vcpu, gpa, size: 4 };
    case 2:
      return { op: 'vcpu.write', vcpu, gpa, size: 4, value: random.below(2 ** 31) };
    case 3:
      return { op: 'host.read', addr, len: 4 };
    case 4:
      return { op: 'host.write', addr, data: 'c0ffee' };
    case 5:
      return { op: 'vm.getDirtyLog', vm: 'vm0', slot: random.below(3), npages: 64 };
    case 6:
      return { op: 'madvise', addr, len: (1 + random.below(8)) * PAGE, advice: random.pick(POOLS.advice) };
    default:
      return { op: 'mprotect', addr, len: (1 + random.below(8)) * PAGE, prot: random.pick([0, 1, 3, 3]) };
  }
}
