import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from './lib/run.mjs';

const folder = join(root, '.github/workflows');
const workflows = readdirSync(folder).map(name => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
const { scripts, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The lines of a block, which are those that are further in than its key. */
function block(text: string, key: string): string {
  const [, inner] = new RegExp(`^${key}:\\n((?: +.*\\n|\\n)*)`, 'm').exec(`${text}\n`) ?? [];
  return inner ?? '';
}

/** A workflow's jobs: name and lines. */
function jobs(text: string): { name: string; text: string }[] {
  return block(text, 'jobs')
    .split(/^(?= {2}[\w-]+:$)/m)
    .map(job => ({ name: /^ {2}([\w-]+):$/m.exec(job)?.[1] ?? '', text: job }))
    .filter(({ name }) => name !== '');
}

describe.each(workflows)('$name', ({ text }) => {
  test('takes other people’s actions at one commit, and says which release that is', () => {
    const used = [...text.matchAll(/uses: (.*)$/gm)].map(([, action]) => action);
    expect(used.length).toBeGreaterThan(0);
    for (const action of used) expect(action).toMatch(/^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('may read the project and nothing else, unless a job needs more', () => {
    expect(block(text, 'permissions').trim()).toBe('contents: read');
    for (const { text: job } of jobs(text)) {
      // A job that may write runs nobody's code but the action that needs it.
      if (/^ {6}[\w-]+: write$/m.test(job)) expect(job).not.toMatch(/run:|checkout|setup-node/);
      // What a checkout leaves behind could push.
      const checkouts = job.match(/actions\/checkout/g)?.length ?? 0;
      expect(job.match(/persist-credentials: false/g)?.length ?? 0).toBe(checkouts);
    }
  });

  test('ends by itself, and no run is in the way of another of the same branch', () => {
    expect(jobs(text).length).toBeGreaterThan(0);
    for (const { name, text: job } of jobs(text))
      expect([name, job]).toEqual([name, expect.stringMatching(/^ {4}timeout-minutes: \d+$/m)]);
    expect(block(text, 'concurrency')).toMatch(/group: /);
  });

  test('calls what the project has, with a Node that the project takes', () => {
    const called = [...text.matchAll(/npm (?:run )?([\w-]+)/g)]
      .map(([, name]) => name)
      .filter(name => !['ci', 'audit'].includes(name));
    expect(called.length).toBeGreaterThan(0);
    for (const name of called) expect(scripts).toHaveProperty(name);
    const least = Number(/\d+/.exec(engines.node)?.[0]);
    const versions = [...text.matchAll(/node(?:-version)?: (\[.*\]|'\d+')/g)].flatMap(
      ([, list]) => list.match(/\d+/g)?.map(Number) ?? [],
    );
    expect(versions.length).toBeGreaterThan(0);
    for (const version of versions) expect(version).toBeGreaterThanOrEqual(least);
  });

  test('puts nothing from outside into a command’s text', () => {
    for (const [line] of text.matchAll(/run: .*$/gm)) expect(line).not.toContain('${{');
  });
});

test('the oldest Node that the project takes is tested', () => {
  const ci = workflows.find(({ name }) => name === 'ci.yml')?.text ?? '';
  expect(ci).toContain(`node: ['${/\d+/.exec(engines.node)?.[0]}'`);
});
