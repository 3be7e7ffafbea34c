import { describe, expect, test } from 'vitest';
import { fileFor, isHashed } from './manifest.ts';

const kept = new Set(['index.html', 'debates/index.html', '404.html', 'img/logo.svg']);
const has = (file: string) => kept.has(file);

describe('without a network', () => {
  test.each([
    ['', { file: 'index.html' }],
    ['debates/', { file: 'debates/index.html' }],
    ['debates', { redirect: 'debates/' }],
    ['img/logo.svg', { file: 'img/logo.svg' }],
    ['no/such/page', { file: '404.html' }],
    ['no/such/page/', { file: '404.html' }],
    ['index.html', { file: 'index.html' }],
  ])('/%s is answered', (path, answer) => {
    expect(fileFor(path, has)).toEqual(answer);
  });
});

test('only what carries its hash in its name is never out of date', () => {
  expect(isHashed('assets/js/main.0a1b2c.js')).toBe(true);
  expect(isHashed('search-index.json')).toBe(false);
  expect(isHashed('debates/index.html')).toBe(false);
});
