import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { races } from '../../src/model/races/index.ts';
import { type Mutation, mutationsOf } from './tags.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const mutations = mutationsOf([`${root}src/model/kvm`, `${root}src/model/host`]);

/** Runs races and checks with a mutation in place, one of them first; what broke, or null. */
async function judged(mutation: Mutation, first: string): Promise<string | null> {
  const folder = `${root}node_modules/.cache/faultlines`;
  mkdirSync(folder, { recursive: true });
  const outfile = `${folder}/mutant-${mutation.name}.${process.pid}.mjs`;
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
            path === mutation.file ? { contents: mutation.text, loader: 'ts' } : undefined,
          );
        },
      },
    ],
  });
  try {
    return (await import(/* @vite-ignore */ pathToFileURL(outfile).href)).judge(first);
  } finally {
    rmSync(outfile, { force: true });
  }
}

/**
 * The race or check that each mutation breaks, by how its name begins. With every statement in its place all of them
 * hold: their own tests say so.
 */
const KILLED: Readonly<Record<string, string>> = {
  'attributes-begin': 'private-memory/flip-vs-fault',
  'attributes-range-of-huge-pages': 'private-memory/flip-vs-fault',
  'copy-rechecks-entry': 'two copies on write',
  'dirty-clear-protects': 'a page is protected when userspace clears it',
  'dirty-log-begins-protected': 'a page that is mapped is protected when logging begins',
  'dirty-log-protects-after-clearing': 'a page that was written is protected',
  'dirty-when-writable': 'a page that was never touched is logged',
  'fast-fault-logs': 'a page that was protected is logged',
  'fault-retries-on-invalid-slot': 'a slot is deleted under a fault',
  'fault-sequence-check': 'private-memory/flip-vs-fault',
  'fill-leaves-what-is-there': 'userfault/double-install',
  'gmem-begin': 'shared-only/fault-vs-invalidate',
  'gmem-end': 'shared-only/fault-vs-invalidate',
  'gmem-prepare-under-lock': 'SNP: a private page is freed',
  'in-progress-range': 'private-memory/flip-vs-fault',
  'ksm-compares-after-protecting': 'KSM keeps the page',
  'ksm-rechecks-entries': 'KSM gives away the page',
  'migration-counts-references': 'pinning/zap-vs-migrate',
  'migration-rechecks-entry': 'a page is moved and thrown away',
  'notifier-adds-range': 'shared-only/fault-vs-invalidate',
  'notifier-begin': 'shared-only/fault-vs-invalidate',
  'notifier-blocks-slot-swap': 'a slot is added under an event',
  'notifier-end': 'shared-only/fault-vs-invalidate',
  'secure-ept-tracks': 'TDX: a private page is freed',
  'sequence-compared': 'private-memory/flip-vs-fault',
  'shadow-sequence-check': 'a shadow fault under an event',
  'slot-invalid-before-flush': 'a slot is deleted under a fault',
  'split-announced': 'a large leaf comes back',
  'swap-waits-for-invalidations': 'a slot is added under an event',
  'swap-waits-for-readers': 'a slot is deleted under a fault',
  'userfault-before-frame': 'userfault/clear-vs-fault',
  'userfault-enable-zaps': 'userfault is turned on under a fault',
  'userfault-recheck-after-queueing': 'userfault/double-install',
  'userfault-released-before-clearing': 'an event is sent while the userfaultfd is closed',
  'userfault-woken-before-sleep': 'userfault/double-install',
};

describe('taking out a statement with a safety tag', () => {
  it('is a mutation of its own for each tag, and none is without its race or check', () => {
    expect(mutations.map(mutation => mutation.name)).toEqual(Object.keys(KILLED).sort());
    for (const mutation of mutations) expect(mutation.text).not.toBe(readFileSync(mutation.file, 'utf8'));
  });

  it('breaks a race for at least five of at least ten', () => {
    expect(mutations.length).toBeGreaterThanOrEqual(10);
    const byRace = Object.values(KILLED).filter(name => races.some(({ id }) => name.startsWith(id)));
    expect(byRace.length).toBeGreaterThanOrEqual(5);
  });

  it.each(mutations)('$name breaks what keeps it', async mutation => {
    const broken = await judged(mutation, KILLED[mutation.name]);
    expect(broken ?? 'nothing').toContain(KILLED[mutation.name]);
  });
});
