/**
 * `lab conformance FILE...`: replays recordings of a real kernel against the model. Prints a line a family and the
 * totals last; the exit code is 1 where an answer differed, and 2 where a file cannot be used.
 */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { profileOf } from '../model/conformance/profileOf.ts';
import { type RecordedCase, type Recording, readRecording } from '../model/conformance/recording.ts';
import { summarise } from '../model/conformance/replay.ts';
import { type CaseVerdict, type Mismatch, replayCase } from '../model/conformance/replayCase.ts';
import { type ParsedArguments, UsageError } from './arguments.ts';
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
    for (const recorded of recording.cases) {
      const verdict = replayCase(recorded, machine);
      verdicts.push(verdict);
      if (verdict.mismatches.length > 0 && shown++ < SHOWN) {
        output.out(explain(args.positional[at], recorded, verdict.mismatches[0]));
      }
    }
  }
  const { families, cases, ops, mismatches } = summarise(verdicts);
  for (const { family, ...sums } of families) output.out(`${family}: ${totals(sums)}`);
  output.out(totals({ cases, ops, mismatches }));
  return mismatches === 0 ? 0 : 1;
}

function totals({ cases, ops, mismatches }: { cases: number; ops: number; mismatches: number }): string {
  return `cases ${cases}, ops ${ops}, mismatches ${mismatches}`;
}

function load(file: string): Recording {
  let text: string;
  try {
    const bytes = readFileSync(locate(file));
    text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${oneLine(error)}`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${oneLine(error)}`);
  }
  try {
    return readRecording(json);
  } catch (error) {
    throw new UsageError(`${file} is not a recording: ${oneLine(error)}`);
  }
}

/** npm runs scripts in the project's folder; a relative path is meant from where npm was called. */
function locate(file: string): string {
  const called = process.env.INIT_CWD;
  const meant = called === undefined ? file : resolve(called, file);
  return existsSync(meant) ? meant : resolve(file);
}

function oneLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).replaceAll(/\s+/g, ' ');
}

/** The case up to the operation whose answer differed, an operation a line. */
function explain(file: string, recorded: RecordedCase, { index, expected, got }: Mismatch): string {
  const soFar = recorded.ops.slice(0, index + 1).map((op, at) => {
    const { result, ...call } = op;
    return `  ${at} ${JSON.stringify(call)}${at < index ? ` -> ${JSON.stringify(result)}` : ''}`;
  });
  return [
    `mismatch in ${file}, case ${recorded.name}, op ${index}`,
    ...soFar,
    `  expected ${JSON.stringify(expected)}`,
    `  got      ${JSON.stringify(got)}`,
  ].join('\n');
}
