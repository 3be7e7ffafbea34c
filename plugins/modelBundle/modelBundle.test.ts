import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundleRunner, type Runner } from './bundle.ts';
import { type Declarations, declarations } from './declarations.ts';

describe('the runner', () => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await bundleRunner();
  });

  test('names what faultlines exports, values alone', async () => {
    const api = await import('../../src/model/index.ts');
    expect(runner.names).toEqual(Object.keys(api).sort());
    expect(runner.names).toContain('show');
  });

  test('is one plain script that needs nothing from outside', () => {
    expect(runner.code).not.toMatch(/\b(?:import|export)\s*[{*("']|\brequire\(/);
    expect(runner.code).not.toContain('</script');
    expect(runner.code).not.toContain('node_modules');
  });

  test('is the same each time', async () => {
    expect((await bundleRunner()).code).toBe(runner.code);
  });
});

describe('the declarations', () => {
  let files: Declarations;
  beforeAll(() => {
    files = declarations();
  }, 120_000);

  /** What a type checker that has these files and the language says of a program. */
  function complaints(program: string): string[] {
    const all: Record<string, string> = { ...files, '/program.ts': program };
    const options: ts.CompilerOptions = {
      strict: true,
      noEmit: true,
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2023.d.ts'],
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      types: [],
    };
    const real = ts.createCompilerHost(options);
    const host: ts.CompilerHost = {
      ...real,
      fileExists: path => path in all,
      readFile: path => all[path],
      directoryExists: path => Object.keys(all).some(file => file.startsWith(`${path}/`)),
      getSourceFile: (path, languageVersion) =>
        path in all
          ? ts.createSourceFile(path, all[path], languageVersion)
          : real.getSourceFile(path, languageVersion),
    };
    return ts
      .getPreEmitDiagnostics(ts.createProgram(['/program.ts'], options, host))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  }

  test('let a program be checked without the model’s source', () => {
    const program = `import { Random, type Row, show } from 'faultlines';
      const rows: Row[] = [{ a: new Random(1).below(5) }];
      show.table(rows, { title: 'x', columns: ['a'] });`;
    expect(complaints(program)).toEqual([]);
  });

  test('and find what is wrong in it', () => {
    const program = `import { Random, show } from 'faultlines';
      show.table('x');
      new Random('seed');
      document.title;`;
    expect(complaints(program)).toEqual([
      expect.stringContaining("'string' is not assignable to parameter of type 'readonly object[]'"),
      expect.stringContaining("'string' is not assignable to parameter of type 'number'"),
      expect.stringContaining("Cannot find name 'document'"),
    ]);
  });

  test('carry the docstrings', () => {
    expect(files['/node_modules/faultlines/show/show.d.ts']).toContain('A line of text; objects are printed');
  });

  test('come out the same when they are asked for again', () => {
    expect(declarations()).toEqual(files);
  });
});
