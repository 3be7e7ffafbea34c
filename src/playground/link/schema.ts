/**
 * Checks a payload field by field. Whatever is not named here is refused, so a link cannot carry anything that a
 * later reader of the state might trip over.
 */
import { wellFormed } from './canonical.ts';
import {
  type CompareState,
  type ExperimentState,
  LIMITS,
  type LinkState,
  type LinkValues,
  type PairState,
  type ProgramState,
  type RaceState,
  type SweepState,
} from './state.ts';

/** A payload as it stands in the link: the state, and the version of the model it was made with. */
export interface Payload {
  readonly state: LinkState;
  readonly model: string;
}

/** What is wrong with a payload, as the second half of a sentence that begins with 'the link'. */
export class SchemaError extends Error {
  /** Whether the kind itself is unknown, as it is when a later version of the site wrote the link. */
  readonly unknownKind: boolean;

  constructor(message: string, unknownKind = false) {
    super(message);
    this.name = 'SchemaError';
    this.unknownKind = unknownKind;
  }
}

type Fields = ReadonlyMap<string, unknown>;

/** `debate/name` of experiments and races. */
const ID = /^[a-z0-9]+(?:-[a-z0-9]+)*\/[a-z0-9]+(?:-[a-z0-9]+)*$/;
/** Lower-case path segments. */
const PAGE = /^[a-z0-9]+(?:[-/][a-z0-9]+)*$/;
const DESIGN = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const PARAM = /^[a-zA-Z][a-zA-Z0-9]*$/;
/** Printable ASCII. */
const SCHEDULE = /^[\x20-\x7e]*$/;
const VERSION = /^[0-9A-Za-z][0-9A-Za-z.+-]*$/;

/**
 * @param value what JSON.parse gave; nothing is assumed about it.
 * @throws SchemaError
 */
export function check(value: unknown): Payload {
  const fields = fieldsOf(value, 'payload');
  const kind = fields.get('kind');
  const model = name(fields, 'model', VERSION);
  switch (kind) {
    case 'experiment':
      return { state: experiment(fields), model };
    case 'program':
      return { state: program(fields), model };
    case 'pair':
      return { state: pair(fields), model };
    case 'race':
      return { state: race(fields), model };
    default:
      throw new SchemaError('is of a kind that this version of the site does not know', true);
  }
}

function experiment(fields: Fields): ExperimentState {
  only(fields, ['kind', 'model', 'id', 'values', 'compare', 'sweep']);
  const id = name(fields, 'id', ID);
  return {
    kind: 'experiment',
    id,
    values: valuesOf(fields),
    ...(fields.has('compare') ? { compare: compared(fieldsOf(fields.get('compare'), 'comparison')) } : {}),
    ...(fields.has('sweep') ? { sweep: sweep(fieldsOf(fields.get('sweep'), 'sweep')) } : {}),
  };
}

function compared(fields: Fields): CompareState {
  only(fields, ['values', 'cursor']);
  return { values: valuesOf(fields), cursor: whole(fields, 'cursor', LIMITS.thousandths) };
}

function sweep(fields: Fields): SweepState {
  only(fields, ['across', 'lists', 'measure']);
  const lists = Object.entries(valuesOf(fields, 'lists'));
  if (lists.length === 0 || lists.length > LIMITS.swept)
    throw new SchemaError(`sweeps none or more than ${LIMITS.swept} parameters`);
  const texts = lists.map(([param, list]): [string, string] => {
    if (typeof list !== 'string') throw new SchemaError(`sweeps ${param} over something that is no list`);
    return [param, list];
  });
  const across = name(fields, 'across', PARAM);
  if (!texts.some(([param]) => param === across)) throw new SchemaError(`sweeps nothing along ${across}`);
  return {
    across,
    lists: Object.fromEntries(texts),
    ...(fields.has('measure') ? { measure: name(fields, 'measure', PARAM) } : {}),
  };
}

function valuesOf(fields: Fields, key = 'values'): LinkValues {
  const given = fieldsOf(fields.get(key), key);
  if (given.size > LIMITS.values) throw new SchemaError(`has more than ${LIMITS.values} values`);
  const values: [string, number | string | boolean][] = [];
  for (const [param, value] of given) {
    if (param.length > LIMITS.name || !PARAM.test(param))
      throw new SchemaError('names a value in no way a parameter is named');
    values.push([param, paramValue(param, value)]);
  }
  return Object.fromEntries(values);
}

function paramValue(param: string, value: unknown): number | string | boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value === 0 ? 0 : value;
    throw new SchemaError(`gives ${param} a number that is not finite`);
  }
  if (typeof value === 'string') {
    if (value.length <= LIMITS.text && wellFormed(value)) return value;
    throw new SchemaError(`gives ${param} a text that is broken or longer than ${LIMITS.text} characters`);
  }
  throw new SchemaError(`gives ${param} something that is neither number, text nor true or false`);
}

function program(fields: Fields): ProgramState {
  only(fields, ['kind', 'model', 'page', 'source']);
  const source = sourceIn(fields, 'source');
  if (!fields.has('page')) return { kind: 'program', source };
  return { kind: 'program', page: name(fields, 'page', PAGE), source };
}

function pair(fields: Fields): PairState {
  only(fields, ['kind', 'model', 'left', 'right']);
  return { kind: 'pair', left: sourceIn(fields, 'left'), right: sourceIn(fields, 'right') };
}

function sourceIn(fields: Fields, key: string): string {
  const source = fields.get(key);
  if (typeof source !== 'string') throw new SchemaError('is for a program but holds no text');
  if (source.length > LIMITS.source)
    throw new SchemaError(`holds a program longer than ${LIMITS.source} characters`);
  if (!wellFormed(source)) throw new SchemaError('holds a program with half a surrogate pair in it');
  return source;
}

function race(fields: Fields): RaceState {
  only(fields, ['kind', 'model', 'id', 'design', 'schedule', 'cursor', 'beside']);
  const id = name(fields, 'id', ID);
  const design = name(fields, 'design', DESIGN);
  const schedule = fields.get('schedule');
  if (typeof schedule !== 'string' || schedule.length > LIMITS.schedule || !SCHEDULE.test(schedule)) {
    throw new SchemaError(
      `has a schedule that is missing, broken or longer than ${LIMITS.schedule} characters`,
    );
  }
  return {
    kind: 'race',
    id,
    design,
    schedule,
    cursor: whole(fields, 'cursor', LIMITS.cursor),
    ...(fields.has('beside') ? { beside: name(fields, 'beside', DESIGN) } : {}),
  };
}

function whole(fields: Fields, key: string, most: number): number {
  const value = fields.get(key);
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most) {
    throw new SchemaError(`has a ${key} that is not a whole number from 0 to ${most}`);
  }
  return value === 0 ? 0 : value;
}

/** Own enumerable fields. A map, so that a field called `__proto__` is a field like any other. */
function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SchemaError(`has no ${what} of named fields`);
  }
  return new Map(Object.entries(value));
}

function only(fields: Fields, known: readonly string[]): void {
  for (const key of fields.keys()) {
    if (!known.includes(key))
      throw new SchemaError('has a field that this version of the site does not know');
  }
}

function name(fields: Fields, key: string, form: RegExp): string {
  const value = fields.get(key);
  if (typeof value !== 'string' || value.length > LIMITS.name || !form.test(value)) {
    throw new SchemaError(`has no proper '${key}'`);
  }
  return value;
}
