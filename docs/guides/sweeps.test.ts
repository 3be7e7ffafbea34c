import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { root } from '../../scripts/lib/run.mjs';
import { lab } from '../../src/cli/lab.ts';

const page = readFileSync(join(root, 'docs/guides/sweeps.mdx'), 'utf8');

/** The arguments of each `lab` command of a section, in order, once for each value that stands in its place. */
function commandsOf(heading: string): string[][] {
  const section = page.split(/^##+ /m).find(part => part.startsWith(`${heading}\n`)) ?? '';
  const races = /race: \[(.*)\]/.exec(section)?.[1].split(', ') ?? [];
  return [...section.matchAll(/npm run --silent lab -- (.*)$/gm)].flatMap(([, line]) => {
    const place = /\{\}|\$SLURM_ARRAY_TASK_ID|\$\{\{ matrix\.race \}\}/.exec(line)?.[0];
    const values = place === undefined ? [''] : place.includes('race') ? races : ['1', '2', '3', '4'];
    return values.map(value => (place === undefined ? line : line.replaceAll(place, value)).split(' '));
  });
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faultlines-guide-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command with its own files in the test's folder. */
async function call(args: readonly string[]) {
  const out: string[] = [];
  const error: string[] = [];
  const placed = args.map(arg => (/^[\w-]+\.(csv|json)$/.test(arg) ? join(folder, arg) : arg));
  const code = await lab(placed, { out: text => out.push(text), error: text => error.push(text) });
  expect(error).toEqual([]);
  return { code, out: out.join('\n') };
}

const lines = (name: string) => readFileSync(join(folder, name), 'utf8');

describe('the commands of the page', () => {
  test('are all run here', () => {
    const sections = [
      'One run',
      'A sweep',
      'GNU parallel',
      'A Slurm array',
      'A search',
      'A CI matrix',
      'Recordings',
    ];
    const commands = sections.map(heading => commandsOf(heading).length);
    expect(commands).toEqual([2, 1, 5, 5, 1, 3, 1]);
    const places = sections.flatMap(commandsOf).filter(args => /[{}$]/.test(args.join(' ')));
    expect(places).toEqual([]);
    // Four of a shard each, twice, and three races stand on one line each.
    expect(page.split('npm run --silent lab -- ').length - 1).toBe(18 - 3 - 3 - 2);
  });

  test('run writes a trace where it is asked to', async () => {
    expect((await call(commandsOf('One run')[1])).code).toBe(0);
    expect(JSON.parse(lines('trace.json')).displayTimeUnit).toBe('ns');
  });

  test('run prints rows for the value it names', async () => {
    const { code, out } = await call(commandsOf('One run')[0]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      experiment: 'private-memory/tracking',
      params: { sharedMib: 256 },
    });
  });

  test('shards merge into what the whole sweep gives, and a missing one is told', async () => {
    const [whole] = commandsOf('A sweep');
    expect((await call(whole)).code).toBe(0);
    const sweep = lines('tracking.csv');
    expect(
      new Set(
        sweep
          .trim()
          .split('\n')
          .slice(1)
          .map(line => line.split(',')[0]),
      ).size,
    ).toBe(6);
    rmSync(join(folder, 'tracking.csv'));
    for (const args of commandsOf('GNU parallel')) expect((await call(args)).code).toBe(0);
    expect(lines('tracking.csv')).toBe(sweep);
    rmSync(join(folder, 'tracking.csv'));
    const merge = commandsOf('GNU parallel').at(-1) ?? [];
    const partial = merge.filter(arg => arg !== 'shard-4.json');
    await expect(call(partial)).rejects.toThrow();
    expect(existsSync(join(folder, 'tracking.csv'))).toBe(false);
  });

  test('the array leaves shards that merge', async () => {
    for (const args of commandsOf('A Slurm array')) expect((await call(args)).code).toBe(0);
    expect(JSON.parse(lines('tracking.json')).points).toHaveLength(6);
  });

  test('explore finds the counterexample that the page speaks of, and the bound is told', async () => {
    const [args] = commandsOf('A search');
    const { code, out } = await call(args);
    expect(code).toBe(1);
    expect(out).toContain('counterexample');
    expect((await call([...args, '--bound', '2'])).out).toContain('bounded: ');
  });

  test('the races of the matrix hold', async () => {
    for (const args of commandsOf('A CI matrix')) {
      const { code, out } = await call(args);
      expect([args[1], code, JSON.parse(out).complete]).toEqual([args[1], 0, true]);
    }
  });

  test('conformance agrees with the recordings named', async () => {
    const { code, out } = await call(commandsOf('Recordings')[0]);
    expect(code).toBe(0);
    expect(out.split('\n').at(-1)).toMatch(/^cases \d+, ops \d+, mismatches 0$/);
  });
});
