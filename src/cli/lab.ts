/**
 * The `lab` command: lists and runs experiments, explores races and replays recordings, without a browser. With
 * --json, stdout holds the JSON and nothing else; a wrong call prints one line on stderr and nothing on stdout, and ends with exit code 2.
 */
import { type AnyExperiment, experiments, findExperiment, races } from '../model/index.ts';
import { oneLine, type ParsedArguments, parseArguments, readValues, UsageError } from './arguments.ts';
import { conformance } from './conformance.ts';
import { explore, listedRaces } from './explore.ts';
import { paramsSchema } from './schema.ts';
import { sweep } from './sweep.ts';
import { mergeSweeps } from './sweepFile.ts';
import { formatTable } from './table.ts';
import { writeTrace } from './trace.ts';

/** Where a command writes. */
export interface Output {
  out(text: string): void;
  error(text: string): void;
  /** Told how far long work is; left out where nobody watches. */
  progress?(text: string): void;
}

type Command = (args: ParsedArguments, output: Output) => number | Promise<number>;

const COMMANDS: Readonly<Record<string, Command>> = {
  list,
  run,
  explore,
  conformance,
  sweep: (args, { progress }) => sweep(wanted(args), args, progress ?? (() => {})),
  merge,
};

const USAGE =
  'usage: lab list [--json] | run ID [--NAME VALUE ...] [--trace FILE] [--json] | ' +
  'explore ID [--design NAME] [--bound N] [--json] | conformance FILE... | ' +
  'sweep ID --NAME A,B,C [--shard I/N] --out FILE | merge FILE... --out FILE';

/** Runs one command line and returns its exit code. */
export async function lab(args: readonly string[], output: Output): Promise<number> {
  try {
    const [name, ...rest] = args;
    const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined) {
      throw new UsageError(
        name === undefined ? USAGE : `there is no command ${JSON.stringify(name)}; ${USAGE}`,
      );
    }
    return await command(parseArguments(rest), output);
  } catch (error) {
    if (!isUsersToMend(error)) throw error;
    output.error(`lab: ${oneLine(error.message)}`);
    return 2;
  }
}

/** Whether an error is a wrong call, or a file that the system will not read or write; all else is a fault of ours. */
function isUsersToMend(error: unknown): error is Error {
  if (error instanceof UsageError || error instanceof RangeError) return true;
  return error instanceof Error && 'syscall' in error;
}

function list(args: ParsedArguments, output: Output): number {
  if (args.positional.length > 0 || args.options.size > 0)
    throw new UsageError('list takes nothing but --json');
  if (args.json) {
    const listed = experiments.map(e => ({ id: e.id, question: e.question, params: paramsSchema(e.params) }));
    output.out(JSON.stringify({ experiments: listed, races: listedRaces() }, null, 2));
    return 0;
  }
  for (const e of experiments) {
    const names = Object.keys(e.params).map(name => `--${name} ${e.params[name].default}`);
    output.out(`${e.id}\n  ${e.question}\n  ${names.join(' ')}`);
  }
  for (const race of races) {
    output.out(`${race.id}\n  ${race.question}\n  ${race.designs.map(d => `--design ${d.name}`).join(' ')}`);
  }
  return 0;
}

function run(args: ParsedArguments, output: Output): number {
  const experiment = wanted(args);
  const options = new Map(args.options);
  const traceFile = options.get('trace');
  options.delete('trace');
  const values = readValues(experiment.id, experiment.params, options);
  const rows = experiment.run(values);
  if (traceFile !== undefined) writeTrace(traceFile, experiment, rows, values);
  const evidence = experiment.evidence(rows, values);
  if (args.json) {
    output.out(JSON.stringify({ experiment: experiment.id, params: values, rows, evidence }, null, 2));
    return 0;
  }
  output.out(experiment.question);
  output.out(
    `${Object.entries(values)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}\n`,
  );
  output.out(formatTable(rows));
  if (evidence.length > 0) {
    output.out(`\nagainst what was published\n${formatTable(evidence.map(e => ({ ...e })))}`);
  }
  return 0;
}

function merge({ positional, options }: ParsedArguments): number {
  const out = options.get('out');
  if (out === undefined || options.size > 1 || !/\.(csv|json)$/.test(out)) {
    throw new UsageError('merge takes --out FILE, and FILE ends in .csv or .json');
  }
  if (positional.length === 0) throw new UsageError('name the files to merge');
  mergeSweeps(positional, out);
  return 0;
}

function wanted(args: ParsedArguments): AnyExperiment {
  if (args.positional.length !== 1) throw new UsageError(`name one experiment: ${known()}`);
  const found = findExperiment(args.positional[0]);
  if (found === undefined) {
    throw new UsageError(
      `there is no experiment ${JSON.stringify(args.positional[0])}; there are ${known()}`,
    );
  }
  return found;
}

function known(): string {
  return experiments.map(e => e.id).join(', ');
}
