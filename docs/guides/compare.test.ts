import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../scripts/lib/run.mjs';

test('each claim for this site links to a page of it, or says No', () => {
  const page = readFileSync(join(root, 'docs/guides/compare.mdx'), 'utf8');
  const rows = page.split('\n').filter(line => /^\| (?!Question)[A-Z]/.test(line));
  expect(rows.length).toBeGreaterThanOrEqual(15);
  const bare = rows
    .flatMap(row => row.split(' | ')[1].split('; '))
    .filter(claim => !/\]\(\//.test(claim) && !claim.startsWith('**No**'));
  expect(bare).toEqual([]);
  // The others' claims lead to what they were read from.
  const theirs = rows.flatMap(row => row.replace(/ \|$/, '').split(' | ').slice(2));
  expect(theirs.length).toBeGreaterThan(40);
  expect(theirs.filter(claim => !/^(?:no|–)$|\]\(https:\/\/github\.com\//.test(claim))).toEqual([]);
  // What the tables say No to, and what the list of things missing says.
  for (const missing of ['compiler options']) expect(page).toMatch(new RegExp(`\\*\\*No\\b.*${missing}`));
});
