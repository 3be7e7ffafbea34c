// Bundles a TypeScript entry with esbuild and runs it: faster code than a transform a file, and no build to keep.
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Bundles `entry` (relative to the project) and imports the result.
 *
 * @param {string} entry
 */
export async function runBundled(entry) {
  const outdir = `${root}node_modules/.cache/faultlines`;
  mkdirSync(outdir, { recursive: true });
  const outfile = `${outdir}/${entry.replaceAll('/', '-')}.${process.pid}.mjs`;
  await build({
    entryPoints: [root + entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'error',
  });
  // However it ends: a program may leave by process.exit.
  process.once('exit', () => rmSync(outfile, { force: true }));
  return import(pathToFileURL(outfile).href);
}
