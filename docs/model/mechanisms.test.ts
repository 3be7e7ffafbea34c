import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../../scripts/lib/run.mjs';
import { debates } from '../debates/debates.ts';
import { mechanisms, titles } from './mechanisms.ts';

/** Addresses of the site's pages. */
const pages = new Set(
  readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.mdx'))
    .map(file => /^slug: (.*)$/m.exec(readFileSync(join(root, 'docs', file), 'utf8'))?.[1]),
);

describe('the table of mechanisms', () => {
  test('has rows for each debate, and titles in their order', () => {
    expect(Object.keys(titles)).toEqual(debates.map(({ slug }) => slug));
    for (const { slug } of debates) {
      expect(mechanisms.filter(({ debate }) => debate === slug).length, slug).toBeGreaterThanOrEqual(5);
    }
    expect(mechanisms.filter(({ debate }) => !(debate in titles))).toEqual([]);
  });

  test('names files and tests that exist, and each test as a test', () => {
    for (const { what, files, tests } of mechanisms) {
      expect(
        [...files, ...tests].filter(path => !existsSync(join(root, path))),
        what,
      ).toEqual([]);
      expect(files.length, what).toBeGreaterThan(0);
      expect(
        tests.every(path => /\.test\.tsx?$/.test(path)),
        what,
      ).toBe(true);
    }
  });

  test('names pages that exist', () => {
    expect(mechanisms.filter(({ page }) => !pages.has(page)).map(({ page }) => page)).toEqual([]);
  });

  test('says each thing once', () => {
    expect(new Set(mechanisms.map(({ what }) => what)).size).toBe(mechanisms.length);
  });
});
