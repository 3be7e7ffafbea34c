/**
 * `lab conformance FILE...`: replays recordings of a real kernel against the model. Prints a line a family and the
 * totals last; the exit code is 1 where an answer differed, and 2 where a file cannot be used.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { profileOf } from '../model/conformance/profileOf.ts';
import { type RecordedCase, type Recording, readRecording } from '../model/conformance/recording.ts';
import { summarise } from '../model/conformance/replay.ts';
import { type CaseVerdict, type Mismatch, replayCase } from '../model/conformance/replayCase.ts';
import { oneLine, type ParsedArguments, UsageError } from './arguments.ts';
import type { Output } from './lab.ts';

/** Mismatches that are shown in full; the totals count all. */
const SHOWN = 3;

/**
 * Runs the command.
 *
 * @throws UsageError where no file is named, or one cannot be read, is no JSON, or is no recording.
 */
export function conformance(args: ParsedArguments, output: Output): number {
  if (args.json || args.options.size > 0) throw new UsageError('conformance takes files and no options');
  if (args.positional.length === 0) throw new UsageError('name recordings: lab conformance FILE...');
  const recordings = args.positional.map(load);
  const verdicts: CaseVerdict[] = [];
  let shown = 0;
  for (const [at, recording] of recordings.entries()) {
    const machine = profileOf(recording.meta);
    for (const [index, recorded] of recording.cases.entries()) {
      const cases = `case ${index + 1} of ${recording.cases.length}`;
      output.progress?.(`recording ${at + 1} of ${recordings.length}, ${cases}`);
      const verdict = replayCase(recorded, machine);
      verdicts.push(verdict);
      if (verdict.mismatches.length > 0 && shown++ < SHOWN) {
        output.out(explain(args.positional[at], recorded, verdict.mismatches[0]));
      }
    }
  }
  const { families, cases, ops, mismatches } = summarise(verdicts);
  for (const { family, ...sums } of families) output.out(`${oneLine(family)}: ${totals(sums)}`);
  output.out(totals({ cases, ops, mismatches }));
  return mismatches === 0 ? 0 : 1;
}

function totals({ cases, ops, mismatches }: { cases: number; ops: number; mismatches: number }): string {
  return `cases ${cases}, ops ${ops}, mismatches ${mismatches}`;
}

function load(file: string): Recording {
  try {
    return readRecording(JSON.parse(textOf(file)));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const what = error instanceof SyntaxError ? 'JSON' : 'a recording';
    throw new UsageError(`${file} is not ${what}: ${messageOf(error)}`);
  }
}

/** The two bytes that whatever gzip wrote begins with. */
const GZIP = [0x1f, 0x8b];

function textOf(file: string): string {
  const path = locate(file);
  let text: string;
  try {
    if (statSync(path).isDirectory()) {
      throw new UsageError(`${file} is a folder; name the recordings in it, such as ${file}/*.json`);
    }
    const bytes = readFileSync(path);
    const packed = GZIP.every((byte, at) => bytes[at] === byte);
    // A byte order mark is no part of the text, and JSON knows none.
    text = (packed ? gunzipSync(bytes) : bytes).toString('utf8').replace(/^\ufeff/, '');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot read ${file}: ${messageOf(error)}`);
  }
  if (text.trim() === '') throw new UsageError(`${file} is empty; a recording is a JSON object`);
  return text;
}

/** npm runs scripts in the project's folder; a relative path is meant from where npm was called. */
function locate(file: string): string {
  const called = process.env.INIT_CWD;
  const meant = called === undefined ? file : resolve(called, file);
  return existsSync(meant) ? meant : resolve(file);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The case up to the operation whose answer differed, an operation a line. */
function explain(file: string, recorded: RecordedCase, { index, expected, got }: Mismatch): string {
  const soFar = recorded.ops.slice(0, index + 1).map((op, at) => {
    const { result, ...call } = op;
    return `  ${at} ${JSON.stringify(call)}${at < index ? ` -> ${JSON.stringify(result)}` : ''}`;
  });
  return [
    `mismatch in ${file}, case ${oneLine(recorded.name)}, op ${index}`,
    ...soFar,
    `  expected ${JSON.stringify(expected)}`,
    `  got      ${JSON.stringify(got)}`,
  ].join('\n');
}
