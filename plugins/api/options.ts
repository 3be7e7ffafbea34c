import type { PluginOptions } from 'docusaurus-plugin-typedoc';
import type { TypeDocOptions } from 'typedoc';

/**
 * How the API reference is written: a page a layer of the model, from the docstrings of what the layer makes public, into
 * docs/api. A link that leads nowhere fails the build as on any other page.
 */
export const apiReference: Partial<PluginOptions & TypeDocOptions> = {
  entryPoints: ['src/model/*/public.ts', 'src/model/machine.ts'],
  tsconfig: 'src/model/tsconfig.json',
  out: 'docs/api',
  readme: 'plugins/api/readme.md',
  mergeReadme: true,
  entryFileName: 'index',
  fileExtension: '.mdx',
  router: 'module',
  // A title that is also the name of a class would take its anchor.
  pageTitleTemplates: { index: 'API reference', module: 'The {name} layer' },
  hideBreadcrumbs: true,
  hidePageHeader: true,
  useCodeBlocks: true,
  excludePrivate: true,
  excludeExternals: true,
  // Links to lines would need to know where the project is published.
  disableSources: true,
  // Types are checked by the project's own check; types of inner workings are named without a link.
  skipErrorChecking: true,
  validation: { notExported: false },
  // Warnings still show.
  logLevel: 'Warn',
};
