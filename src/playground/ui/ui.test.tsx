import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { marksOf } from '../editor/highlight.ts';
import type { Program } from '../program.ts';
import { Fallen } from './Fallen.tsx';
import { PlaygroundView } from './PlaygroundView.tsx';
import { StaticCode } from './StaticCode.tsx';

const source = "import { show } from 'faultlines';\n\nshow.log('<b>');";
const program: Program = {
  id: 'a/b',
  file: 'b.playground.ts',
  source,
  marks: marksOf(source),
  recorded: { html: '<p>recorded</p>', words: '1 line of text' },
};

/** The text of markup, as a reader without scripts sees it. */
const text = (markup: string) =>
  markup
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#x27;', "'");

test('before the page comes alive: the program, its output, and buttons that are off', () => {
  const markup = renderToStaticMarkup(
    <PlaygroundView
      program={program}
      model="1.0.0"
      runner={() => Promise.reject(new Error('not here'))}
      types={() => Promise.reject(new Error('not here'))}
      fragment=""
      setFragment={() => undefined}
      alive={false}
    />,
  );
  expect(text(markup)).toContain(source);
  expect(markup).toContain('<p>recorded</p>');
  expect(markup.match(/<button/g)).toHaveLength(6);
  expect(markup.match(/<button[^>]* disabled=""/g)).toHaveLength(6);
  expect(markup).toMatch(/<noscript>.*needs JavaScript.*<\/noscript>/);
});

test('a playground that failed: why, the program and its output', () => {
  const markup = renderToStaticMarkup(<Fallen program={program} why="of <this>" retry={() => undefined} />);
  expect(text(markup)).toContain('This playground failed: of <this>.');
  expect(text(markup)).toContain(source);
  expect(markup).toContain('<p>recorded</p>');
});

test('hidden letters of a program are written out, and lines that failed are marked', () => {
  const markup = renderToStaticMarkup(<StaticCode text={'a\n\u202eb'} marks={[]} label="l" problems={[2]} />);
  expect(text(markup)).toBe('a\n\\u202eb\n');
  expect(markup.match(/class="([^"]*)"/g)?.slice(1)).toEqual([
    'class="fl-pg-line"',
    'class="fl-pg-line fl-pg-problem-line"',
  ]);
});
