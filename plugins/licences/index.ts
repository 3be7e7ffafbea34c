import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from '@docusaurus/types';
import { isPackage, listOf, packageFolders, shippedFrom } from './licences.ts';

/** A module as the bundler reports it. */
interface Module {
  readonly nameForCondition?: string | null;
  readonly modules?: readonly Module[];
}

/** What this needs of the bundler. */
interface Compiler {
  readonly hooks: {
    readonly done: {
      tap(
        name: string,
        then: (stats: { toJson(options: object): { modules?: readonly Module[] } }) => void,
      ): void;
    };
  };
}

/** Writes `licences.txt`: the packages that ended up in the bundles for browsers, with their licences. */
export function licences(): Plugin {
  const resources = new Set<string>();
  const add = (modules: readonly Module[] = []): void => {
    for (const { nameForCondition, modules: inner } of modules) {
      if (nameForCondition) resources.add(nameForCondition);
      add(inner);
    }
  };
  const collect = {
    apply(compiler: Compiler) {
      compiler.hooks.done.tap('licences', stats => {
        add(
          stats.toJson({
            all: false,
            modules: true,
            nestedModules: true,
            orphanModules: true,
            modulesSpace: Infinity,
            nestedModulesSpace: Infinity,
          }).modules,
        );
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
