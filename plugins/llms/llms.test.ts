import { expect, test } from 'vitest';
import { textsOf } from './index.ts';

const sections = [
  { path: 'a/', title: 'A', heading: '', text: 'About v6.8 of it. More of it.' },
  { path: 'a/#one', title: 'A', heading: 'One', text: 'Detail.' },
];

test('the short text links each page with its first sentence, the full one has every section', () => {
  const { short, full } = textsOf(sections, 'https://example.org/x/');
  expect(short).toContain('\n- [A](https://example.org/x/a/): About v6.8 of it.\n');
  expect(short).not.toContain('Detail');
  expect(full).toContain(
    '## A\n\nhttps://example.org/x/a/\n\nAbout v6.8 of it. More of it.\n\n### One\n\nDetail.\n',
  );
});
