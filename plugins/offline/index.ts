import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LoadContext, Plugin } from '@docusaurus/types';
import { build } from 'esbuild';
import type { Manifest } from '../../src/offline/manifest.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Name of the service worker among the files of a build. */
const WORKER = 'sw.js';

/** Bytes of the largest script that everybody is given. What is larger (TypeScript) is kept once it has been used. */
const LARGEST = 1_500_000;

/** What machines read, and pictures for those who show links: nobody opens them in a page. */
const NOT_READ =
  /^assets\/cards\/|^(?:llms(?:-full)?\.txt|sitemap\.xml|robots\.txt|\.nojekyll|CNAME)$|\.(?:map|LICENSE\.txt)$|^sw\.js$/;

/** Whether a file of a build is kept by everybody. */
export function isKept(path: string, size: number): boolean {
  if (NOT_READ.test(path)) return false;
  return size <= LARGEST || !path.startsWith('assets/');
}

/** The manifest of what a build wrote. */
export async function manifestOf(folder: string): Promise<Manifest> {
  const entries = (await readdir(folder, { recursive: true }))
    .map(entry => entry.replaceAll('\\', '/'))
    .sort();
  const files: Record<string, string> = {};
  for (const path of entries) {
    if ((await stat(join(folder, path))).isDirectory()) continue;
    const content = await readFile(join(folder, path));
    if (isKept(path, content.length)) files[path] = createHash('sha256').update(content).digest('hex');
  }
  const version = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);
  return { version, files };
}

/** The service worker of a build, as a script. */
export async function workerOf(manifest: Manifest): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [here('../../src/offline/worker.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    minify: true,
    define: { MANIFEST: JSON.stringify(manifest) },
    logLevel: 'silent',
  });
  return outputFiles[0].text;
}

/** Writes the service worker, when all other files are as they will be served; pages start it once they rest. */
export function offline(_context: LoadContext): Plugin {
  return {
    name: 'offline',
    getClientModules: () => [here('../../src/offline/register.ts')],
    async postBuild({ outDir }) {
      await writeFile(join(outDir, WORKER), await workerOf(await manifestOf(outDir)));
    },
  };
}
