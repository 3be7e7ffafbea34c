import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from '@docusaurus/types';
import { attempts } from '../../docs/guides/attempts.ts';
import { promises } from '../../docs/guides/promises.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Files of the tests that pages name. */
export function namedFiles(): readonly string[] {
  const tried = Object.values(attempts).flatMap(of => of.map(({ file }) => file));
  const shown = Object.values(promises).flatMap(of =>
    of.flatMap(({ by }) => by.flatMap(witness => (witness.kind === 'test' ? witness.file : []))),
  );
  return [...new Set([...tried, ...shown])].sort();
}

/** Puts the tests that pages name beside those pages, as text: `tests/e2e/keys.e2e.ts.txt`. */
export function testSources(): Plugin {
  return {
    name: 'test-sources',
    async postBuild({ outDir }) {
      for (const file of namedFiles()) await cp(join(root, file), join(outDir, 'tests', `${file}.txt`));
    },
  };
}
