import { expect, test } from 'vitest';
import { SearchIndex, type Section } from './index.ts';

const section = (path: string, title: string, heading: string, text: string): Section => ({
  path,
  title,
  heading,
  text,
});

const index = new SearchIndex([
  section('a/', 'Pinned pages', '', 'Who pins a page, and what unpins it?'),
  section('a/#cost', 'Pinned pages', 'Cost', 'Metadata bytes.'),
  section(
    'b/',
    'Flushes',
    '',
    `A WBINVD stalls every CPU. ${'Other words follow here. '.repeat(20)} Nobody pins.`,
  ),
  section('c/', 'Glossary', 'pfn', 'Page frame number.'),
]);
const paths = (query: string) => index.find(query, 3).map(({ section }) => section.path);

test('the section with the words in its title comes first, one a page', () => {
  expect(paths('who pins')).toEqual(['a/', 'b/']);
  expect(paths('pinned cost')[0]).toBe('a/#cost');
});

test('the last word may be half typed, the others not', () => {
  expect(paths('wbin')).toEqual(['b/']);
  expect(index.find('wbin', 3, false)).toEqual([]);
});

test('what is nowhere is not found, and nothing finds nothing', () => {
  expect(paths('zzzz')).toEqual([]);
  expect(paths('the of')).toEqual([]);
  expect(paths('')).toEqual([]);
});

test('the excerpt shows the word where it stands', () => {
  const [found] = index.find('nobody', 1);
  expect(found.excerpt).toMatch(/^… .*Nobody pins\.$/);
});
