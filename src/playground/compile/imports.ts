/**
 * Rewrites a program's imports: `import { run as go } from 'faultlines'` becomes `const { run: go } = …` on its first
 * line, and the declaration itself becomes white space, so that every other line stays where it was.
 */
import { Refusal } from './problem.ts';
import type { Token } from './tokens.ts';

/** The only module a program can import. */
const MODULE = 'faultlines';

/** The name under which the runner hands the module over. No program can spell it by accident. */
export const INJECTED = '__faultlines__';

/** Declarations that may be marked for export; a program has nobody to export to, so the mark is dropped. */
const DECLARATIONS = new Set(['const', 'let', 'var', 'function', 'class', 'async']);

/**
 * Looks at the TypeScript text, where imports that only types use still stand.
 *
 * @throws Refusal where something else than {@link MODULE} is imported, or in a form that means nothing here.
 */
export function refuseOtherImports(tokens: readonly Token[]): void {
  tokens.forEach((token, index) => {
    if (token.label !== 'import') return;
    const rest = tokens.slice(index + 1);
    for (const [ahead, next] of rest.entries()) {
      if (next.label === '=') {
        const right =
          rest[ahead + 1]?.text === 'require' ? `import { … } from '${MODULE}'` : 'const … = … with a value';
        throw new Refusal(token.line, `'import … = …' does not work here: write ${right}.`);
      }
      if (next.label !== 'string') continue;
      const after = rest[ahead + 1];
      if (after?.text === 'with' && rest[ahead + 2]?.label === '{') {
        throw new Refusal(after.line, `'${MODULE}' takes no import attributes: leave 'with { … }' out.`);
      }
      if (next.text.slice(1, -1) !== MODULE) {
        throw new Refusal(token.line, `A program can import from '${MODULE}' alone, not from ${next.text}.`);
      }
      return;
    }
  });
}

/**
 * @param code the JavaScript text, types erased.
 * @param tokens its tokens.
 * @param names what the module exports; undefined where nobody knows.
 * @throws Refusal where a name is imported that is not exported, or something is exported in a form of no meaning.
 */
export function rewriteModule(
  code: string,
  tokens: readonly Token[],
  names: readonly string[] | undefined,
): string {
  const edits: { start: number; end: number }[] = [];
  let bindings = '';
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (token.label === 'import') {
      const end = endOf(tokens, i);
      bindings += bindingsOf(tokens.slice(i + 1, end), token.line, names);
      edits.push({ start: token.start, end: tokens[end - 1].end });
      i = end - 1;
    } else if (token.label === 'export') {
      if (!DECLARATIONS.has(tokens[i + 1].text)) {
        throw new Refusal(
          token.line,
          "Nobody imports a program, so it has nothing to export: leave the 'export' out.",
        );
      }
      edits.push({ start: token.start, end: token.end });
    }
  }
  return bindings + blanked(code, edits);
}

/** Index after the last token of the import declaration at `index`, its semicolon included. */
function endOf(tokens: readonly Token[], index: number): number {
  let at = index + 1;
  while (tokens[at].label !== 'string' || tokens[at - 1].label === '{' || tokens[at - 1].label === ',') at++;
  return tokens[at + 1]?.label === ';' ? at + 2 : at + 1;
}

function bindingsOf(clause: readonly Token[], line: number, names: readonly string[] | undefined): string {
  const [first] = clause;
  if (first.label === 'string') return '';
  if (first.label === '*') return `const ${clause[2].text} = ${INJECTED};`;
  if (first.label !== '{') {
    throw new Refusal(
      line,
      `'${MODULE}' has no default export: write import { … } or import * as ${first.text}.`,
    );
  }
  const parts: string[] = [];
  for (let i = 1; clause[i].label !== '}'; i++) {
    const imported = clause[i];
    if (imported.label === ',') continue;
    known(imported, names);
    if (clause[i + 1].text === 'as') {
      parts.push(`${imported.text}: ${clause[i + 2].text}`);
      i += 2;
    } else {
      parts.push(imported.text);
    }
  }
  return parts.length === 0 ? '' : `const { ${parts.join(', ')} } = ${INJECTED};`;
}

function known(token: Token, names: readonly string[] | undefined): void {
  const name = token.label === 'string' ? token.text.slice(1, -1) : token.text;
  if (!names || names.includes(name)) return;
  const near = nearest(name, names);
  throw new Refusal(
    token.line,
    `'${MODULE}' exports no '${name}'${near ? `; did you mean '${near}'?` : '.'}`,
  );
}

/** `code` with white space in place of the edits, line breaks kept. */
function blanked(code: string, edits: readonly { start: number; end: number }[]): string {
  let out = '';
  let at = 0;
  for (const { start, end } of edits) {
    out += code.slice(at, start) + code.slice(start, end).replace(/[^\n]/g, ' ');
    at = end;
  }
  return out + code.slice(at);
}

/** The name that differs least, where that is little: two letters, or a third of them. */
function nearest(name: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.min(name.length, Math.max(2, Math.floor(name.length / 3)) + 1);
  for (const candidate of names) {
    const apart = distance(name.toLowerCase(), candidate.toLowerCase());
    if (apart < least) {
      least = apart;
      best = candidate;
    }
  }
  return best;
}

/** Letters to insert, delete or replace to make `a` into `b`. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
