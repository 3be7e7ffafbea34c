import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LoadContext, Plugin } from '@docusaurus/types';
import type { RaceDefinition } from '../../src/components/Race/definition.ts';
import { slugOf } from '../experiments/computed.ts';
import { computeAll } from '../experiments/run.ts';

const site = fileURLToPath(new URL('../../', import.meta.url));

/** Searches every race when the site is built and hands the pages the verdicts: they stand there without JavaScript. */
export function races(_context: LoadContext): Plugin {
  return {
    name: 'races',
    getPathsToWatch() {
      return [join(site, 'src/model/**/*.ts')];
    },
    loadContent() {
      return computeAll<RaceDefinition>(site, 'races');
    },
    async contentLoaded({ content, actions: { createData } }) {
      for (const race of content as readonly RaceDefinition[]) {
        await createData(`${slugOf(race.id)}.json`, JSON.stringify(race));
      }
    },
  };
}
