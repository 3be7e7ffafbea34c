import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadContext, Plugin } from '@docusaurus/types';
import { sectionsOfBuild } from './sections.ts';

/** Writes `search-index.json`: every section of every page, which the page fetches when somebody first searches. */
export function search(_context: LoadContext): Plugin {
  return {
    name: 'search',
    async postBuild({ outDir }) {
      await writeFile(join(outDir, 'search-index.json'), JSON.stringify(await sectionsOfBuild(outDir)));
    },
  };
}
