import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { titlesIn } from '../../plugins/testSources/titles.ts';
import { root } from '../../scripts/lib/run.mjs';
import type { Witness } from '../../src/components/Shows/shown.ts';
import { promises } from './promises.ts';

const page = readFileSync(join(root, 'docs/guides/shown.mdx'), 'utf8');
const all = Object.values(promises).flat();
const witnesses: readonly Witness[] = all.flatMap(({ by }) => by);

/** Scripts that npm runs. */
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

describe('the page on what shows the promises', () => {
  test('names tests that are there, by their titles', () => {
    const tests = witnesses.filter(witness => witness.kind === 'test');
    expect(tests.length).toBeGreaterThan(60);
    const missing = tests.filter(({ file, title }) => {
      const path = join(root, file);
      return !existsSync(path) || !titlesIn(readFileSync(path, 'utf8')).has(title);
    });
    expect(missing).toEqual([]);
  });

  test('names files that a run of all tests takes', () => {
    const files = witnesses.flatMap(witness => (witness.kind === 'test' ? witness.file : []));
    expect(
      files.filter(
        file => !/^(?:e2e\/\w+\.e2e|(?:src|plugins|scripts|docs)\/.*\.(?:test|fuzz))\.tsx?$/.test(file),
      ),
    ).toEqual([]);
  });

  test('has its numbers from where they are kept to', () => {
    const said = (words: RegExp) => all.some(({ promise }) => words.test(promise));
    const budget = /^const BUDGET = (\d+);$/m.exec(
      readFileSync(join(root, 'e2e/budget.e2e.ts'), 'utf8'),
    )?.[1];
    expect(said(new RegExp(`at most ${budget} kB`))).toBe(true);
    const most = /^const MOST = (\d+);$/m.exec(
      readFileSync(join(root, 'src/components/Experiment/links.test.ts'), 'utf8'),
    )?.[1];
    expect(said(new RegExp(`under ${Number(most).toLocaleString('en')} characters`))).toBe(true);
  });

  test('names commands that there are', () => {
    const runs = witnesses.flatMap(witness => (witness.kind === 'command' ? witness.run : []));
    const known = (run: string) => Object.hasOwn(scripts, run.replace(/^npm (?:run )?/, ''));
    expect(runs.length).toBeGreaterThan(2);
    expect(runs.filter(run => !known(run))).toEqual([]);
  });

  test('leaves no promise without a word on what shows it', () => {
    expect(all.filter(({ by, not }) => by.length === 0 && not === undefined)).toEqual([]);
    expect(new Set(all.map(({ promise }) => promise)).size).toBe(all.length);
  });

  test('has a heading and a table for each subject, in their order', () => {
    const tables = [...page.matchAll(/^## (.*)\n\n<Shows label="(.*)" of=\{promises\.(\w+)\} \/>/gm)];
    expect(tables.map(([, , , of]) => of)).toEqual(Object.keys(promises));
    expect(tables.filter(([, heading, label]) => heading !== label)).toEqual([]);
  });
});
