import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadContext, Plugin } from '@docusaurus/types';
import type { Section } from '../../src/search/index.ts';
import { sectionsOfBuild } from '../search/sections.ts';

/** The pages as lists of links, and as one text, from the sections that the search has cut. */
export function textsOf(sections: readonly Section[], base: string): { short: string; full: string } {
  const pages = sections.filter(({ path }) => !path.includes('#'));
  const head =
    '# Faultlines\n\n> Five kernel debates about KVM guest memory, explained with a simulation model that runs in the page.\n';
  const short = pages.map(({ path, title, text }) => {
    const [sentence] = /^.*?[.?!](?=\s|$)/.exec(text) ?? [text];
    return `- [${title}](${base}${path}): ${sentence}`;
  });
  const full = sections.map(({ path, title, heading, text }) =>
    path.includes('#') ? `### ${heading}\n\n${text}` : `## ${title}\n\n${base}${path}\n\n${text}`,
  );
  return { short: `${head}\n## Pages\n\n${short.join('\n')}\n`, full: `${head}\n${full.join('\n\n')}\n` };
}

/** Writes `llms.txt` and `llms-full.txt`. */
export function llms({ siteConfig: { url, baseUrl } }: LoadContext): Plugin {
  return {
    name: 'llms',
    async postBuild({ outDir }) {
      const { short, full } = textsOf(await sectionsOfBuild(outDir), `${url}${baseUrl}`);
      await writeFile(join(outDir, 'llms.txt'), short);
      await writeFile(join(outDir, 'llms-full.txt'), full);
    },
  };
}
