import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import type { Agreement } from '../../src/model/engine/explorer/agreement.ts';
import { type SearchMutant, searchMutants } from './searchMutants.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Compares the searches, both with the mutation in place, on the program that shows it. */
async function compared(mutant: SearchMutant): Promise<Agreement> {
  const folder = `${root}node_modules/.cache/faultlines`;
  mkdirSync(folder, { recursive: true });
  const file = `${root}src/model/engine/${mutant.file}`;
  const source = readFileSync(file, 'utf8');
  expect(source.split(mutant.from)).toHaveLength(2);
  const outfile = `${folder}/search-${searchMutants.indexOf(mutant)}.${process.pid}.mjs`;
  await build({
    entryPoints: [`${root}src/model/engine/explorer/agreement.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    plugins: [
      {
        name: 'mutation',
        setup({ onLoad }) {
          onLoad({ filter: /\.ts$/ }, ({ path }) =>
            path === file
              ? { contents: source.replace(mutant.from, () => mutant.to), loader: 'ts' }
              : undefined,
          );
        },
      },
    ],
  });
  try {
    const { agreement } = await import(/* @vite-ignore */ pathToFileURL(outfile).href);
    return agreement(mutant.seed, 1, mutant.memory);
  } finally {
    rmSync(outfile, { force: true });
  }
}

describe('a search that is broken', () => {
  it.each(searchMutants)('disagrees with the unreduced one: $name', async mutant => {
    expect((await compared(mutant)).differences).toHaveLength(1);
  });
});
