import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
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

/**
 * The declarations of the language itself, without those of a browser, by the path at which a program's type checker
 * finds them.
 */
export function language(): Readonly<Record<string, string>> {
  const files: Record<string, string> = { '/globals.d.ts': GLOBALS };
  const gather = (name: string) => {
    if (files[`/lib/${name}`] !== undefined) return;
    const text = readFileSync(join(folder, name), 'utf8');
    files[`/lib/${name}`] = text;
    for (const [, other] of text.matchAll(/^\/\/\/ <reference lib="([\w.]+)" \/>/gm)) {
      gather(`lib.${other}.d.ts`);
    }
  };
  gather(LANGUAGE_LIB);
  return files;
}
