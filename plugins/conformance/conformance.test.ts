import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { leftOut } from '../../src/model/uapi/scenarios/left.ts';
import { replayAll } from './recordings.ts';
import { scenariosIn } from './scenarios.ts';

const site = fileURLToPath(new URL('../../', import.meta.url));

describe('the scenarios of the kernel’s selftests', () => {
  const found = new Set(scenariosIn(site, 'src/model').map(({ id }) => id));
  const left = leftOut.map(({ id }) => id);

  it('are each a test, or left out with a reason', () => {
    expect(left.filter(id => found.has(id))).toEqual([]);
    expect(new Set(left).size).toBe(left.length);
    for (const { reason } of leftOut) expect(reason.length).toBeGreaterThan(30);
  });

  it('are at least 65 that are tests', () => {
    expect(found.size).toBeGreaterThanOrEqual(65);
  });
});

describe('the replay for the page', () => {
  it('tells of every recording what it is and what came of it', () => {
    const all = replayAll(`${site}src/model/conformance/recordings`);
    expect(all).toHaveLength(10);
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
