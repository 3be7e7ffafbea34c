import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { type Mutation, mutationsOf } from './tags.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const mutations = mutationsOf([`${root}src/model/kvm`, `${root}src/model/host`]);

/** Runs the races with a mutation in place; what broke, or null. */
async function judged(mutation: Mutation | null): Promise<string | null> {
  const folder = `${root}node_modules/.cache/faultlines`;
  mkdirSync(folder, { recursive: true });
  const outfile = `${folder}/mutant-${mutation?.name ?? 'none'}.${process.pid}.mjs`;
  await build({
    entryPoints: [`${root}scripts/mutations/judge.ts`],
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
            path === mutation?.file ? { contents: mutation.text, loader: 'ts' } : undefined,
          );
        },
      },
    ],
  });
  try {
    return (await import(/* @vite-ignore */ pathToFileURL(outfile).href)).judge();
  } finally {
    rmSync(outfile, { force: true });
  }
}

/** The race that each mutation breaks. */
const KILLED: Readonly<Record<string, string>> = {
  'attributes-begin': 'private-memory/flip-vs-fault',
  'attributes-range-of-huge-pages': 'private-memory/flip-vs-fault',
  'fault-sequence-check': 'private-memory/flip-vs-fault',
  'gmem-begin': 'shared-only/fault-vs-invalidate',
  'gmem-end': 'shared-only/fault-vs-invalidate',
  'in-progress-range': 'private-memory/flip-vs-fault',
  'migration-counts-references': 'pinning/zap-vs-migrate',
  'notifier-adds-range': 'shared-only/fault-vs-invalidate',
  'notifier-begin': 'shared-only/fault-vs-invalidate',
  'notifier-end': 'shared-only/fault-vs-invalidate',
  'sequence-compared': 'private-memory/flip-vs-fault',
  'userfault-before-frame': 'userfault/clear-vs-fault',
  'userfault-recheck-after-queueing': 'userfault/double-install',
  'userfault-woken-before-sleep': 'userfault/double-install',
};

describe('taking out a statement with a safety tag', () => {
  it('is a mutation of its own for each tag', () => {
    const names = mutations.map(mutation => mutation.name);
    expect(names.length).toBeGreaterThanOrEqual(10);
    expect(names).toEqual(expect.arrayContaining(Object.keys(KILLED)));
    for (const mutation of mutations) expect(mutation.text).not.toBe(readFileSync(mutation.file, 'utf8'));
  });

  it('is what breaks the races: with every statement in its place none does', async () => {
    expect(await judged(null)).toBe(null);
  });

  it.each(mutations.filter(({ name }) => name in KILLED))('$name breaks a race', async mutation => {
    expect(await judged(mutation)).toContain(KILLED[mutation.name]);
  });
});
