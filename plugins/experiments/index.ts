import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LoadContext, Plugin } from '@docusaurus/types';
import { keyOf } from '../../src/components/Result/query.ts';
import { MODEL_VERSION } from '../../src/model/version.ts';
import { fragmentOf } from '../../src/playground/link/address.ts';
import { encodeLink } from '../../src/playground/link/codec.ts';
import { answer, queriesIn } from './answer.ts';
import { type Computed, slugOf } from './computed.ts';
import { computeAll } from './run.ts';
import { attemptsIn, homesIn, settingsOf } from './settings.ts';

const site = fileURLToPath(new URL('../../', import.meta.url));

/** Results that pages quote, by experiment: text by query. */
type Quoted = Record<string, Record<string, string>>;

/** A page's source. */
interface Page {
  readonly file: string;
  readonly text: string;
}

async function pagesOf(docs: string): Promise<Page[]> {
  const files = (await readdir(docs, { recursive: true })).filter(file => file.endsWith('.mdx')).sort();
  return files.map(file => ({ file, text: readFileSync(join(docs, file), 'utf8') }));
}

/** The values that pages quote results of, beside the defaults, by experiment. */
function setsIn(pages: readonly Page[]): Record<string, string[]> {
  const sets: Record<string, string[]> = {};
  for (const { of, set } of pages.flatMap(({ text }) => queriesIn(text))) {
    if (set === undefined) continue;
    sets[of] ??= [];
    if (!sets[of].includes(set)) sets[of].push(set);
  }
  return sets;
}

function wanted(file: string, all: readonly Computed[], id: string): Computed {
  const computed = all.find(one => one.id === id);
  if (!computed)
    throw new Error(`${file}: no experiment "${id}"; there are ${all.map(e => e.id).join(', ')}`);
  return computed;
}

/** Answers what pages ask of the experiments. */
function quotedIn(pages: readonly Page[], all: readonly Computed[]): Quoted {
  const quoted: Quoted = Object.fromEntries(all.map(({ id }) => [id, {}]));
  for (const { file, text } of pages) {
    for (const query of queriesIn(text)) {
      const computed = wanted(file, all, query.of);
      try {
        const run = query.set === undefined ? computed : computed.quoted[query.set];
        quoted[query.of][keyOf(query)] = answer(run, query);
      } catch (error) {
        throw new Error(`${file}: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
  return quoted;
}

/** Makes the links to experiments with their parameters set: address by what is set, by experiment. */
async function linksIn(pages: readonly Page[], all: readonly Computed[]): Promise<Quoted> {
  const links: Quoted = Object.fromEntries(all.map(({ id }) => [id, {}]));
  const homes = homesIn(pages.map(({ text }) => text));
  for (const { file, text } of pages) {
    for (const { of, set } of attemptsIn(text)) {
      const { params } = wanted(file, all, of);
      const home = homes.get(of);
      if (home === undefined) throw new Error(`${file}: <Try of="${of}">, which no page shows in full`);
      const state = { kind: 'experiment', id: of, values: settingsOf(params, set) } as const;
      links[of][set] = home + fragmentOf(await encodeLink(state, MODEL_VERSION));
    }
  }
  return links;
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
    async loadContent() {
      return computeAll(site, 'experiments', JSON.stringify(setsIn(await pagesOf(join(site, 'docs')))));
    },
    async contentLoaded({ content, actions: { createData } }) {
      const all = content as readonly Computed[];
      const pages = await pagesOf(join(site, 'docs'));
      const quoted = quotedIn(pages, all);
      const links = await linksIn(pages, all);
      for (const { id, question, params, html } of all) {
        const slug = slugOf(id);
        await createData(`${slug}.definition.json`, JSON.stringify({ id, question, params }));
        await createData(`${slug}.results.json`, JSON.stringify(quoted[id]));
        await createData(`${slug}.links.json`, JSON.stringify(links[id]));
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
