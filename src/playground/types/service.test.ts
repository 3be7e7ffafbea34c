import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { declarations } from '../../../plugins/modelBundle/declarations.ts';
import { language } from '../../../plugins/modelBundle/language.ts';
import { docs, programFiles } from '../../../plugins/playgrounds/files.ts';
import { INSTEAD, LANGUAGE, NO_RANDOM } from '../sandbox/runner/language.ts';
import { makeService, type Service } from './service.ts';

let service: Service;
beforeAll(() => {
  service = makeService({ ...language(), ...declarations() });
}, 120_000);

/** The text without its `|`, and where that stood. */
function marked(text: string): [string, number] {
  const at = text.indexOf('|');
  return [text.slice(0, at) + text.slice(at + 1), at];
}

describe('problems', () => {
  test('a program that fits has none, whether it imports or not', () => {
    expect(service.problems("import { show } from 'faultlines';\nshow.log(1);")).toEqual([]);
    expect(service.problems('const name = await Promise.resolve(1);\nconsole.log(name);')).toEqual([]);
  });

  test('carry line, place and reason', () => {
    const text = "import { Random } from 'faultlines';\n\nnew Random('seed');\nconst x: number = ;";
    expect(service.problems(text)).toEqual([
      {
        line: 3,
        from: text.indexOf("'seed'"),
        to: text.indexOf("'seed'") + 6,
        message: "Argument of type 'string' is not assignable to parameter of type 'number'.",
      },
      { line: 4, from: text.length - 1, to: text.length, message: 'Expression expected.' },
    ]);
  });

  test('name what a browser has and a program has not', () => {
    const [problem] = service.problems('document.title;');
    expect(problem.message).toContain("Cannot find name 'document'");
  });
});

describe('what a run has not is no name of the checker’s, either', () => {
  test.each([
    ['new Date();', "'Date' only refers to a type", INSTEAD.Date],
    ['Date.now();', "'Date' only refers to a type", INSTEAD.Date],
    ['performance.now();', "Cannot find name 'performance'", INSTEAD.performance],
    ['setTimeout(() => {}, 1);', "Cannot find name 'setTimeout'", INSTEAD.setTimeout],
    ['setInterval(() => {}, 1);', "Cannot find name 'setInterval'", INSTEAD.setInterval],
    ['crypto.randomUUID();', "Cannot find name 'crypto'", INSTEAD.crypto],
    ["eval('1');", "Cannot find name 'eval'", INSTEAD.eval],
    ['Math.random();', "Property 'random' does not exist on type 'Math'", NO_RANDOM],
    ["new Intl.NumberFormat('en');", "'Intl'", ''],
    ['new SharedArrayBuffer(8);', "'SharedArrayBuffer' only refers to a type", ''],
    ['new WeakRef({});', "'WeakRef' only refers to a type", ''],
  ])('%s', (text, message, instead) => {
    const problems = service.problems(text);
    expect(problems).toHaveLength(1);
    expect(problems[0].message).toContain(message);
    if (instead !== '') expect(problems[0].message).toMatch(/\. [A-Z]/);
    expect(problems[0].message.endsWith(instead)).toBe(true);
  });

  test('its names are those that a run leaves, and the console', () => {
    const [text, at] = marked('const _own = 1;\n_|');
    const module = ['_own', 'console'];
    const found = service.candidates(text, at)?.names.filter(({ module: from, kind }) => {
      return from === undefined && ['var', 'const', 'function', 'module', 'class'].includes(kind);
    });
    const names = new Set(found?.map(({ name }) => name).filter(name => !module.includes(name)));
    expect([...names].filter(name => !LANGUAGE.has(name))).toEqual([]);
    expect(
      [...LANGUAGE].filter(name => !names.has(name) && name !== 'undefined' && name !== 'globalThis'),
    ).toEqual([]);
  });

  test('what uses such types still fits', () => {
    expect(
      service.problems("const text = (1234.5).toLocaleString('en', { style: 'percent' });\ntext;"),
    ).toEqual([]);
  });
});

test.each(programFiles())('%s, which the site offers, uses nothing that a run has not', path => {
  expect(service.problems(readFileSync(join(docs, path), 'utf8'))).toEqual([]);
});

describe('candidates', () => {
  test('are the members of what stands before the point', () => {
    const [text, at] = marked("import { show } from 'faultlines';\nshow.ta|");
    const found = service.candidates(text, at);
    expect(found?.from).toBe(at - 2);
    expect(found?.names.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['table', 'timeline', 'log']),
    );
  });

  test('include what could be imported, with the edit that imports it', () => {
    const [text, at] = marked("import { show } from 'faultlines';\nbuildMac|\nshow.log(1);");
    const candidate = service.candidates(text, at)?.names.find(({ name }) => name === 'buildMachine');
    expect(candidate).toMatchObject({ module: expect.any(String) });
    const detail = service.detail(text, at, candidate!);
    expect(detail?.signature).toContain('function buildMachine');
    const [edit] = detail!.edits;
    expect(text.slice(0, edit.from) + edit.insert + text.slice(edit.to)).toContain(
      "import { buildMachine, show } from 'faultlines';",
    );
  });
});

describe('explanations', () => {
  test('are the type and the docstring of a name', () => {
    const [text, at] = marked("import { show } from 'faultlines';\nshow.lo|g(1);");
    expect(service.explanation(text, at)).toMatchObject({
      from: at - 2,
      to: at + 1,
      signature: '(method) Show.log(...values: readonly unknown[]): void',
      text: 'A line of text; objects are printed with their fields.',
    });
  });

  test('are the call’s where no name stands', () => {
    const [text, at] = marked("import { show } from 'faultlines';\nshow.progress( | );");
    expect(service.explanation(text, at)?.signature).toBe('progress(fraction: number): void');
  });

  test('are none in white space', () => {
    expect(service.explanation('  const a = 1;', 0)).toBeNull();
  });
});
