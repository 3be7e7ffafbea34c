import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from './compile.ts';

const NAMES = ['show', 'Random', 'machine', 'MODEL_VERSION'];

function code(source: string): string {
  const compiled = compile(source, NAMES);
  if (!compiled.ok) throw new Error(`line ${compiled.problem.line}: ${compiled.problem.message}`);
  return compiled.code;
}

/** `LINE: MESSAGE` of what keeps a program from running. */
function problem(source: string): string {
  const compiled = compile(source, NAMES);
  return compiled.ok ? 'compiles' : `${compiled.problem.line}: ${compiled.problem.message}`;
}

describe('imports become bindings of the injected module', () => {
  test.each([
    ["import { show } from 'faultlines';\nshow.log(1);", 'const { show } = __faultlines__;'],
    [
      'import { show as s, type Row, Random } from "faultlines"\ns.log(Random)',
      'const { show: s, Random } = __faultlines__;',
    ],
    ["import * as f from 'faultlines';\nf.show.log(1)", 'const f = __faultlines__;'],
    [
      "import {\n  show,\n  Random,\n} from 'faultlines';\nshow.log(new Random(1))",
      'const { show, Random } = __faultlines__;',
    ],
  ])('%s', (source, binding) => {
    const out = code(source);
    expect(out.startsWith(binding)).toBe(true);
    expect(out).not.toContain('import');
    expect(out.split('\n').length).toBe(source.split('\n').length);
  });

  test.each([
    "import 'faultlines';",
    "import type { Row } from 'faultlines';",
    "import { Row } from 'faultlines'; let r: Row;",
  ])('and vanish where only types use them: %s', source =>
    expect(code(source).trim()).not.toContain('faultlines'),
  );
});

test('lines stay where they are, whatever is erased', () => {
  const source = `import type { Row } from 'faultlines';
interface A {
  x: number;
}
type B =
  | 'a'
  | 'b';
abstract class C<T> implements A {
  declare y: string;
  constructor(
    public x: number,
    private readonly z?: T,
  ) {}
  abstract m(this: C<T>,
    a: B): void;
}
enum E { P, Q = 5 }
function f<const T>(a: T): asserts a is T;
function f(a: unknown) { return a as
  Row satisfies Row; }
const marker = 21;`;
  const out = code(source).split('\n');
  expect(out.length).toBe(source.split('\n').length);
  expect(out[20]).toBe('const marker = 21;');
});

test('an exported declaration loses the mark alone', () => {
  expect(code('export const a = 1;\nexport async function f() {}')).toBe(
    '       const a = 1;\n       async function f() {}',
  );
});

describe('what the transform would do wrong is refused, with line and reason', () => {
  test.each([
    ['\nnamespace A { export const x = 1 }', /^2: The body of a namespace would be dropped/],
    ['module A.B { }', /^1: The body of a module would be dropped/],
    ['export namespace A { let x = 1 }', /^1: The body of a namespace/],
    ['function d() {}\n@d class A {}', /^2: Decorators/],
    ['class A {\n\n  @d m() {} }', /^3: Decorators/],
    ['class A {\n  accessor x = 1 }', /^2: 'accessor' fields/],
    ['class A { static accessor x = 1 }', /^1: 'accessor' fields/],
    ['class A { accessor #x = 1 }', /^1: 'accessor' fields/],
    ['{\n using x = f(); }', /^2: 'using'/],
    ['async function g() { await using x = f(); }', /^1: 'using'/],
    ['\nawait import("faultlines")', /^2: There is nothing to load/],
    ['import.meta.url', /^1: import\.meta/],
    ["import fs from 'node:fs'", /^1: A program can import from 'faultlines' alone, not from 'node:fs'/],
    ["import { x } from 'https://example.org/x.js'", /^1: A program can import/],
    ["import type { X } from './x.ts'", /^1: A program can import/],
    ["import x = require('faultlines')", /^1: 'import … = …' .* write import \{ … \} from 'faultlines'/],
    ["export import x = require('faultlines')", /^1: 'import … = …'/],
    ['\nimport A = B.C;', /^2: 'import … = …' .* write const/],
    ['\nexport = 5;', /^2: 'export ='/],
    [
      "import { show } from 'faultlines'\n  with { type: 'json' };",
      /^2: 'faultlines' takes no import attributes/,
    ],
    ['const a = 1;\nconst b = <div>a</div>;', /^2: JSX does not run here/],
    ['const a = 1;\nconst b = <Row name="x" />;', /^2: JSX does not run here/],
    ['function f(\n@d a: number) {}', /^2: Decorators/],
    ['declare enum E { A }', /^1: A declared enum has no values/],
    ['\ndeclare const enum E { A }', /^2: A declared enum has no values/],
    ["enum E {\n  A = 'a',\n  B = A,\n}", /^3: The text of the enum's 'B'/],
    ["const enum E {\n  A = 'a' + 'b' }", /^2: The text of the enum's 'A'/],
    ['enum E { A = `a` }', /^1: The text of the enum's 'A'/],
    ["enum E { A = 'a', B = E.A }", /^1: The text of the enum's 'B'/],
    ["import f from 'faultlines'; f()", /^1: 'faultlines' has no default export/],
    [
      "import {\n  show,\n  machin } from 'faultlines';\nmachin(show)",
      /^3: 'faultlines' exports no 'machin'; did you mean 'machine'\?/,
    ],
    ["import { zzz } from 'faultlines'; zzz()", /^1: 'faultlines' exports no 'zzz'\.$/],
    ['const a = 1;\nexport default a', /^2: Nobody imports a program/],
    ['const a = 1; export { a }', /^1: Nobody imports/],
    ["export * from 'faultlines'", /^1: Nobody imports/],
    ['const a = 1;\u2028let b', /^1: This line holds an invisible line separator/],
    ['x'.repeat(65_537), /^1: The program has 65537 characters; 65536 is the limit/],
  ])('%j', (source, expected) => {
    expect(problem(source).slice(0, 200)).toMatch(expected);
  });

  test.each([
    'const using = 1; using\nfoo; for (const x of [using]) x; using in {};',
    'for (using of []) {}',
    'const o = { accessor: 1, namespace: 2, module: 3 }; o.accessor; o.namespace; o.module;',
    'const accessor = 1; accessor as number; accessor satisfies number; accessor in {};',
    'declare namespace A { const x: number }',
    'type T = { module: string; namespace: number };',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the program under test holds a template
    'const t = `import ${1} @x namespace A {}`; // @x namespace A { import("x")',
    "const a = { import: 1 }; a.import; 'import(x)';",
    'class A { accessor = 1; using() {} namespace() {} }',
    "enum E { A, B = 1 << 2, C = A | B, D = -1, 'e f' = 5, G = Math.max(1, 2) } console.log(E[E.B], E.C);",
    "const enum E { A = 'a', B = 'b', C = 3 } console.log(E.A);",
    'const x = <number>(5 as unknown); const f = <T,>(a: T) => a; const less = x < 3 && 4 > x;',
  ])('and what only looks like it is not: %s', source => {
    expect(problem(source)).toBe('compiles');
  });
});

/** What a program's `result` is when it is run as it was compiled. */
function result(source: string): unknown {
  return new Function(`${code(source)}\nreturn result;`)();
}

test.each([
  ['enum E { A, B = 5, C } const result = [E.A, E.C, E[5]];', [0, 6, 'B']],
  ["enum E { A = 'a', B = 'b' } const result = [E.A, Object.keys(E)];", ['a', ['A', 'B']]],
  ['enum E { A } enum E { B = 1 } const result = Object.entries(E).length;', 4],
  ['const enum E { A = 1 << 3, B = A | 1 } const result = E.B;', 9],
  [
    'class A { constructor(readonly a = 3, private b = a + 1) {} sum() { return this.a + this.b; } } const result = new A().sum();',
    7,
  ],
  ['class B { y = 0; } class A extends B { declare y: number; } const result = new A().y;', 0],
  ['class B { y = 1; } class A extends B { y!: number; } const result = new A().y;', undefined],
  ['const a: { b?: { c: number } } = {}; const result = a.b?.c!;', undefined],
])('what is erased leaves the meaning that TypeScript gives it: %s', (source, expected) => {
  expect(result(source)).toEqual(expected);
});

describe('errors of syntax say what stands there', () => {
  test.each([
    ['const a =\n  ;', "2: Unexpected ';'."],
    ['let s = "abc', "1: Unterminated string constant at '\"'."],
    ['function f() {\n', '2: Unexpected token: the program ends where something is still open or missing.'],
    ['}', "1: Unexpected '}'."],
  ])('%j', (source, expected) => {
    expect(problem(source)).toBe(expected);
  });
});

test('any text gives code of as many lines, or one problem on one of its lines', () => {
  const words = fc.constantFrom(
    'import',
    'export',
    '{',
    '}',
    'show',
    'from',
    "'faultlines'",
    '*',
    'as',
    ',',
    ';',
    '\n',
    '(',
    ')',
    'const',
    '=',
    'type',
    'x',
    '`',
    '/',
    '@',
    'class',
    ':',
    '<',
    '>',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(words, { maxLength: 25 }).map(w => w.join(' ')),
        fc.string({ unit: 'grapheme' }),
      ),
      source => {
        const compiled = compile(source, NAMES);
        const lines = source.split('\n').length;
        if (compiled.ok) expect(compiled.code.split('\n').length).toBe(lines);
        else {
          expect(compiled.problem.line).toBeGreaterThanOrEqual(1);
          expect(compiled.problem.line).toBeLessThanOrEqual(lines);
        }
      },
    ),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 5000), examples: [['#!']] },
  );
});
