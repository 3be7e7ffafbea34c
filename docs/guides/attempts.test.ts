import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../../scripts/lib/run.mjs';
import { attempts } from './attempts.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Titles of the tests in a file's numbered groups, by number. */
function groupsOf(file: string): Map<number, string[]> {
  const blocks = read(file)
    .split(/^describe\('/m)
    .slice(1);
  return new Map(
    blocks.flatMap(block => {
      const number = /^(\d+): /.exec(block)?.[1];
      if (number === undefined) return [];
      return [[Number(number), [...block.matchAll(/^ {2}test\('([^']+)'/gm)].map(([, title]) => title)]];
    }),
  );
}

describe('the page on what was tried', () => {
  test.each(['e2e/playgroundSafety.e2e.ts', 'e2e/playgroundUse.e2e.ts'])(
    'lists every test of the groups of %s, and no other',
    file => {
      const groups = groupsOf(file);
      expect(groups.size).toBeGreaterThanOrEqual(4);
      const listed = Object.entries(attempts).flatMap(([group, of]) => {
        const titles = of.filter(one => one.file === file).map(one => one.test);
        return titles.length > 0 ? [[Number(group), titles] as const] : [];
      });
      expect(new Map(listed)).toEqual(groups);
    },
  );

  test('names tests that are there', () => {
    const missing = Object.values(attempts)
      .flat()
      .filter(({ file, test }) => !read(file).includes(`('${test}'`));
    expect(missing).toEqual([]);
  });

  test('has a heading and a table for each group', () => {
    const page = read('docs/guides/safety.mdx');
    const headed = [
      ...page.matchAll(/^## (\d+)\. .*\n\n(?:[^#<]+\n\n)?<Attempts .*of=\{attempts\[(\d+)\]\}/gm),
    ];
    const groups = Object.keys(attempts);
    expect(headed.map(([, heading]) => heading)).toEqual(groups);
    expect(headed.map(([, , table]) => table)).toEqual(groups);
  });
});
