/**
 * Advisories that concerned packages of the lockfile once, by their numbers at github.com/advisories: none of the
 * versions that they name may come back, by a downgrade or an override that is lost. New ones are not known here; CI
 * asks for them with `npm audit`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './lib/run.mjs';

/** What a flaw reaches: readers' browsers, or the machine that builds or previews the site. */
type Reach = 'ships' | 'builds';

type Advisory = readonly [
  id: string,
  packageName: string,
  /** From the first version, which has the flaw, to the second, which has not. */
  affected: readonly (readonly [from: string, fixed: string])[],
  reach: Reach,
];

/** Looked up on 2026-11-21. */
const advisories: readonly Advisory[] = [
  ['GHSA-36jr-mh4h-2g58', 'd3-color', [['0.0.0', '3.1.0']], 'ships'],
  ['GHSA-968p-4wvh-cqc8', '@babel/runtime', [['0.0.0', '7.26.10']], 'ships'],
  [
    'GHSA-9wv6-86v2-598j',
    'path-to-regexp',
    [
      ['0.0.0', '0.1.10'],
      ['0.2.0', '1.9.0'],
      ['2.0.0', '3.3.0'],
      ['4.0.0', '6.3.0'],
      ['7.0.0', '8.0.0'],
    ],
    'ships',
  ],
  ['GHSA-rhx6-c78j-4q9w', 'path-to-regexp', [['0.0.0', '0.1.12']], 'ships'],
  ['GHSA-37ch-88jc-xwx2', 'path-to-regexp', [['0.0.0', '0.1.13']], 'ships'],
  ['GHSA-j3q9-mxjg-w52f', 'path-to-regexp', [['8.0.0', '8.4.0']], 'ships'],
  ['GHSA-5p2g-fcmc-qvqq', 'image-size', [['0.0.0', '2.0.3']], 'builds'],
  ['GHSA-w3rx-r6r6-pgpr', 'image-size', [['0.0.0', '2.0.3']], 'builds'],
  ['GHSA-5c6j-r48x-rmvq', 'serialize-javascript', [['0.0.0', '7.0.3']], 'builds'],
  ['GHSA-qj8w-gfj5-8c6v', 'serialize-javascript', [['0.0.0', '7.0.5']], 'builds'],
  ['GHSA-w5hq-g745-h8pq', 'uuid', [['0.0.0', '11.1.1']], 'builds'],
  ['GHSA-r5fr-rjxr-66jc', 'lodash', [['0.0.0', '4.18.0']], 'builds'],
];

/** A version's numbers; what comes after a hyphen is earlier than the version without it. */
function numbers(version: string): number[] {
  const [, major, minor, patch, pre] = /^(\d+)\.(\d+)\.(\d+)(-.*)?$/.exec(version) ?? [];
  if (major === undefined) throw new Error(`${version} is no version of three numbers`);
  return [Number(major), Number(minor), Number(patch), pre === undefined ? 0 : -1];
}

function isBefore(version: string, other: string): boolean {
  const [mine, others] = [numbers(version), numbers(other)];
  const at = mine.findIndex((number, index) => number !== others[index]);
  return at >= 0 && mine[at] < others[at];
}

function concerns([, , affected]: Advisory, version: string): boolean {
  return affected.some(([from, fixed]) => !isBefore(version, from) && isBefore(version, fixed));
}

const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, { version: string }>;
};

/** The versions of a package that are installed anywhere in the tree. */
function versionsOf(name: string): string[] {
  return Object.entries(packages)
    .filter(([path]) => path.endsWith(`node_modules/${name}`))
    .map(([, { version }]) => version);
}

test.each(advisories)('%s of %s concerns no version that is installed', (...advisory) => {
  const [, name] = advisory;
  const versions = versionsOf(name);
  expect(versions.length, `${name} is gone: take its advisories from the list`).toBeGreaterThan(0);
  expect(versions.filter(version => concerns(advisory, version))).toEqual([]);
});

test('an advisory concerns what lies between its versions', () => {
  const [ranges] = advisories.filter(([id]) => id === 'GHSA-9wv6-86v2-598j');
  const versions = ['0.1.9', '0.1.10', '1.8.0', '1.9.0-beta.1', '1.9.0', '3.2.9', '7.0.0', '8.0.0', '10.0.0'];
  expect(versions.filter(version => concerns(ranges, version))).toEqual([
    ...['0.1.9', '1.8.0', '1.9.0-beta.1', '3.2.9', '7.0.0'],
  ]);
});

test('overrides are what an installation has', () => {
  const { overrides } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const [name, version] of Object.entries(overrides))
    expect([name, [...new Set(versionsOf(name))]]).toEqual([name, [version]]);
});
