import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LoadContext, Plugin } from '@docusaurus/types';
import { keyOf } from '../../src/components/Result/query.ts';
import { answer, queriesIn } from './answer.ts';
import { type Computed, slugOf } from './computed.ts';
import { computeAll } from './run.ts';

const site = fileURLToPath(new URL('../../', import.meta.url));

/** Results that pages quote, by experiment: text by query. */
type Quoted = Record<string, Record<string, string>>;

/** Reads every page and answers what it asks of the experiments. */
async function quotedIn(docs: string, all: readonly Computed[]): Promise<Quoted> {
  const quoted: Quoted = Object.fromEntries(all.map(({ id }) => [id, {}]));
  const files = (await readdir(docs, { recursive: true })).filter(file => file.endsWith('.mdx'));
  for (const file of files.sort()) {
    for (const query of queriesIn(readFileSync(join(docs, file), 'utf8'))) {
      const computed = all.find(({ id }) => id === query.of);
      if (!computed) {
        throw new Error(
          `${file}: <Result> of "${query.of}", which is none of ${all.map(({ id }) => id).join(', ')}`,
        );
      }
      try {
        quoted[query.of][keyOf(query)] = answer(computed, query);
      } catch (error) {
        throw new Error(`${file}: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
  return quoted;
}

/**
 * Runs the experiments when the site is built and hands the pages what they need of them: definitions, quoted results
 * and the default outcome as HTML. The server's bundle holds the outcomes; the browser's loads one only where a page is
 * reached without its HTML.
 */
export function experiments(context: LoadContext): Plugin {
  return {
    name: 'experiments',
    getPathsToWatch() {
      return ['src/model/**/*.ts', 'src/views/**/*.ts', 'docs/**/*.mdx'].map(path => join(site, path));
    },
    loadContent() {
      return computeAll(site);
    },
    async contentLoaded({ content, actions: { createData } }) {
      const all = content as readonly Computed[];
      const quoted = await quotedIn(join(site, 'docs'), all);
      for (const { id, question, params, html } of all) {
        const slug = slugOf(id);
        await createData(`${slug}.definition.json`, JSON.stringify({ id, question, params }));
        await createData(`${slug}.results.json`, JSON.stringify(quoted[id]));
        await createData(`${slug}.outcome.json`, JSON.stringify(html));
      }
      const slugs = all.map(({ id }) => [JSON.stringify(id), slugOf(id)]);
      await createData(
        'outcomes.server.js',
        [
          ...slugs.map(([, slug], index) => `import o${index} from './${slug}.outcome.json';`),
          `const all = {${slugs.map(([id], index) => `${id}: o${index}`).join(',')}};`,
          'export const builtOutcome = id => all[id];',
          'export const loadOutcome = async id => all[id];',
        ].join('\n'),
      );
      await createData(
        'outcomes.client.js',
        [
          `const all = {${slugs.map(([id, slug]) => `${id}: () => import('./${slug}.outcome.json')`).join(',')}};`,
          'export const builtOutcome = () => undefined;',
          'export const loadOutcome = async id => (await all[id]()).default;',
        ].join('\n'),
      );
    },
    configureWebpack(_config, isServer) {
      const file = `experiments/default/outcomes.${isServer ? 'server' : 'client'}.js`;
      return {
        resolve: { alias: { '@outcomes$': join(context.generatedFilesDir, file) } },
      };
    },
  };
}
