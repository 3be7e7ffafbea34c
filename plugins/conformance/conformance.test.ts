import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { replayAll } from './recordings.ts';
import { scenariosIn } from './scenarios.ts';

const site = fileURLToPath(new URL('../../', import.meta.url));

/** The lines that were collected of each selftest, by the letter that stands for it; V are properties. */
const LINES: Readonly<Record<string, string>> = {
  G: '01 02 03 04 06 07 08 09 11 12 15 17 18 20 21 22 24 25 26',
  M: '01 02 03 05 07 08 09 11 12 15 17 18 19',
  C: '01 02 03 05 07 09 10 11 14 16',
  E: '01 03',
  I: '01 02 04 05 07 09',
  P: '01 03 04 05 07',
  D: '01 02 04 05 06',
  L: '01 03 04 06 07 09',
  S: '01 03',
  X: '01 02 04',
  A: '01 02 03 04 06 07',
  V: '01 02 05 07 08',
};

describe('the scenarios of the kernel’s selftests', () => {
  it('are told without the places where a test of several cases puts each', () => {
    const told = scenariosIn(site, 'src/model').map(({ what }) => what);
    expect(told).toContain('converting to private makes a second copy, and touches nothing else');
    expect(told.filter(what => /%|…/.test(what))).toEqual([]);
  });

  it('are each a test', () => {
    const found = new Set(scenariosIn(site, 'src/model').map(({ id }) => id));
    const lines = Object.entries(LINES).flatMap(([letter, numbers]) =>
      numbers.split(' ').map(n => letter + n),
    );
    expect(lines.filter(id => !found.has(id))).toEqual([]);
    expect(lines.length).toBeGreaterThanOrEqual(65);
  });
});

describe('the replay for the page', () => {
  it('tells of every recording what it is and what came of it', () => {
    const folder = `${site}src/model/conformance/recordings`;
    const all = replayAll(folder);
    const files = readdirSync(folder).filter(name => name.endsWith('.json.gz'));
    expect(files.length).toBeGreaterThanOrEqual(12);
    expect(all.map(({ name }) => `${name}.json.gz`)).toEqual(files.sort());
    expect(all[0]).toEqual({
      name: 'open-dirty-log',
      families: ['E'],
      cases: 29,
      ops: 292,
      mismatches: 0,
      kernel: '6.18.44',
      backend: 'kvm_pvm (shadow paging; tdp_mmu=N, mmio_caching=N)',
      recorded: '2026-11-21',
    });
  });
});
