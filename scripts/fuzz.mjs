// `npm run fuzz -- [--runs N] [--seed N] [NAME ...]`: the *.fuzz.ts files, with ten thousand cases a property or as
// many as are asked for. NAME keeps to the files whose path has it. A failure names the seed that shows it again.
import { parseArgs } from 'node:util';
import { runPackage } from './lib/run.mjs';

const USAGE = 'npm run fuzz -- [--runs N] [--seed N] [NAME ...]';

/**
 * @param {string} name
 * @param {string | undefined} text
 * @param {number} least
 */
function whole(name, text, least) {
  const value = Number(text);
  if (text === undefined || (/^-?\d+$/.test(text) && Number.isSafeInteger(value) && value >= least)) return;
  throw new Error(`--${name} must be a whole number from ${least}, not ${text}; ${USAGE}`);
}

/** @returns {{ env: Record<string, string>, names: string[] }} */
function readOptions() {
  const { values, positionals } = parseArgs({
    options: { runs: { type: 'string' }, seed: { type: 'string' } },
    allowPositionals: true,
  });
  whole('runs', values.runs, 1);
  whole('seed', values.seed, Number.MIN_SAFE_INTEGER);
  /** @type {Record<string, string>} */
  const env = { FUZZ_RUNS: values.runs ?? '10000' };
  if (values.seed !== undefined) env.FUZZ_SEED = values.seed;
  return { env, names: positionals };
}

try {
  const { env, names } = readOptions();
  process.exitCode = await runPackage(
    'vitest/vitest.mjs',
    ['run', '--config', 'vitest.fuzz.config.ts', ...names],
    { env },
  );
} catch (error) {
  console.error(`fuzz: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 2;
}
