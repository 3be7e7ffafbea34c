/**
 * TypeScript to JavaScript for the runner, line for line. It checks no types: it erases them, and refuses what it
 * could not erase truly.
 */
import { transform } from 'sucrase/dist/index.js';
import { LIMITS } from '../link/state.ts';
import { refuseUnclearEnums } from './enums.ts';
import { refuseOtherImports, rewriteModule } from './imports.ts';
import { type Problem, Refusal } from './problem.ts';
import { refuseUnsupported } from './refusals.ts';
import { tokensOf } from './tokens.ts';

export type Compiled =
  | { readonly ok: true /** Line n of it is line n of the program. */; readonly code: string }
  | { readonly ok: false; readonly problem: Problem };

/**
 * @param source a program; its lines end in `\n`.
 * @param names what 'faultlines' exports, so that a misspelt import is found before it runs.
 */
export function compile(source: string, names?: readonly string[]): Compiled {
  try {
    return { ok: true, code: compiled(source, names) };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, problem: { line: error.line, message: error.message } };
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: { line: 1, message: `The program could not be transformed: ${message}` } };
  }
}

function compiled(source: string, names: readonly string[] | undefined): string {
  if (source.length > LIMITS.source) {
    throw new Refusal(1, `The program has ${source.length} characters; ${LIMITS.source} is the limit.`);
  }
  // Engines count these as line ends and editors do not, which would put every later error on a wrong line.
  const odd = /[\r\u2028\u2029]/.exec(source);
  if (odd) {
    const line = source.slice(0, odd.index).split('\n').length;
    throw new Refusal(line, 'This line holds an invisible line separator; delete it.');
  }
  // The transform would put a line of its own below a `#!` line.
  const text = source.replace(/^#!/, '//');
  const tokens = tokensOf(text, 'typescript');
  refuseUnsupported(tokens);
  refuseUnclearEnums(tokens);
  refuseOtherImports(tokens);
  const { code } = transform(text, {
    transforms: ['typescript'],
    disableESTransforms: true,
    preserveDynamicImport: true,
  });
  return rewriteModule(code, tokensOf(code, 'javascript'), names);
}
