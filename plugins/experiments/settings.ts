import { type AnyValues, complaint, defaults, type Params } from '../../src/model/experiments/params.ts';

/**
 * Values of an experiment's parameters from a text like `guest=sev; cpus=64`, defaults for the rest.
 *
 * @param set what `<Try>` and `<Result>` carry under this name; empty text is the default run
 * @throws {Error} where a part names no parameter, or its value does not fit; the message says what would
 */
export function settingsOf(params: Params, set: string): AnyValues {
  const values: Record<string, number | string | boolean> = { ...defaults(params) };
  for (const part of set === '' ? [] : set.split('; ')) {
    const at = part.indexOf('=');
    const name = part.slice(0, Math.max(at, 0));
    if (!Object.hasOwn(params, name)) {
      throw new Error(`"${part}" is not of the form NAME=VALUE; names: ${Object.keys(params).join(', ')}`);
    }
    const text = part.slice(at + 1);
    const { kind } = params[name];
    const value =
      kind === 'choice'
        ? text
        : kind === 'flag'
          ? text === 'true'
            ? true
            : text !== 'false' && text
          : Number(text);
    const wrong = complaint(name, params[name], text === '' ? undefined : value);
    if (wrong !== undefined) throw new Error(`${wrong}, not "${text}"`);
    values[name] = value;
  }
  return values;
}

/** What one `<Try>` asks for: an experiment, and the parameters that differ from their defaults. */
export interface Attempt {
  readonly of: string;
  readonly set: string;
}

/** The links to experiments that stand in a page's source. */
export function attemptsIn(mdx: string): Attempt[] {
  return [...mdx.matchAll(/<Try\s([^>]*?)>/gs)].map(([tag, attributes]) => {
    const of = /\bof="([^"]*)"/.exec(attributes)?.[1];
    if (of === undefined) throw new Error(`${tag} needs of="..."`);
    return { of, set: /\bset="([^"]*)"/.exec(attributes)?.[1] ?? '' };
  });
}

/**
 * The address of the page that shows each experiment in full, by the experiment's id. One that is shown in full on
 * several pages is taken from the first.
 *
 * @param pages sources of pages, in the order in which they are looked through
 */
export function homesIn(pages: readonly string[]): ReadonlyMap<string, string> {
  const homes = new Map<string, string>();
  for (const page of pages) {
    const slug = /^slug: (\S+)$/m.exec(page)?.[1];
    for (const [, id, rest] of page.matchAll(/<Experiment id="([^"]+)"([^>]*)>/g)) {
      if (slug !== undefined && !/\bbrief\b/.test(rest) && !homes.has(id)) homes.set(id, slug);
    }
  }
  return homes;
}
