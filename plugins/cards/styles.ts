/**
 * What the site's style sheets say of a drawing, written into its elements as attributes: outside a page, and to what
 * draws it there, style sheets and custom properties mean nothing.
 */

/** A rule of a style sheet. */
export interface Rule {
  readonly selector: string;
  /** How exact the selector is: of two rules, the one with more wins. */
  readonly weight: number;
  readonly declarations: readonly (readonly [property: string, value: string])[];
}

/** What of a style decides how a drawing looks. */
const PROPERTIES = new Set([
  ...['color', 'fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-opacity'],
  ...['stroke-linecap', 'stroke-linejoin', 'opacity', 'display', 'visibility', 'paint-order'],
  ...['text-anchor', 'font-size', 'font-weight', 'letter-spacing'],
]);

/** Selectors of what only a page that is in use can be. */
const STATES = /:(?:hover|focus|active|target|disabled)|\[data-(?:lively|theme)/;

/** Weight of one selector: ids, then classes and attributes, then names of elements; `:where()` has none. */
function weightOf(selector: string): number {
  const bare = selector.replace(/:where\([^()]*\)/g, '');
  const count = (pattern: RegExp) => bare.match(pattern)?.length ?? 0;
  return count(/#/g) * 10_000 + count(/[.[]|:(?!is|not)/g) * 100 + count(/(?:^|[\s>+~(])[a-z]/g);
}

/** Splits at commas that stand outside of brackets. */
function selectorsOf(list: string): string[] {
  return list
    .split(/,(?![^(]*\))/)
    .map(selector => selector.trim())
    .filter(selector => selector !== '');
}

/**
 * The rules of a style sheet that hold everywhere: those inside at-rules, for other widths or media, are left out, and so
 * are those for what a reader does with a page.
 */
export function rulesOf(css: string): readonly Rule[] {
  const rules: Rule[] = [];
  const text = css.replace(/\/\*[\s\S]*?\*\//g, '');
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('{', at);
    if (open < 0) break;
    const head = text
      .slice(at, open)
      .replace(/^(?:\s*@import[^;]*;)+/, '')
      .trim();
    let depth = 1;
    let end = open + 1;
    for (; depth > 0 && end < text.length; end++) {
      if (text[end] === '{') depth++;
      else if (text[end] === '}') depth--;
    }
    at = end;
    if (head.startsWith('@')) continue;
    const declarations = text
      .slice(open + 1, end - 1)
      .split(';')
      .flatMap(line => {
        const colon = line.indexOf(':');
        return colon < 0 ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const];
      });
    for (const selector of selectorsOf(head)) {
      if (!STATES.test(selector)) rules.push({ selector, weight: weightOf(selector), declarations });
    }
  }
  return rules.sort((a, b) => a.weight - b.weight);
}

/** Custom properties by name. */
type Custom = ReadonlyMap<string, string>;

/** The custom properties that hold for the whole of a page. */
export function rootOf(rules: readonly Rule[]): Custom {
  const own = rules.filter(({ selector }) => selector === ':root').flatMap(rule => rule.declarations);
  return new Map(own.filter(([name]) => name.startsWith('--')));
}

function channels(hex: string): number[] {
  const [, long] = /^#([0-9a-f]{6})$/i.exec(hex) ?? [];
  if (long === undefined) throw new Error(`a colour that is mixed is "${hex}"; #rrggbb can be mixed`);
  return [0, 2, 4].map(at => Number.parseInt(long.slice(at, at + 2), 16));
}

/** `color-mix(in srgb, A n%, B)` as a colour. */
function mixed(a: string, percent: string, b: string): string {
  const part = Number(percent) / 100;
  const others = channels(b);
  const mix = channels(a).map((channel, index) => Math.round(channel * part + others[index] * (1 - part)));
  return `#${mix.map(channel => channel.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * A value with what its custom properties stand for, and with its colours mixed.
 *
 * @throws {Error} where it names a custom property that nothing sets
 */
export function resolved(value: string, custom: Custom): string {
  let text = value;
  for (let turn = 0; /var\(/.test(text); turn++) {
    if (turn > 20) throw new Error(`"${value}" goes round in a circle`);
    text = text.replace(/var\((--[\w-]+)(?:\s*,\s*([^()]*))?\)/g, (_, name: string, otherwise?: string) => {
      const found = custom.get(name) ?? otherwise;
      if (found === undefined) throw new Error(`"${value}" names ${name}, which nothing sets`);
      return found;
    });
  }
  return text.replace(
    /color-mix\(in srgb,\s*(#\w+)\s+([\d.]+)%,\s*(#\w+)\)/g,
    (_, a: string, percent: string, b: string) => mixed(a, percent, b),
  );
}

function matches(element: Element, selector: string): boolean {
  try {
    return element.matches(selector);
  } catch {
    // A selector that only browsers know is none for drawings.
    return false;
  }
}

/** What the rules and its own `style` say of an element, weakest first. */
function declared(element: Element, rules: readonly Rule[]): (readonly [string, string])[] {
  const own = (element.getAttribute('style') ?? '').split(';').flatMap(line => {
    const colon = line.indexOf(':');
    return colon < 0 ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const];
  });
  return [
    ...rules.filter(({ selector }) => matches(element, selector)).flatMap(rule => rule.declarations),
    ...own,
  ];
}

/**
 * Writes into a drawing, which must stand in its page, how the style sheets have it look.
 *
 * @throws {Error} where a value cannot be made out
 */
export function writeStyles(drawing: Element, rules: readonly Rule[], custom: Custom = rootOf(rules)): void {
  const said = declared(drawing, rules);
  const own = new Map([...custom, ...said.filter(([name]) => name.startsWith('--'))]);
  for (const { name, value } of [...drawing.attributes]) {
    if (value.includes('var(')) drawing.setAttribute(name, resolved(value, own));
  }
  for (const [name, value] of said) {
    if (PROPERTIES.has(name) && value !== 'inherit') drawing.setAttribute(name, resolved(value, own));
  }
  drawing.removeAttribute('style');
  drawing.removeAttribute('font-family');
  for (const child of drawing.children) writeStyles(child, rules, own);
}
