import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** Declaration files by the path at which a program's type checker finds them. */
export type Declarations = Readonly<Record<string, string>>;

const model = fileURLToPath(new URL('../../src/model/', import.meta.url));

let previous: ts.EmitAndSemanticDiagnosticsBuilderProgram | undefined;

/**
 * The declarations of the model's public API and of what it names, with their docstrings, as the package `faultlines`.
 * A second call in one process reuses what has not changed. Type errors of the model are its own check's to find.
 */
export function declarations(): Declarations {
  const options = optionsOf(join(model, 'tsconfig.json'));
  const host = ts.createIncrementalCompilerHost(options);
  const program = ts.createEmitAndSemanticDiagnosticsBuilderProgram(
    [join(model, 'index.ts')],
    options,
    host,
    previous,
  );
  previous = program;
  const files: Record<string, string> = {};
  // Emit of the underlying program gives all files, not only those that changed since the last call.
  program.getProgram().emit(
    undefined,
    (path, text) => {
      files[`/node_modules/faultlines/${relative(model, path).split(sep).join('/')}`] = text;
    },
    undefined,
    true,
  );
  return { '/node_modules/faultlines/package.json': '{"name":"faultlines","types":"index.d.ts"}', ...files };
}

function optionsOf(config: string): ts.CompilerOptions {
  if (!existsSync(config)) throw new Error(`${config} is missing`);
  const { config: json, error } = ts.readConfigFile(config, ts.sys.readFile);
  if (error) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, '\n'));
  const parsed = ts.parseJsonConfigFileContent(json, ts.sys, dirname(config));
  return {
    ...parsed.options,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    declarationMap: false,
    incremental: undefined,
    outDir: undefined,
    // Unused locals are the model's own check's business, not that of its declarations.
    noUnusedLocals: false,
    noUnusedParameters: false,
  };
}
