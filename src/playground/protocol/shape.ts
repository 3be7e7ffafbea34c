/** Checks of unknown data, field by field. Each gives a fresh value of its type, or throws. */

/** What did not fit, and where. */
export class Misfit extends Error {
  readonly where: string;
  /** What would have fitted. */
  readonly expected: string;

  constructor(where: string, expected: string) {
    super(`${where} is not ${expected}`);
    this.name = 'Misfit';
    this.where = where;
    this.expected = expected;
  }
}

/** Gives the value back as a T, or throws {@link Misfit}. */
export type Check<T> = (value: unknown, where: string) => T;

/** Text of at most `max` UTF-16 units. */
export function text(max: number): Check<string> {
  return (value, where) => {
    if (typeof value === 'string' && value.length <= max) return value;
    throw new Misfit(where, `text of at most ${max} characters`);
  };
}

export const finite: Check<number> = (value, where) => {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new Misfit(where, 'a finite number');
};

/** A whole number from `min`. */
export function whole(min: number): Check<number> {
  return (value, where) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min) return value;
    throw new Misfit(where, `a whole number from ${min}`);
  };
}

export const flag: Check<boolean> = (value, where) => {
  if (typeof value === 'boolean') return value;
  throw new Misfit(where, 'true or false');
};

/** One of a few texts. */
export function oneOf<const T extends string>(...options: readonly T[]): Check<T> {
  return (value, where) => {
    const found = options.find(option => option === value);
    if (found !== undefined) return found;
    throw new Misfit(where, `one of ${options.join(', ')}`);
  };
}

/** The first of several checks that fits. */
export function either<A, B>(one: Check<A>, other: Check<B>): Check<A | B> {
  return (value, where) => {
    try {
      return one(value, where);
    } catch {
      return other(value, where);
    }
  };
}

export const nothing: Check<null> = (value, where) => {
  if (value === null) return null;
  throw new Misfit(where, 'null');
};

/** A list of at most `max` items. */
export function list<T>(item: Check<T>, max: number): Check<T[]> {
  return (value, where) => {
    if (!Array.isArray(value) || value.length > max) throw new Misfit(where, `a list of at most ${max}`);
    return value.map((entry, index) => item(entry, `${where}[${index}]`));
  };
}

/** Named values, with any names. `Object.fromEntries` makes even `__proto__` a plain field. */
export function dictionary<T>(
  item: Check<T>,
  maxKeys: number,
  maxKeyLength: number,
): Check<Record<string, T>> {
  return (value, where) => {
    const entries = Object.entries(object(value, where));
    if (entries.length > maxKeys) throw new Misfit(where, `an object of at most ${maxKeys} fields`);
    return Object.fromEntries(
      entries.map(([key, entry]) => [
        text(maxKeyLength)(key, `a name in ${where}`),
        item(entry, `${where}.${key}`),
      ]),
    );
  };
}

type Fields = Readonly<Record<string, Check<unknown>>>;
type Taken<F extends Fields> = { [K in keyof F]: F[K] extends Check<infer T> ? T : never };

/** Exactly the required fields, and of the optional ones those that are there; any other field is refused. */
export function record<R extends Fields, O extends Fields>(
  required: R,
  optional: O,
): Check<Taken<R> & Partial<Taken<O>>> {
  const known: Fields = { ...required, ...optional };
  return (value, where) => {
    const given = object(value, where);
    for (const key of Object.keys(given)) {
      if (!Object.hasOwn(known, key)) throw new Misfit(`${where}.${key}`, 'a field of it');
    }
    const out: Record<string, unknown> = {};
    for (const key of Object.keys(known)) {
      if (Object.hasOwn(given, key)) out[key] = known[key](given[key], `${where}.${key}`);
      else if (Object.hasOwn(required, key)) throw new Misfit(`${where}.${key}`, 'there');
    }
    return out as Taken<R> & Partial<Taken<O>>;
  };
}

function object(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new Misfit(where, 'an object');
}
