import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from '@docusaurus/types';
import { type Replayed, replayAll } from './recordings.ts';
import { scenariosIn } from './scenarios.ts';

const site = fileURLToPath(new URL('../../', import.meta.url));

/** Replays the recordings when the site is built, and lists the scenarios of the tests. */
export function conformance(): Plugin {
  return {
    name: 'conformance',
    getPathsToWatch: () => [join(site, 'src/model/**/*.ts')],
    loadContent: () => replayAll(join(site, 'src/model/conformance/recordings')),
    async contentLoaded({ content, actions: { createData } }) {
      await createData('recordings.json', JSON.stringify(content as Replayed[]));
      const scenarios = scenariosIn(site, 'src/model');
      await createData('scenarios.json', JSON.stringify({ scenarios }));
    },
  };
}
