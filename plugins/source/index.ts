import { fileURLToPath } from 'node:url';
import type { Plugin } from '@docusaurus/types';
import type { Compiler } from 'webpack';

/** Absolute path of a file or folder of the project. */
function siteFile(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/**
 * Node takes the server bundle's chunks, which use `require`, for ES modules because the project is of type `module`;
 * a package file beside them says otherwise. It goes away with the server bundle when the build ends.
 */
const commonJsServerBundle = {
  apply(compiler: Compiler) {
    compiler.hooks.thisCompilation.tap('source', compilation => {
      compilation.hooks.processAssets.tap('source', () => {
        compilation.emitAsset('package.json', new compiler.webpack.sources.RawSource('{"type":"commonjs"}'));
      });
    });
  },
};

/**
 * Lets pages import the project's own source: `faultlines` is the model's public API, as it is for the compiler, the
 * tests and the reader's programs.
 */
export function source(): Plugin {
  return {
    name: 'source',
    getClientModules: () => [siteFile('src/theme/frame.ts')],
    configureWebpack(_config, isServer) {
      return {
        // The routes that Docusaurus writes use `require` too, for the same reason.
        module: { rules: [{ test: /\.js$/, include: siteFile('.docusaurus'), type: 'javascript/auto' }] },
        resolve: {
          alias: {
            faultlines: siteFile('src/model/index.ts'),
            // The theme would load a highlighter before every page; the site's CodeBlock uses none.
            [siteFile('node_modules/@docusaurus/theme-classic/lib/prism-include-languages')]: false,
            ...(isServer ? {} : { tslib$: siteFile('plugins/source/tslib.ts') }),
          },
        },
        plugins: isServer ? [commonJsServerBundle] : [],
        // What several pages share goes into chunks by who shares it, unless it is less than a request is worth. In one
        // chunk for all, as the default has it, every page would load what others load on demand.
        optimization: isServer
          ? {}
          : { splitChunks: { cacheGroups: { common: { name: false, minChunks: 2, minSize: 100_000 } } } },
      };
    },
  };
}
