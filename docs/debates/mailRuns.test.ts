import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../../scripts/lib/run.mjs';
import { runsOf } from '../../scripts/lib/word-runs.mjs';

/** Hashes of every run of eight words in the five mails, one a line. */
const mails = new Set(
  readFileSync(new URL('mailRuns.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n'),
);

/** What a text is cited by may be written as it is. */
const subjects = [
  'KVM: Extend the memslot to support fd-based private memory',
  'KVM: Set the stage for handling only shared mappings in mmu_notifier events',
  'KVM: x86/mmu: Introduce pinned SPTEs framework',
  'KVM: x86: honor guest memory type',
  'KVM: Post-copy live migration for guest_memfd',
];

/** Runs that a text shares with the mails. */
function shared(text: string): string[] {
  const own = subjects.reduce((rest, subject) => rest.replaceAll(subject, ' § '), text);
  return runsOf(own)
    .filter(({ hash }) => mails.has(hash))
    .map(({ run }) => run);
}

/** Files below a folder whose words readers see: pages, programs, and what experiments, designs and races say. */
const texts = ['docs', 'src', 'README.md', 'CONTRIBUTING.md'].flatMap(path =>
  path.endsWith('.md')
    ? [path]
    : readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
        .filter(file => /\.(mdx|tsx?)$/.test(file))
        .map(file => join(path, file)),
);

describe('the mails', () => {
  test('are recognised: the subject of the first one is found', () => {
    expect(shared(`${subjects[0].replace('Extend', 'extend')}, as ever`)).not.toEqual([]);
    expect(shared(subjects[0])).toEqual([]);
  });

  test('are recognised across quotation marks, line ends and tags', () => {
    const written = 'Kvm: "extend the\n> memslot <b>to support</b> fd-based private memory"';
    expect(shared(written)).not.toEqual([]);
  });

  test('are hashed in full', () => {
    expect(mails.size).toBe(4648);
    expect([...mails].every(hash => /^[0-9a-f]{12}$/.test(hash))).toBe(true);
  });

  test('share no run of eight words with any page, program or source file', () => {
    expect(texts.length).toBeGreaterThan(300);
    const found = texts
      .map(file => ({ file, runs: shared(readFileSync(join(root, file), 'utf8')) }))
      .filter(({ runs }) => runs.length > 0);
    expect(found).toEqual([]);
  });
});
