/**
 * Recordings of a real kernel: sequences of system calls and guest accesses with what was answered
 * (format kvm-mem-oracle/1).
 */

/** One operation: its name, its arguments, and what the kernel answered. */
export interface RecordedOp {
  readonly op: string;
  readonly result?: unknown;
  /** Operations that a child process carries out. */
  readonly ops?: readonly RecordedOp[];
  /** The operation that another thread carries out. */
  readonly do?: RecordedOp;
  readonly [argument: string]: unknown;
}

/** A sequence that starts from nothing. */
export interface RecordedCase {
  readonly name: string;
  readonly family: string;
  readonly ops: readonly RecordedOp[];
}

/** What was recorded, and on what. */
export interface Recording {
  readonly meta: RecordingMeta;
  readonly cases: readonly RecordedCase[];
}

export interface RecordingMeta {
  readonly format: string;
  /** Release as `major.minor`. */
  readonly kernel: string;
  readonly backend: string;
  readonly caps: Readonly<Record<string, number>>;
}

const FORMAT = 'kvm-mem-oracle/1';

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Takes parsed JSON as a recording.
 *
 * @throws TypeError saying what is missing, and where.
 */
export function readRecording(json: unknown): Recording {
  if (!isObject(json)) throw new TypeError('a recording is a JSON object with meta and cases');
  const { meta, cases } = json;
  if (!isObject(meta) || meta.format !== FORMAT) {
    throw new TypeError(`meta.format must be "${FORMAT}"`);
  }
  if (typeof meta.kernel !== 'string' || !/^\d+\.\d+/.test(meta.kernel)) {
    throw new TypeError('meta.kernel must be a release such as "6.18"');
  }
  if (typeof meta.backend !== 'string') throw new TypeError('meta.backend must name the backend');
  if (!isObject(meta.caps) || Object.values(meta.caps).some(value => typeof value !== 'number')) {
    throw new TypeError('meta.caps must give a number for each capability');
  }
  if (!Array.isArray(cases)) throw new TypeError('cases must be a list');
  for (const [at, item] of cases.entries()) checkCase(item, at);
  return json as unknown as Recording;
}

function checkCase(item: unknown, at: number): void {
  if (!isObject(item) || typeof item.name !== 'string' || typeof item.family !== 'string') {
    throw new TypeError(`case ${at} must have a name and a family`);
  }
  if (!Array.isArray(item.ops)) throw new TypeError(`case ${item.name} must have a list of ops`);
  for (const [n, op] of item.ops.entries()) checkOp(op, `${item.name}, op ${n}`);
}

/** How deep operations may lie in one another: what a child's child has another thread do. */
const DEEPEST = 8;

function checkOp(op: unknown, where: string, depth = 0): void {
  if (!isObject(op) || typeof op.op !== 'string') throw new TypeError(`${where} must have a name`);
  if (depth > DEEPEST) throw new TypeError(`${where} has operations more than ${DEEPEST} deep in it`);
  if (op.ops !== undefined) {
    if (!Array.isArray(op.ops)) throw new TypeError(`${where}: ops must be a list`);
    for (const inner of op.ops) checkOp(inner, where, depth + 1);
  }
  if (op.do !== undefined) checkOp(op.do, where, depth + 1);
}
