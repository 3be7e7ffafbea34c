import { describe, expect, test } from 'vitest';
import { execute } from './execute.ts';

/** The lines of text that a program logs, or its failure as `LINE: MESSAGE`. */
async function logged(source: string, milliseconds?: number): Promise<string[]> {
  const { shown, failure } = await execute(`import { show } from 'faultlines';\n${source}`, milliseconds);
  const lines = shown.map(item => (item.kind === 'log' ? item.text : item.kind));
  return failure ? [...lines, `${failure.line ?? '?'}: ${failure.message}`] : lines;
}

test('a program shows, in order', async () => {
  expect(await logged('show.log(1); console.log("two"); show.table([{ a: 1 }]); console.error(3);')).toEqual([
    '1',
    'two',
    'table',
    '3',
  ]);
});

test('a program may wait for its own promises', async () => {
  expect(
    await logged('const x = await Promise.resolve(5);\nfor await (const y of [x]) show.log(y);'),
  ).toEqual(['5']);
});

test('an await without end is found out', async () => {
  expect(await logged('await new Promise(() => {});')).toEqual([
    '?: Error: The program waits for something that will never come: an await has no end.',
  ]);
});

test('an endless loop ends by the clock', async () => {
  expect((await logged('for (;;);', 100))[0]).toMatch(/timed out after 100ms/);
});

describe('errors carry the line of the program', () => {
  test.each([
    ['\n\nnull.x;', '4: TypeError: Cannot read properties of null'],
    ['function f() {\n  throw new RangeError("low");\n}\nf();', '3: RangeError: low'],
    ['const f = () => f();\nf();', '2: RangeError: Maximum call stack size exceeded'],
    ['\nshow.table([{ a: 1 }], { columns: ["b"] });', "3: TypeError: show.table: no row has a column 'b'"],
    ['await Promise.resolve();\nthrow new Error("late");', '3: Error: late'],
    ['let a = 1;\nlet a = 2;', "3: SyntaxError: Identifier 'a' has already been declared"],
    ['throw "text"', '?: The program threw "text", which is no Error.'],
    [
      'throw new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 1; } })',
      '?: The program threw something that cannot be read.',
    ],
    ['const x = ;', "2: Unexpected ';'."],
  ])('%j', async (source, expected) => {
    expect((await logged(source)).join('\n')).toContain(expected);
  });

  test('and the calls that led there', async () => {
    const { failure } = await execute(
      'function inner() { throw new Error("x"); }\nfunction outer() { inner(); }\nouter();',
    );
    expect(failure?.frames).toEqual([
      { name: 'inner', line: 1 },
      { name: 'outer', line: 2 },
      { name: '', line: 3 },
    ]);
  });
});

describe('what would make runs differ is not there', () => {
  test.each([
    ['Math.random()', /new Random\(seed\) from 'faultlines'/],
    ['new Date()', /There is no clock here/],
    ['Date.now()', /There is no clock here/],
    ['Date()', /There is no clock here/],
    ['performance.now()', /There is no clock here/],
    ['setTimeout(() => {}, 1)', /There are no timers here/],
    ['setInterval(() => {}, 1)', /There are no timers here/],
    ['crypto.randomUUID()', /There is no chance here/],
    ['eval("1")', /cannot make code from text/],
    ['Function("return 1")()', /EvalError/],
    ['(() => {}).constructor("return 1")()', /EvalError/],
    ['Intl.NumberFormat()', /Intl is not defined/],
    ['new WeakRef({})', /WeakRef is not defined/],
    ['new SharedArrayBuffer(1)', /SharedArrayBuffer is not defined/],
    ['WebAssembly.compile()', /WebAssembly is not defined/],
    ['postMessage("forged")', /postMessage is not defined/],
    ['__run__(() => {})', /__run__ is not defined/],
    ['process.exit()', /process is not defined/],
    ['require("fs")', /require is not defined/],
  ])('%s', async (source, message) => {
    expect((await logged(source)).join()).toMatch(message);
  });

  test('names that a program may have for its own are free', async () => {
    const names = 'exports, module, require, self, window, name, show2, console2'.split(', ');
    expect(
      await logged(
        `${names.map((name, i) => `const ${name} = ${i};`).join('\n')}\nshow.log(${names.join(', ')});`,
      ),
    ).toEqual(['0 1 2 3 4 5 6 7']);
  });

  test('numbers and words look the same wherever the reader lives', async () => {
    expect(
      await logged(
        "show.log((1234567.891).toLocaleString('de'), 12345n.toLocaleString(), ['b', 'a', 'B'].sort((x, y) => x.localeCompare(y)), 'I'.toLocaleLowerCase('tr'))",
      ),
    ).toEqual(['1,234,567.891 12,345 ["a", "b", "B"] i']);
  });

  test('the generator that the messages name is there', async () => {
    const { shown } = await execute(
      "import { Random, show } from 'faultlines';\nshow.log(new Random(7).word() === new Random(7).word());",
    );
    expect(shown).toEqual([{ kind: 'log', level: 'log', text: 'true' }]);
  });
});

describe('a run shows so much and no more', () => {
  test('things', async () => {
    const { shown, cut, failure } = await execute('for (let i = 0; i < 100000; i++) console.log(i);');
    expect([shown.length, cut, failure]).toEqual([1000, true, undefined]);
  });

  test('characters', async () => {
    const { shown, cut } = await execute("for (let i = 0; i < 900; i++) console.log('x'.repeat(9000));");
    expect([shown.length < 120, cut]).toEqual([true, true]);
  });

  test('progress', async () => {
    const { messages } = await execute(
      "import { show } from 'faultlines';\nfor (let i = 0; i < 1e5; i++) show.progress((i * 7919 % 1000) / 1000);",
    );
    expect(messages.length).toBeLessThan(500);
    expect(messages.at(-1)).toBe('{"type":"done"}');
  });
});

test('a program cannot break what the runner still needs', async () => {
  const { shown, failure } = await execute(
    "JSON.stringify = () => 'forged'; Array.prototype.toJSON = 5; globalThis.Error = class {}; console.log('still', 'here'); throw new TypeError('and here');",
  );
  expect(shown).toEqual([{ kind: 'log', level: 'log', text: 'still here' }]);
  expect(failure?.message).toBe('TypeError: and here');
});
