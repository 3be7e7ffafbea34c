import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { LANGUAGE } from '../../src/playground/sandbox/runner/language.ts';
import { LANGUAGE_LIB } from '../../src/playground/types/service.ts';

const folder = dirname(createRequire(import.meta.url).resolve('typescript'));

/** What a program has beside the language: the runner's console. Anything else that browsers have is not there. */
const GLOBALS = `/** Writes lines of text below the program; values are printed with their fields. */
declare const console: {
  /** A line of text. */
  log(...values: readonly unknown[]): void;
  /** A line of text, like \`log\`. */
  info(...values: readonly unknown[]): void;
  /** A line of text, like \`log\`. */
  debug(...values: readonly unknown[]): void;
  /** A line of text, marked as a warning. */
  warn(...values: readonly unknown[]): void;
  /** A line of text, marked as an error. */
  error(...values: readonly unknown[]): void;
  /** A line marked as an error, unless \`fine\` is true or like it. */
  assert(fine?: unknown, ...values: readonly unknown[]): void;
  /** A table, one row an object; \`show.table\` takes a title and columns, too. */
  table(rows: readonly object[]): void;
};
`;

/** Members that a run takes away, by the interface that declares them. */
const TAKEN: Readonly<Record<string, readonly string[]>> = { Math: ['random'] };

/** Names that a statement declares as values. */
function valuesOf(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  if (ts.isFunctionDeclaration(statement) && statement.name) return [statement.name.text];
  return [];
}

/** What of a statement a run has not: all of it, a part, or nothing. */
function lacking(statement: ts.Statement): readonly ts.Node[] {
  const values = valuesOf(statement);
  if (values.length > 0) return values.some(name => LANGUAGE.has(name)) ? [] : [statement];
  if (ts.isInterfaceDeclaration(statement)) {
    const taken = TAKEN[statement.name.text] ?? [];
    return statement.members.filter(({ name }) => name && taken.includes(name.getText()));
  }
  // A namespace whose name is no value here keeps its types.
  if (ts.isModuleDeclaration(statement) && !LANGUAGE.has(statement.name.text)) {
    const { body } = statement;
    if (!body || !ts.isModuleBlock(body)) return [];
    return body.statements.filter(inner => valuesOf(inner).length > 0);
  }
  return [];
}

/**
 * A file of TypeScript's library without the values that a run does not have. Their types stay: others are made of them,
 * and types do nothing.
 */
export function withoutLacking(name: string, text: string): string {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const cuts = file.statements.flatMap(lacking);
  let left = text;
  for (const node of cuts.reverse()) left = left.slice(0, node.getStart(file, true)) + left.slice(node.end);
  return left;
}

/**
 * The declarations of what a program has: the language as a run leaves it, without what reads a clock, a locale or chance,
 * and without a browser; by the path at which a program's type checker finds them.
 */
export function language(): Readonly<Record<string, string>> {
  const files: Record<string, string> = { '/globals.d.ts': GLOBALS };
  const gather = (name: string) => {
    if (files[`/lib/${name}`] !== undefined) return;
    const text = readFileSync(join(folder, name), 'utf8');
    files[`/lib/${name}`] = withoutLacking(name, text);
    for (const [, other] of text.matchAll(/^\/\/\/ <reference lib="([\w.]+)" \/>/gm)) {
      gather(`lib.${other}.d.ts`);
    }
  };
  gather(LANGUAGE_LIB);
  return files;
}
