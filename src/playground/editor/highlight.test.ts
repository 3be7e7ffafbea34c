import fc from 'fast-check';
import { expect, test } from 'vitest';
import { marksOf } from './highlight.ts';
import { CLASSES, linesOf } from './pieces.ts';

/** Each coloured piece as `class:text`. */
function coloured(source: string): string[] {
  return linesOf(source, marksOf(source))
    .flat()
    .flatMap(({ text, mark }) =>
      mark === undefined ? [] : [`${CLASSES[mark].slice('fl-code-'.length)}:${text}`],
    );
}

test('words of the language, texts, numbers, names and comments have their colours', () => {
  expect(coloured("// why\nconst gfn: number = 0x10;\nshow.log('x', true);")).toEqual([
    'comment:// why',
    'keyword:const',
    'name:gfn',
    'name:number',
    'number:0x10',
    'name:log',
    "string:'x'",
    'number:true',
  ]);
});

test('a comment over several lines is coloured on each of them', () => {
  expect(linesOf('a /* b\nc */ d', marksOf('a /* b\nc */ d'))).toEqual([
    [{ text: 'a ' }, { text: '/* b', mark: 0 }],
    [{ text: 'c */', mark: 0 }, { text: ' d' }],
  ]);
});

test('the pieces put together are the text, whatever it is', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'ab1\'"`/*\n {}()=>$;'.split('')), maxLength: 60 }),
      source => {
        const text = linesOf(source, marksOf(source))
          .map(line => line.map(piece => piece.text).join(''))
          .join('\n');
        expect(text).toBe(source);
      },
    ),
    { numRuns: 2000 },
  );
});
