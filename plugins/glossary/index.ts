import { fileURLToPath } from 'node:url';
import type { Plugin } from '@docusaurus/types';
import { entries } from '../../src/components/Glossary/terms.ts';

/** Hands pages the terms they use, one by one: a page loads the meanings of its own words. */
export function glossary(): Plugin {
  return {
    name: 'glossary',
    getPathsToWatch: () => [
      fileURLToPath(new URL('../../src/components/Glossary/terms.ts', import.meta.url)),
    ],
    async contentLoaded({ actions: { createData } }) {
      for (const entry of entries) await createData(`${entry.id}.json`, JSON.stringify(entry));
    },
  };
}
