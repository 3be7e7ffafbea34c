import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from '@docusaurus/types';
import { isPackage, listOf, packageFolders, shippedFrom } from './licences.ts';

/** A module as the bundler holds it. */
interface Module {
  nameForCondition(): string | null | undefined;
}

/** What this needs of the bundler. */
interface Compiler {
  readonly hooks: {
    readonly compilation: {
      tap(name: string, then: (compilation: Compilation) => void): void;
    };
  };
}

interface Compilation {
  readonly hooks: {
    readonly finishModules: {
      tap(name: string, then: (modules: Iterable<Module>) => void): void;
    };
  };
}

/** Writes `licences.txt`: the packages that ended up in the bundles for browsers, with their licences. */
export function licences(): Plugin {
  const resources = new Set<string>();
  // Before modules are joined into one another: afterwards those that were joined are not always told.
  const collect = {
    apply(compiler: Compiler) {
      compiler.hooks.compilation.tap('licences', compilation => {
        compilation.hooks.finishModules.tap('licences', modules => {
          for (const module of modules) {
            const name = module.nameForCondition();
            if (name) resources.add(name);
          }
        });
      });
    },
  };
  return {
    name: 'licences',
    configureWebpack: (_config, isServer) => (isServer ? {} : { plugins: [collect] }),
    async postBuild({ outDir }) {
      const packages = packageFolders(resources).filter(isPackage).map(shippedFrom);
      if (packages.length === 0) throw new Error('the bundler named no package that the site ships');
      await writeFile(join(outDir, 'licences.txt'), listOf(packages));
    },
  };
}
