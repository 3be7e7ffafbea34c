import { fileURLToPath } from 'node:url';
import type { Plugin } from '@docusaurus/types';
import { bundleRunner, type Runner } from './bundle.ts';
import { type Declarations, declarations } from './declarations.ts';
import { language } from './language.ts';

/** Where the site finds what this plugin makes: `@generated/model-bundle/default/NAME.json`. */
interface Content {
  readonly runner: Runner;
  readonly declarations: Declarations;
}

const model = fileURLToPath(new URL('../../src/model', import.meta.url));

/**
 * Bundles the model for readers' programs. Pages fetch the results when they are needed, by a dynamic import, so that
 * address and caching are the bundler's business at whatever path the site lives.
 */
export function modelBundle(): Plugin {
  return {
    name: 'model-bundle',
    getPathsToWatch: () => [`${model}/**/*.ts`],
    async loadContent(): Promise<Content> {
      return { runner: await bundleRunner(), declarations: { ...language(), ...declarations() } };
    },
    async contentLoaded({ content, actions }) {
      const made = content as Content;
      await actions.createData('runner.json', JSON.stringify(made.runner));
      await actions.createData('declarations.json', JSON.stringify(made.declarations));
    },
  };
}
