/**
 * Records random sequences on the running kernel and replays them against the model at once:
 *
 *     npm run oracle -- --seed N [--count N] [--length N] [--flavour NAME] [--out FILE] [--device FILE]
 *
 * `blocking` has threads that wait for pages, `mixed` several of everything, `collapse` makes huge pages and
 * takes them apart, `varied` takes the project's own recordings and changes them a little.
 *
 * Exit code 1 where the model answered otherwise, 2 where nothing could be recorded.
 */
import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { FLAVOURS, type Flavour, generateOps } from '../../src/model/conformance/generate.ts';
import { generateBlockingOps } from '../../src/model/conformance/generateBlocking.ts';
import { generateCollapseOps } from '../../src/model/conformance/generateCollapse.ts';
import { generateMixedOps } from '../../src/model/conformance/generateMixed.ts';
import { profileOf } from '../../src/model/conformance/profileOf.ts';
import { type RecordedCase, type RecordedOp, readRecording } from '../../src/model/conformance/recording.ts';
import { type Mismatch, replayCase } from '../../src/model/conformance/replayCase.ts';
import { vary } from '../../src/model/conformance/vary.ts';
import { Random } from '../../src/model/engine/random.ts';
import { buildCaller, OracleError } from './caller.ts';
import { describeKernel } from './kernel.ts';
import { isHarmless } from './recordable.ts';
import { Recorder } from './recorder.ts';

/** The project's folder: the bundle of this file lies three folders down (scripts/bundle.mjs). */
const root = fileURLToPath(new URL('../../../', import.meta.url));

type Flavours = Flavour | 'blocking' | 'mixed' | 'collapse' | 'varied';
const ALL: readonly Flavours[] = [...FLAVOURS, 'blocking', 'mixed', 'collapse', 'varied'];

const USAGE = `npm run oracle -- --seed N [--count N] [--length N] [--flavour ${ALL.join('|')}] [--out FILE]`;
/** A case takes milliseconds; one that takes this long has a guest that never reports. */
const CASE_MS = 60_000;
/** How long operations are left out of a case, in ms, to see what its mismatch needs. */
const SHRINK_MS = 40_000;
/** Mismatches shown in full. */
const SHOWN = 3;

interface Options {
  readonly seed: number;
  readonly count: number;
  readonly length: number;
  readonly flavours: readonly Flavours[];
  readonly out: string | undefined;
  readonly device: string;
}

function readOptions(): Options {
  const text = { type: 'string' } as const;
  let values: Record<string, string | undefined>;
  try {
    const options = { seed: text, count: text, length: text, flavour: text, out: text, device: text };
    values = parseArgs({ options }).values;
  } catch (error) {
    throw new OracleError(`${oneLine(error)}; ${USAGE}`);
  }
  const whole = (name: string, otherwise?: number): number => {
    const given = values[name];
    const value = given === undefined ? otherwise : Number(given);
    if (value === undefined || !Number.isSafeInteger(value) || value < 0) {
      throw new OracleError(`--${name} must be a whole number, not ${given ?? 'left out'}; ${USAGE}`);
    }
    return value;
  };
  const flavour = values.flavour as Flavours | undefined;
  if (flavour !== undefined && !ALL.includes(flavour)) {
    throw new OracleError(`--flavour is one of ${ALL.join(', ')}, not ${flavour}`);
  }
  return {
    seed: whole('seed'),
    count: whole('count', ALL.length),
    length: whole('length', 100),
    flavours: flavour === undefined ? ALL : [flavour],
    out: values.out === undefined ? undefined : resolve(process.env.INIT_CWD ?? '.', values.out),
    device: values.device ?? '/dev/kvm',
  };
}

function oneLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).replaceAll(/\s+/g, ' ');
}

/** Records what can be recorded of a sequence: an operation that cannot is left out, one that hangs is the last. */
async function record(
  program: string,
  device: string,
  name: string,
  family: string,
  ops: readonly RecordedOp[],
): Promise<RecordedCase> {
  const recorder = await Recorder.begin(program, device);
  const tooLong = setTimeout(() => recorder.end(), CASE_MS);
  const recorded: RecordedOp[] = [];
  try {
    for (const op of ops) {
      if (!isHarmless(op) || !recorder.canPerform(op)) continue;
      recorded.push({ ...op, result: await recorder.perform(op) });
      if (recorder.stuck) break;
    }
    return { name, family, ops: recorded };
  } catch (error) {
    if (error instanceof OracleError)
      error.message += `, in ${name} after ${JSON.stringify(recorded.slice(-3))}`;
    throw error;
  } finally {
    clearTimeout(tooLong);
    recorder.end();
  }
}

/**
 * Leaves operations out of a case with a mismatch for as long as there is one, so that what matters remains.
 *
 * @param again records a sequence and replays it
 */
async function shrink(
  recorded: RecordedCase,
  again: (ops: readonly RecordedOp[]) => Promise<{ recorded: RecordedCase; mismatch: Mismatch | undefined }>,
): Promise<{ recorded: RecordedCase; mismatch: Mismatch } | null> {
  let best: { recorded: RecordedCase; mismatch: Mismatch } | null = null;
  let ops = recorded.ops;
  const end = performance.now() + SHRINK_MS;
  for (let size = Math.ceil(ops.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < ops.length && performance.now() < end; ) {
      const fewer = await again(ops.toSpliced(at, size));
      if (fewer.mismatch === undefined) {
        at += size;
        continue;
      }
      best = { recorded: fewer.recorded, mismatch: fewer.mismatch };
      ops = fewer.recorded.ops.slice(0, fewer.mismatch.index + 1);
    }
  }
  return best;
}

/** The cases of the project's own recordings. */
function ownCases(): RecordedCase[] {
  const folder = `${root}src/model/conformance/recordings/`;
  return readdirSync(folder)
    .filter(name => name.startsWith('open-'))
    .flatMap(
      name => readRecording(JSON.parse(gunzipSync(readFileSync(folder + name)).toString('utf8'))).cases,
    );
}

function sequence(
  seed: number,
  flavour: Flavours,
  length: number,
  own: readonly RecordedCase[],
): RecordedOp[] {
  if (flavour === 'blocking') return generateBlockingOps(seed, length);
  if (flavour === 'mixed') return generateMixedOps(seed, length);
  if (flavour === 'collapse') return generateCollapseOps(seed, length);
  if (flavour !== 'varied') return generateOps(seed, flavour, length);
  const random = new Random(seed);
  const { ops, family } = random.pick(own);
  const others = own.filter(recorded => recorded.family === family).map(recorded => recorded.ops);
  return vary(ops, others, random);
}

function explain(recorded: RecordedCase, { index, expected, got }: Mismatch): string {
  const soFar = recorded.ops.slice(0, index + 1).map((op, at) => `  ${at} ${JSON.stringify(op)}`);
  const answers = [`  the kernel ${JSON.stringify(expected)}`, `  the model  ${JSON.stringify(got)}`];
  return [`mismatch in ${recorded.name}, op ${index}`, ...soFar, ...answers].join('\n');
}

/** A case whose process did not live to its end is none. */
function givenUp(error: unknown): null {
  if (!(error instanceof OracleError)) throw error;
  console.error(`given up: ${error.message}`);
  return null;
}

async function run(options: Options, program: string): Promise<number> {
  const probe = await Recorder.begin(program, options.device);
  const meta = await describeKernel(probe);
  probe.end();
  const machine = profileOf(meta);
  console.log(`Linux ${meta.kernel}, ${meta.backend}`);
  const own = ownCases();
  const cases: RecordedCase[] = [];
  let ops = 0;
  let mismatches = 0;
  let shown = 0;
  for (let i = 0; i < options.count; i++) {
    const flavour = options.flavours[i % options.flavours.length];
    const seed = options.seed + Math.floor(i / options.flavours.length);
    const name = `${flavour}-${seed}`;
    const wanted = sequence(seed, flavour, options.length, own);
    const recorded = await record(program, options.device, name, flavour, wanted).catch(givenUp);
    if (recorded === null) continue;
    cases.push(recorded);
    const verdict = replayCase(recorded, machine);
    ops += verdict.ops;
    mismatches += verdict.mismatches.length;
    if (verdict.mismatches.length > 0 && shown++ < SHOWN) {
      const again = async (ops: readonly RecordedOp[]) => {
        const fewer = (await record(program, options.device, name, flavour, ops).catch(() => null)) ?? {
          ...recorded,
          ops: [],
        };
        return { recorded: fewer, mismatch: replayCase(fewer, machine).mismatches[0] };
      };
      const small = await shrink(recorded, again);
      console.log(explain(small?.recorded ?? recorded, small?.mismatch ?? verdict.mismatches[0]));
    }
  }
  if (options.out !== undefined) {
    const { seed, count, length, flavours } = options;
    const only = flavours.length === 1 ? ` --flavour ${flavours[0]}` : '';
    const command = `npm run oracle -- --seed ${seed} --count ${count} --length ${length}${only}`;
    const made = { recordedAt: new Date().toISOString(), command };
    writeFileSync(
      options.out,
      JSON.stringify({ meta: { ...meta, ...made, cases: cases.length, ops }, cases }),
    );
  }
  console.log(`cases ${cases.length}, ops ${ops}, mismatches ${mismatches}`);
  return mismatches === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  const options = readOptions();
  try {
    closeSync(openSync(options.device, 'r+'));
  } catch (error) {
    throw new OracleError(
      `${options.device} cannot be opened, so nothing can be recorded: ${oneLine(error)}`,
    );
  }
  const program = buildCaller(root);
  try {
    return await run(options, program);
  } finally {
    rmSync(program, { force: true });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof OracleError)) throw error;
  console.error(`oracle: ${error.message}`);
  process.exitCode = 2;
}
