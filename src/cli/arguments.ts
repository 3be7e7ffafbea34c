import { type AnyValues, complaint, defaults, type Param, type Params } from '../model/experiments/params.ts';
import { parseValue } from '../model/experiments/sweep.ts';

/** What the command line says is wrong, in one line; the command ends with exit code 2. */
export class UsageError extends Error {}

const UNPRINTABLE = /[\p{Cc}\u2028\u2029]+/gu;

/** Text without line breaks and other control characters, as a message on a terminal must be. */
export function oneLine(text: string): string {
  return text.replaceAll(UNPRINTABLE, ' ');
}

/** Flags and values of a command line: `--name value`, `--name=value`, `--flag`, and everything else in order. */
export interface ParsedArguments {
  readonly positional: readonly string[];
  readonly options: ReadonlyMap<string, string>;
  readonly json: boolean;
  /** The last option, where no value came after it. */
  readonly open?: string;
}

/**
 * Splits arguments. Every option takes a value, but for `--json`.
 *
 * @throws UsageError where an option is given twice.
 */
export function parseArguments(args: readonly string[]): ParsedArguments {
  const positional: string[] = [];
  const options = new Map<string, string>();
  let json = false;
  let open: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (!arg.startsWith('--')) {
      positional.push(arg);
      continue;
    }
    const equals = arg.indexOf('=');
    const name = equals < 0 ? arg.slice(2) : arg.slice(2, equals);
    if (name === 'json' && equals < 0) {
      json = true;
      continue;
    }
    if (options.has(name)) throw new UsageError(`--${name} is given twice`);
    const value = equals < 0 ? args[++i] : arg.slice(equals + 1);
    if (value === undefined) open = name;
    else options.set(name, value);
  }
  return { positional, options, json, ...(open === undefined ? {} : { open }) };
}

/** @throws UsageError where the experiment has no such parameter. */
export function paramOf(id: string, params: Params, name: string): Param {
  if (Object.hasOwn(params, name)) return params[name];
  const known = Object.keys(params).map(n => `--${n}`);
  throw new UsageError(`${id} has no parameter --${name}; it has ${known.join(', ') || 'none'}`);
}

/**
 * Values of an experiment's parameters from the command line's options, defaults for the rest.
 *
 * @throws UsageError where an option is no parameter, or its value does not fit.
 */
export function readValues(id: string, params: Params, options: ReadonlyMap<string, string>): AnyValues {
  const values: Record<string, number | string | boolean> = { ...defaults(params) };
  for (const [name, text] of options) {
    const param = paramOf(id, params, name);
    const value = parseValue(param, text);
    const wrong = complaint(`--${name}`, param, value);
    if (wrong !== undefined) throw new UsageError(`${wrong}, not ${JSON.stringify(text)}`);
    values[name] = value;
  }
  return values;
}
