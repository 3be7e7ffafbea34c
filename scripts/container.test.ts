import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './lib/run.mjs';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const lines = read('Containerfile')
  .split('\n')
  .filter(line => line && !line.startsWith('#'));
const template = read('deploy/nginx.conf.template');
const { engines, scripts } = JSON.parse(read('package.json'));

/** The stages of the build, each from its FROM on. */
const stages = lines.reduce<string[][]>((stages, line) => {
  if (line.startsWith('FROM ')) stages.push([]);
  stages.at(-1)?.push(line);
  return stages;
}, []);

test('what it copies from the project is there, and not among what is left out', () => {
  const ignored = read('.dockerignore').trim().split('\n');
  const copied = lines
    .filter(line => line.startsWith('COPY ') && !line.includes('--from='))
    .flatMap(line => line.split(' ').slice(1, -1));
  expect(copied).toContain('package-lock.json');
  expect(copied).toContain('.');
  for (const path of copied) {
    expect([path, existsSync(join(root, path))]).toEqual([path, true]);
    expect(ignored).not.toContain(path.split('/')[0]);
  }
  // Neither an install nor a build of this machine goes along, nor the history.
  expect(ignored).toEqual(expect.arrayContaining(['.git', 'build', 'node_modules']));
});

test('a stage declares the arguments that it uses', () => {
  expect(stages).toHaveLength(2);
  for (const stage of stages) {
    const declared = stage.filter(line => line.startsWith('ARG ')).map(line => /^ARG (\w+)/.exec(line)?.[1]);
    const used = stage.flatMap(line => [...line.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name));
    expect(used.length).toBeGreaterThan(0);
    expect(declared).toEqual(expect.arrayContaining(used));
  }
});

test('what it runs with npm exists, with a Node that the project takes', () => {
  const called = lines.flatMap(line => [...line.matchAll(/npm run (\S+)/g)].map(([, name]) => name));
  expect(called).toEqual(['build']);
  for (const name of called) expect(scripts).toHaveProperty(name);
  const [, major] = /node:(\d+)/.exec(lines[0]) ?? [];
  const [, least] = /(\d+)/.exec(engines.node) ?? [];
  expect(Number(major)).toBeGreaterThanOrEqual(Number(least));
  expect(read('.github/workflows/ci.yml')).toMatch(new RegExp(`node: \\[.*'${major}'`));
});

test('the server listens where the container says, and reads what was copied there', () => {
  const [, exposed] = /^EXPOSE (\d+)$/m.exec(lines.join('\n')) ?? [];
  expect(template).toContain(`listen ${exposed};`);
  const [, folder] = /^ {2}root (\S+);$/m.exec(template) ?? [];
  expect(lines).toContain(`COPY --from=build /site/build ${folder}\${BASE_URL}`);
});

test.each(['/', '/faultlines/'])('the base %s is put into the whole configuration', base => {
  const [, sed] = /^RUN (sed .*) \/tmp\/site\.conf >/m.exec(lines.join('\n')) ?? [];
  const { stdout, status } = spawnSync('sh', ['-c', `${sed} deploy/nginx.conf.template`], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, BASE_URL: base },
  });
  expect(status).toBe(0);
  expect(stdout).toBe(template.replaceAll('@BASE_URL@', base));
  expect(stdout).not.toMatch(/@[A-Z_]+@/);
});

test.each([
  ['/', 0],
  ['/faultlines/', 0],
  ['faultlines', 1],
  ['/faultlines', 1],
  ['', 1],
])('a base of “%s” is judged before anything is installed', (base, code) => {
  const [, check] = /^RUN (case .*)$/m.exec(lines.join('\n')) ?? [];
  const { status, stderr } = spawnSync('sh', ['-c', String(check)], {
    encoding: 'utf8',
    env: { ...process.env, BASE_URL: base },
  });
  expect(status).toBe(code);
  expect(stderr).toBe(code === 0 ? '' : `BASE_URL must begin and end with a slash, not ${base}\n`);
});
