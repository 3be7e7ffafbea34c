import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** What the page needs to run programs. */
export interface Runner {
  /** The script that stands above a program in its worker. */
  readonly code: string;
  /** What 'faultlines' exports at run time, sorted. */
  readonly names: readonly string[];
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Names stay as they are written: programs print the model's objects, and stacks name its functions. */
const options = {
  bundle: true,
  write: false,
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'silent',
} as const;

/**
 * Bundles the model and the runner.
 *
 * @throws Error where the model does not bundle; the message is esbuild's.
 */
export async function bundleRunner(): Promise<Runner> {
  const [script, api] = await Promise.all([
    build({ ...options, entryPoints: [here('runner.ts')], format: 'iife' }),
    build({ ...options, entryPoints: [here('../../src/model/index.ts')], format: 'esm', metafile: true }),
  ]);
  const [output] = Object.values(api.metafile.outputs);
  return { code: script.outputFiles[0].text, names: [...output.exports].sort() };
}
