/**
 * The `lab` command: lists and runs experiments, explores races and replays recordings, without a browser. With
 * --json, stdout holds the JSON and nothing else; a wrong call prints one line on stderr and nothing on stdout, and ends with exit code 2.
 */
import { existsSync } from 'node:fs';
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

/** Every command: how it is called, and what it does. */
const USAGES: Readonly<Record<keyof typeof COMMANDS, readonly [call: string, does: string]>> = {
  list: ['list [--json]', 'experiments with their parameters, and races with their designs'],
  run: ['run ID [--NAME VALUE ...] [--trace FILE] [--json]', 'an experiment, once'],
  explore: [
    'explore ID [--design NAME] [--bound N] [--json]',
    'every schedule of a race, or those with at most N preemptions; ends with 1 where a property is broken',
  ],
  conformance: [
    'conformance FILE...',
    'recordings of a kernel, replayed against the model; ends with 1 where an answer differs',
  ],
  sweep: [
    'sweep ID --NAME A,B,C [...] [--shard I/N] --out FILE',
    'an experiment at every combination of the values; goes on where it was interrupted. FILE ends in .csv or .json',
  ],
  merge: ['merge FILE... --out FILE', 'the shards of a sweep, put together'],
};

const USAGE = `usage: lab ${Object.values(USAGES)
  .map(([call]) => call)
  .join(' | ')}`;

const HELP = ['--help', '-h'];

/** What `lab help`, `lab --help` and `lab COMMAND ... --help` print; undefined where nobody asks for it. */
function helpFor(args: readonly string[]): string | undefined {
  const [first, second] = args;
  const asked = args.length < 3 && (first === 'help' || HELP.includes(first)) ? (second ?? '') : undefined;
  const name = asked ?? (HELP.includes(args.at(-1) ?? '') ? first : undefined);
  if (name === undefined) return undefined;
  const one = Object.entries(USAGES).filter(([command]) => name === command);
  if (one.length === 0 && name !== '') return undefined;
  const told = one.length > 0 ? one : Object.entries(USAGES);
  return [
    ...told.map(([, [call, does]]) => `lab ${call}\n    ${does}`),
    'A wrong call ends with 2, and says on stderr what would be right.',
  ].join('\n');
}

/** The options that a command takes of its own, and those that are the experiment's parameters. */
function optionsOf(command: string, args: ParsedArguments): string[] {
  const parameters = () => Object.keys(wanted(args).params);
  switch (command) {
    case 'run':
      return [...parameters(), 'trace', 'json'];
    case 'explore':
      return ['design', 'bound', 'json'];
    case 'sweep':
      return [...parameters(), 'shard', 'out'];
    case 'merge':
      return ['out'];
    case 'list':
      return ['json'];
    default:
      return [];
  }
}

/** What is wrong with an option that nothing comes after: there is none such, or it wants a value. */
function withoutValue(command: string, option: string, args: ParsedArguments): UsageError {
  const known = optionsOf(command, args);
  if (known.includes(option)) return new UsageError(`--${option} needs a value after it`);
  const has = known.length === 0 ? 'none' : known.map(name => `--${name}`).join(', ');
  return new UsageError(`${command} has no option --${option}; it has ${has}`);
}

/** Runs one command line and returns its exit code. */
export async function lab(args: readonly string[], output: Output): Promise<number> {
  try {
    const help = helpFor(args);
    if (help !== undefined) {
      output.out(help);
      return 0;
    }
    const [name, ...rest] = args;
    const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined) {
      throw new UsageError(
        name === undefined ? USAGE : `there is no command ${JSON.stringify(name)}; ${USAGE}`,
      );
    }
    const parsed = parseArguments(rest);
    if (parsed.open !== undefined) throw withoutValue(name, parsed.open, parsed);
    return await command(parsed, output);
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
  if (existsSync(out)) throw new UsageError(`${out} is there already; remove it, or name another file`);
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
