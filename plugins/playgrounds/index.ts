import { fileURLToPath } from 'node:url';
import type { Plugin } from '@docusaurus/types';
import type { Program } from '../../src/playground/program.ts';
import { bundleRunner } from '../modelBundle/bundle.ts';
import { dataFile, docs, programFiles } from './files.ts';
import { programOf } from './program.ts';

const model = fileURLToPath(new URL('../../src/model', import.meta.url));

/**
 * The page's bundle takes sucrase's ES modules, which are a quarter smaller; Node, where the tests and the build run
 * programs, can load only its CommonJS ones. The source names the latter.
 */
const smallerSucrase = Object.fromEntries(
  ['index.js', 'parser/index.js', 'parser/tokenizer/types.js'].map(path => [
    `sucrase/dist/${path}$`,
    `sucrase/dist/esm/${path}`,
  ]),
);

/**
 * Docusaurus gathers what several chunks use into one that every page loads. What is fetched on demand stays out of it,
 * however many places may demand it.
 */
const notOnDemand =
  /^(?!.*[\\/](?:src[\\/](?:playground|views|model)|node_modules[\\/](?:@codemirror|@lezer|typescript))[\\/])/;

/**
 * Makes the data of every `*.playground.ts` file, for the pages beside them to import, and keeps damaged links from
 * harming the page.
 */
export function playgrounds(): Plugin {
  return {
    name: 'playgrounds',
    configureWebpack: (_config, isServer) => ({
      // The type checker runs in a worker alone; the pages' HTML needs none.
      resolve: { alias: { ...smallerSucrase, ...(isServer ? { typescript$: false } : {}) } },
      // It is one plain script, and what of it looks like a way to load other files is for Node.
      module: { noParse: /[\\/]typescript[\\/]lib[\\/]typescript\.js$/ },
      optimization: isServer ? {} : { splitChunks: { cacheGroups: { common: { test: notOnDemand } } } },
    }),
    getClientModules: () => [fileURLToPath(new URL('../../src/playground/link/mend.ts', import.meta.url))],
    // What a program shows changes with the model, too.
    getPathsToWatch: () => [`${docs}/**/*.playground.ts`, `${model}/**/*.ts`],
    async loadContent() {
      const runner = await bundleRunner();
      return Promise.all(programFiles().map(path => programOf(path, runner)));
    },
    async contentLoaded({ content, actions }) {
      for (const program of content as readonly Program[])
        await actions.createData(dataFile(program.id), JSON.stringify(program));
    },
  };
}
