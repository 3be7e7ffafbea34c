import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { experiments, findExperiment } from '../../src/model/experiments/index.ts';
import { choice, flag, int } from '../../src/model/experiments/params.ts';
import { queriesIn } from './answer.ts';
import { attemptsIn, homesIn, settingsOf } from './settings.ts';

const params = {
  cpus: int({ label: 'CPUs', min: 1, max: 512, default: 128 }),
  guest: choice({ label: 'Guest', options: { snp: 'SNP', sev: 'SEV' }, default: 'snp' }),
  fast: flag({ label: 'Fast', default: false }),
};

describe('settings of a run', () => {
  test('are the defaults but for what is said', () => {
    expect(settingsOf(params, '')).toEqual({ cpus: 128, guest: 'snp', fast: false });
    expect(settingsOf(params, 'cpus=8; fast=true')).toEqual({ cpus: 8, guest: 'snp', fast: true });
  });

  test('that do not fit are refused with what would', () => {
    expect(() => settingsOf(params, 'cpus=0')).toThrow('cpus is a whole number from 1 to 512, not "0"');
    expect(() => settingsOf(params, 'cpus=')).toThrow('cpus is a whole number');
    expect(() => settingsOf(params, 'guest=tdx')).toThrow('guest is one of snp, sev');
    expect(() => settingsOf(params, 'fast=yes')).toThrow('fast is true or false');
    expect(() => settingsOf(params, 'cores=8')).toThrow('names: cpus, guest, fast');
    expect(() => settingsOf(params, 'cpus')).toThrow('of the form NAME=VALUE');
  });

  test('are found in a page, over line breaks too', () => {
    expect(attemptsIn('<Try of="a/b"\n  set="c=1; d=2">so</Try> <Try of="e/f">as it is</Try>')).toEqual([
      { of: 'a/b', set: 'c=1; d=2' },
      { of: 'e/f', set: '' },
    ]);
    expect(() => attemptsIn('<Try set="c=1">so</Try>')).toThrow('needs of');
  });
});

test('an experiment’s home is the first page that shows all of it', () => {
  const pages = [
    '---\nslug: /a/\n---\n<Experiment id="x/y" brief />',
    '---\nslug: /b/\n---\n<Experiment id="x/y" />',
    '---\nslug: /c/\n---\n<Experiment id="x/y" />',
  ];
  expect([...homesIn(pages)]).toEqual([['x/y', '/b/']]);
});

describe('the pages', () => {
  const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
  const pages = readdirSync(docs, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.mdx'))
    .map(file => [file, readFileSync(join(docs, file), 'utf8')] as const);
  const homes = homesIn(pages.map(([, text]) => text));

  test('ask for experiments that a page shows, with values that they take', () => {
    const asked = pages.flatMap(([file, text]) => [
      ...attemptsIn(text).map(one => ({ file, ...one })),
      ...queriesIn(text).map(({ of, set = '' }) => ({ file, of, set })),
    ]);
    expect(asked.length).toBeGreaterThan(20);
    for (const { file, of, set } of asked) {
      const experiment = findExperiment(of);
      expect(experiment, `${file}: ${of}`).toBeDefined();
      expect(() => settingsOf(experiment!.params, set), `${file}: ${of} with ${set}`).not.toThrow();
    }
  });

  test('link only to experiments that have a home', () => {
    const linked = pages.flatMap(([file, text]) => attemptsIn(text).map(({ of }) => `${file}: ${of}`));
    expect(linked.filter(one => !homes.has(one.split(': ')[1]))).toEqual([]);
    expect(experiments.filter(({ id }) => !homes.has(id)).map(({ id }) => id)).toEqual([]);
  });
});
