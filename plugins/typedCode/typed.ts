import { createTwoslasher } from 'twoslash';
import ts from 'typescript';
import type { TypedCode, TypedPiece } from '../../src/components/TypedCode/pieces.ts';
import { marksOf } from '../../src/playground/editor/highlight.ts';
import { linesOf } from '../../src/playground/editor/pieces.ts';
import { unmarked } from '../../src/playground/types/docstring.ts';
import { LANGUAGE_LIB } from '../../src/playground/types/service.ts';
import { declarations } from '../modelBundle/declarations.ts';
import { language } from '../modelBundle/language.ts';

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: [LANGUAGE_LIB],
  // The console, as a package of types: what a run has besides the language.
  types: ['run'],
  strict: true,
  noEmit: true,
};

/** The files that the editor's checker has, where this one looks for them. */
function files(): Map<string, string> {
  const { '/globals.d.ts': globals, ...rest } = language();
  const all = new Map([...Object.entries(rest), ...Object.entries(declarations())]);
  return new Map([
    ...[...all].map(([path, text]) => [path.replace(/^\/lib\//, '/'), text] as const),
    ['/node_modules/@types/run/index.d.ts', globals],
  ]);
}

let twoslasher: ReturnType<typeof createTwoslasher> | undefined;

/**
 * Checks a program and gives its lines, each name with its type and docstring. It is checked against what the editor
 * checks with: the language as a run leaves it, and the model's declarations.
 *
 * @param code TypeScript that may import from `faultlines`
 * @throws Error where it has a type error, with the compiler's message: what a page shows has to fit the model
 */
export function typedCode(code: string): TypedCode {
  const source = code.replace(/\n+$/, '');
  twoslasher ??= createTwoslasher({ compilerOptions, tsModule: ts, fsMap: files() });
  const { nodes } = twoslasher(source, 'ts');
  const types = nodes
    .flatMap(node => (node.type === 'hover' ? [node] : []))
    .sort((one, other) => one.start - other.start);
  let at = 0;
  return linesOf(source, marksOf(source)).map(line => {
    const pieces: TypedPiece[] = [];
    for (const piece of line) {
      const end = at + piece.text.length;
      while (at < end) {
        const type = types.find(({ start, length }) => start + length > at && start < end);
        const from = Math.max(at, Math.min(end, type?.start ?? end));
        if (from > at) pieces.push({ ...piece, text: source.slice(at, from) });
        const to = type ? Math.min(end, type.start + type.length) : end;
        if (type && to > from) {
          const docs = type.docs && unmarked(type.docs).replace(/\s+/g, ' ').trim();
          pieces.push({
            ...piece,
            text: source.slice(from, to),
            type: type.text.replace(/^\(alias\) /, '').replace(/\nimport .*$/, ''),
            ...(docs ? { docs } : {}),
          });
        }
        at = Math.max(from, to);
      }
    }
    at++;
    return pieces;
  });
}
