import { expect, test } from 'vitest';
import { assemble } from './assemble.ts';
import { failureOf, parseFailure } from './trace.ts';

const script = assemble('runner();\nmore();', 'const a = 1;\nf(a);\ng();\nh();');

/** A stack in which `~n` stands for line n of the program. */
function stack(text: string): string {
  return text.replace(/~(\d+)/g, (_, n) => `blob:null/5e1a-77:${Number(n) + script.offset}:9`);
}

test('the program stands in the script where the offset says', () => {
  expect(script.text.split('\n')[script.offset]).toBe('const a = 1;');
  expect(script.lines).toBe(4);
});

test.each([
  [
    'Chromium',
    'TypeError: x is not a function\n    at inner (~3)\n    at new Design (~2)\n    at async Object.run (~2)\n    at Object.pick (blob:null/5e1a-77:1:900)\n    at ~1\n    at __run__ (blob:null/5e1a-77:2:3)',
  ],
  [
    'Firefox',
    'inner@~3\nDesign@~2\nObject.run@~2\npick@blob:null/5e1a-77:1:900\n@~1\n__run__@blob:null/5e1a-77:2:3\n',
  ],
])('a stack of %s gives the calls in the program alone', (_, text) => {
  expect(
    failureOf({ name: 'TypeError', message: 'x is not a function', stack: stack(text) }, script),
  ).toEqual({
    message: 'TypeError: x is not a function',
    line: 3,
    frames: [
      { name: 'inner', line: 3 },
      { name: 'Design', line: 2 },
      { name: 'Object.run', line: 2 },
      { name: '', line: 1 },
    ],
  });
});

test('a stack without a line of the program gives none', () => {
  expect(
    failureOf({ name: '', message: 'm', stack: 'at x (blob:null/5e1a-77:1:1)\nnonsense' }, script),
  ).toEqual({
    message: 'm',
    frames: [],
  });
});

test('a forged stack is only read so far', () => {
  const endless = `${' '.repeat(8000)}:`;
  const many = stack('at f (~1)\n'.repeat(500));
  expect(failureOf({ name: 'E', message: '', stack: endless + many }, script).frames).toHaveLength(8);
});

test('an error of reading is put on the line it names, or the last where it is found below the program', () => {
  expect(parseFailure('Uncaught SyntaxError: x', script.offset + 2, script)).toEqual({
    message: 'SyntaxError: x',
    line: 2,
    frames: [],
  });
  expect(parseFailure('Uncaught SyntaxError: x', 99, script).line).toBe(4);
  expect(parseFailure('Uncaught SyntaxError: x', 1, script).line).toBe(1);
  expect(parseFailure('x', 0, script).line).toBeUndefined();
});
