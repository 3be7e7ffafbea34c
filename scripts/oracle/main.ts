/**
 * Records random sequences on the running kernel and replays them against the model at once:
 *
 *     npm run oracle -- --seed N [--count N] [--length N] [--flavour NAME] [--out FILE] [--device FILE]
 *
 * Exit code 1 where the model answered otherwise, 2 where nothing could be recorded.
 */
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FLAVOURS, type Flavour, generateOps } from '../../src/model/conformance/generate.ts';
import { profileOf } from '../../src/model/conformance/profileOf.ts';
import type { RecordedCase, RecordedOp } from '../../src/model/conformance/recording.ts';
import { type Mismatch, replayCase } from '../../src/model/conformance/replayCase.ts';
import { buildCaller, OracleError } from './caller.ts';
import { describeKernel } from './kernel.ts';
import { Recorder } from './recorder.ts';

/** The project's folder: the bundle of this file lies three folders down (scripts/bundle.mjs). */
const root = fileURLToPath(new URL('../../../', import.meta.url));

const USAGE = `npm run oracle -- --seed N [--count N] [--length N] [--flavour ${FLAVOURS.join('|')}] [--out FILE]`;
/** A case takes milliseconds; one that takes this long has a guest that never reports. */
const CASE_MS = 20_000;
/** Mismatches shown in full. */
const SHOWN = 3;

interface Options {
  readonly seed: number;
  readonly count: number;
  readonly length: number;
  readonly flavours: readonly Flavour[];
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
  const flavour = values.flavour as Flavour | undefined;
  if (flavour !== undefined && !FLAVOURS.includes(flavour)) {
    throw new OracleError(`--flavour is one of ${FLAVOURS.join(', ')}, not ${flavour}`);
  }
  return {
    seed: whole('seed'),
    count: whole('count', FLAVOURS.length),
    length: whole('length', 100),
    flavours: flavour === undefined ? FLAVOURS : [flavour],
    out: values.out === undefined ? undefined : resolve(process.env.INIT_CWD ?? '.', values.out),
    device: values.device ?? '/dev/kvm',
  };
}

function oneLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).replaceAll(/\s+/g, ' ');
}

async function record(
  program: string,
  device: string,
  name: string,
  ops: readonly RecordedOp[],
): Promise<RecordedCase> {
  const recorder = await Recorder.begin(program, device);
  const tooLong = setTimeout(() => recorder.end(), CASE_MS);
  try {
    const recorded: RecordedOp[] = [];
    for (const op of ops) recorded.push({ ...op, result: await recorder.perform(op) });
    return { name, family: 'random', ops: recorded };
  } finally {
    clearTimeout(tooLong);
    recorder.end();
  }
}

function explain(recorded: RecordedCase, { index, expected, got }: Mismatch): string {
  const soFar = recorded.ops.slice(0, index + 1).map((op, at) => `  ${at} ${JSON.stringify(op)}`);
  const answers = [`  the kernel ${JSON.stringify(expected)}`, `  the model  ${JSON.stringify(got)}`];
  return [`mismatch in ${recorded.name}, op ${index}`, ...soFar, ...answers].join('\n');
}

async function run(options: Options, program: string): Promise<number> {
  const probe = await Recorder.begin(program, options.device);
  const meta = await describeKernel(probe);
  probe.end();
  const machine = profileOf(meta);
  console.log(`Linux ${meta.kernel}, ${meta.backend}`);
  const cases: RecordedCase[] = [];
  let ops = 0;
  let mismatches = 0;
  let shown = 0;
  for (let i = 0; i < options.count; i++) {
    const flavour = options.flavours[i % options.flavours.length];
    const seed = options.seed + Math.floor(i / options.flavours.length);
    const recorded = await record(
      program,
      options.device,
      `${flavour}-${seed}`,
      generateOps(seed, flavour, options.length),
    );
    cases.push(recorded);
    const verdict = replayCase(recorded, machine);
    ops += verdict.ops;
    mismatches += verdict.mismatches.length;
    if (verdict.mismatches.length > 0 && shown++ < SHOWN)
      console.log(explain(recorded, verdict.mismatches[0]));
  }
  if (options.out !== undefined) writeFileSync(options.out, JSON.stringify({ meta, cases }));
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
