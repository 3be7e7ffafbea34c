import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadContext, Plugin } from '@docusaurus/types';
import { type Policy, withPolicy } from './policy.ts';

/**
 * Gives every page that was built a content security policy.
 *
 * All pages allow the same, apart from the hashes of their own scripts: a reader who goes from page to page keeps the
 * policy of the page at which he came in.
 *
 * @param needs what the site needs beyond its own files, by directive
 */
export function csp(needs: Policy): (context: LoadContext) => Plugin {
  return () => ({
    name: 'csp',
    async postBuild({ outDir }) {
      const files = (await readdir(outDir, { recursive: true })).filter(file => file.endsWith('.html'));
      for (const file of files) {
        const path = join(outDir, file);
        const html = await readFile(path, 'utf8');
        try {
          // Other plugins read the pages at the same time: they find the old text or the new one, never half of it.
          await writeFile(`${path}.new`, withPolicy(html, needs));
          await rename(`${path}.new`, path);
        } catch (error) {
          throw new Error(`${file}: ${error instanceof Error ? error.message : error}`);
        }
      }
    },
  });
}
