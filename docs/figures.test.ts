import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { memslotsExperiment } from '../src/model/experiments/primer/memslots.ts';
import { RUN_LIMITS } from '../src/playground/protocol/limits.ts';

const docs = fileURLToPath(new URL('.', import.meta.url));

/** Pages beside those of single debates, which have a test of their own. */
const pages = readdirSync(docs, { recursive: true, encoding: 'utf8' })
  .map(file => file.replaceAll('\\', '/'))
  .filter(file => file.endsWith('.mdx') && !/^debates\/[^/]+\//.test(file));

/** Numbers with a unit, in the words of a page. */
const FIGURE =
  /\b\d[\d.,]*(?: (?:s|ms|µs|ns|%|TiB|GiB|MiB|KiB|bytes|v?CPUs|pages|slots|faults|times)(?![\w-])| ?%)/g;

/** Sizes of pages and guests, and numbers of CPUs: what is spoken of, not what came out. */
const SIZE = /^\d+ (KiB|MiB|GiB|v?CPUs)$/;

function figuresIn(file: string): string[] {
  const words = readFileSync(join(docs, file), 'utf8')
    .replace(/^---[\s\S]*?\n---\n/, '')
    .replace(/^import .*$/gm, '')
    .replace(/```[\s\S]*?```/g, ' ')
    .replace(/<Try[^<>]*>[^<>]*<\/Try>/g, ' ')
    .replace(/<[^<>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');
  return [...new Set(words.match(FIGURE) ?? [])].filter(figure => !SIZE.test(figure));
}

/** What pages say in figures, and what makes sure of it. */
const known: Readonly<Record<string, Readonly<Record<string, () => void>>>> = {
  'primer/memslots-and-faults.mdx': {
    '16 pages': () => {
      const rows = memslotsExperiment.run({ step: 6 });
      const { held, sptes } = rows[rows.length - 1];
      // Each frame has one SPTE; what is held beyond that has a page in each backing.
      expect(Number(held) - Number(sptes)).toBe(16);
    },
  },
  'guides/compare.mdx': {
    '5 s': () => expect(RUN_LIMITS.milliseconds).toBe(5000),
    // Read in svelte.dev's own sources.
    '100 ms': () => expect(figuresIn('guides/compare.mdx')).toContain('100 ms'),
  },
};

describe('figures in words', () => {
  test('are looked for on every page', () => {
    expect(pages.length).toBeGreaterThan(15);
    expect(Object.keys(known).filter(file => !pages.includes(file))).toEqual([]);
  });

  test.each(pages)('%s', file => {
    const figures = figuresIn(file);
    expect(figures.sort()).toEqual(Object.keys(known[file] ?? {}).sort());
    for (const check of Object.values(known[file] ?? {})) check();
  });
});
