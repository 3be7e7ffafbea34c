import { fileURLToPath } from 'node:url';
import { createTwoslasher } from 'twoslash';
import ts from 'typescript';
import type { TypedCode, TypedPiece } from '../../src/components/TypedCode/pieces.ts';
import { marksOf } from '../../src/playground/editor/highlight.ts';
import { linesOf } from '../../src/playground/editor/pieces.ts';

/** The model's public API, which programs import as `faultlines`. */
const model = fileURLToPath(new URL('../../src/model/index.ts', import.meta.url));

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2023.d.ts'],
  types: [],
  strict: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  paths: { faultlines: [model] },
};

let twoslasher: ReturnType<typeof createTwoslasher> | undefined;

/**
 * Checks a program and gives its lines, each name with its type and docstring.
 *
 * @param code TypeScript that may import from `faultlines`
 * @throws Error where it has a type error, with the compiler's message: what a page shows has to fit the model
 */
export function typedCode(code: string): TypedCode {
  const source = code.replace(/\n+$/, '');
  twoslasher ??= createTwoslasher({ compilerOptions, tsModule: ts });
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
          const docs = type.docs?.replace(/\s+/g, ' ').trim();
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
