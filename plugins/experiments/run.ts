import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { Computed } from './computed.ts';

/**
 * Runs what a plugin computes: all experiments with their defaults, or all races. What the same code computed before is taken from the cache: a second build
 * of the same source runs nothing.
 *
 * @param siteDir the project's folder
 * @param plugin folder of plugins/ whose compute.ts is run
 * @param input what it is given beside the model; another input is another result
 * @throws {Error} when an experiment fails; the message is that of the experiment
 */
export async function computeAll<T = Computed>(
  siteDir: string,
  plugin = 'experiments',
  input = '{}',
): Promise<readonly T[]> {
  const folder = join(siteDir, '.cache', plugin);
  const { outputFiles } = await build({
    absWorkingDir: siteDir,
    entryPoints: [join(siteDir, `plugins/${plugin}/compute.ts`)],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'silent',
  });
  const code = outputFiles[0].contents;
  const lock = readFileSync(join(siteDir, 'package-lock.json'));
  const hash = createHash('sha256').update(code).update(lock).update(input).digest('hex').slice(0, 16);
  const result = join(folder, `${hash}.json`);
  if (!existsSync(result)) {
    mkdirSync(folder, { recursive: true });
    const program = join(folder, `${hash}.${process.pid}.mjs`);
    const written = `${result}.${process.pid}`;
    writeFileSync(program, code);
    try {
      await promisify(execFile)(process.execPath, [program, written, input]);
      renameSync(written, result);
    } finally {
      rmSync(program, { force: true });
    }
  }
  return JSON.parse(readFileSync(result, 'utf8'));
}
