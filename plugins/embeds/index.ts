import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LoadContext, Plugin } from '@docusaurus/types';
import { LEFT, RIGHT } from '../../src/playground/program.ts';
import { dataFile, idOf, programFiles } from '../playgrounds/files.ts';

const site = fileURLToPath(new URL('../../', import.meta.url));

/** Address of the page for other people's frames, below the site's base. */
const ADDRESS = 'embed/';

/** Something that can be embedded, as a page of the site names it. */
interface Shown {
  readonly kind: 'experiment' | 'race' | 'program';
  readonly id: string;
  /** Address of a page that shows it, below the site's base. */
  readonly page: string;
}

/**
 * What a page shows that can be embedded.
 *
 * @param file path of the page below docs/
 * @param mdx its source
 */
export function shownIn(file: string, mdx: string): Shown[] {
  const slug = /^---\n(?:.*\n)*?slug: *(\S+)/.exec(mdx)?.[1];
  const page = (slug ?? `${file.replace(/(?:(?:^|\/)index)?\.mdx$/, '')}/`).replace(/^\//, '');
  const folder = dirname(file.replaceAll('\\', '/'));
  const beside = (name: string) => (folder === '.' ? name : `${folder}/${name}`);
  return [...mdx.matchAll(/<(Experiment|Race|Playground)\s([^>]*?)\/>/gs)].flatMap(
    ([, component, attributes]): Shown[] => {
      const name = /\b(?:id|file)="([^"]*)"/.exec(attributes)?.[1];
      if (name === undefined) return [];
      if (component === 'Playground') return [{ kind: 'program', id: beside(name), page }];
      return [{ kind: component === 'Race' ? 'race' : 'experiment', id: name, page }];
    },
  );
}

/** Where the bundler finds what the component of a kind is given. */
function dataOf({ kind, id }: Shown): string {
  if (kind === 'program') return `@generated/playgrounds/default/${dataFile(id)}`;
  const slug = id.replace('/', '-');
  return kind === 'race'
    ? `@generated/races/default/${slug}.json`
    : `@generated/experiments/default/${slug}.definition.json`;
}

/** The lab's programs, which no page names. */
export function ofTheLab(programs: readonly string[]): Shown[] {
  return programs.filter(id => id.startsWith('lab/')).map(id => ({ kind: 'program', id, page: 'lab/' }));
}

/** The lab's two programs side by side, as an entry of the registry. */
function pairEntry(): string {
  const [left, right] = [LEFT, RIGHT].map(
    id => `import(${JSON.stringify(dataOf({ kind: 'program', id, page: '' }))})`,
  );
  const load = `() => Promise.all([${left}, ${right}]).then(both => ({ default: both.map(one => one.default) }))`;
  return `"pair of programs": { page: "lab/", load: ${load} }`;
}

/** A module that knows everything that can be embedded, and loads the data of one thing. */
export function registryOf(shown: readonly Shown[]): string {
  const first = new Map<string, Shown>();
  for (const one of shown) {
    const key = `${one.kind} ${one.id}`;
    // The debate's own page rather than one that shows the experiment in passing.
    const known = first.get(key);
    if (!known || (!known.page.startsWith('debates/') && one.page.startsWith('debates/')))
      first.set(key, one);
  }
  const entries = [...first].map(
    ([key, one]) =>
      `${JSON.stringify(key)}: { page: ${JSON.stringify(one.page)}, load: () => import(${JSON.stringify(dataOf(one))}) }`,
  );
  return `export const embeds = {\n${[...entries, pairEntry()].join(',\n')}\n};\n`;
}

/** The page that shows one experiment, race or program in other people's frames, as its link says. */
export function embeds(context: LoadContext): Plugin {
  return {
    name: 'embeds',
    getPathsToWatch: () => [join(site, 'docs/**/*.mdx')],
    async contentLoaded({ actions: { addRoute, createData } }) {
      const docs = join(site, 'docs');
      const files = (await readdir(docs, { recursive: true })).filter(file => file.endsWith('.mdx')).sort();
      const shown = files.flatMap(file => shownIn(file, readFileSync(join(docs, file), 'utf8')));
      await createData('registry.js', registryOf([...shown, ...ofTheLab(programFiles().map(idOf))]));
      addRoute({
        path: `${context.siteConfig.baseUrl}${ADDRESS}`,
        component: '@site/src/components/Embed/index.tsx',
        exact: true,
      });
    },
    configureWebpack: () => ({
      resolve: { alias: { '@embeds$': join(context.generatedFilesDir, 'embeds/default/registry.js') } },
    }),
  };
}
