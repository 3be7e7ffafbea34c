import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { snippetOf } from './snippet.ts';

test('the snippet is a frame with its address and title, whatever stands in them', () => {
  const title = 'What "does" <b>it</b> & cost?';
  const snippet = snippetOf('https://example.org/x/embed/#s=1.abc', title);
  const { document } = parseHTML(`<!doctype html><body>${snippet}</body>`);
  const frame = document.querySelector('iframe');
  expect(frame?.getAttribute('src')).toBe('https://example.org/x/embed/#s=1.abc');
  expect(frame?.getAttribute('title')).toBe(title);
  expect(document.querySelectorAll('b')).toHaveLength(0);
  expect(document.querySelector('script')?.textContent).toContain('origin !== "https://example.org"');
});
