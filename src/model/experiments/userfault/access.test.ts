import { describe, expect, it } from 'vitest';
import { conversionExits, privateFirst } from '../../designs/missingPages/conversions.ts';
import { exitOnMissing, userfaultAttribute, userfaultBitmap } from '../../designs/missingPages/exits.ts';
import { uffdMinor, uffdMissing } from '../../designs/missingPages/uffd.ts';
import { cite } from '../../evidence/published.ts';
import type { MissingPageDesign } from '../../kvm/missingPages.ts';
import { type AnyValues, defaults } from '../params.ts';
import { accessExperiment } from './access.ts';
import { CONTENDERS } from './accessModel.ts';

const values = defaults(accessExperiment.params);
const run = (changes: AnyValues = {}) => accessExperiment.run({ ...values, ...changes });
type Rows = ReturnType<typeof run>;
const outcome = (list: Rows, { title }: MissingPageDesign, access: string) =>
  list.find(row => row.design === title && row.access === access)!.outcome;

const mapped = run({ memory: 'mapped' });
const gmem = run();
const gmem71 = run({ release: '7.1' });
const confidential = run({ memory: 'private' });

describe('userfault/access', () => {
  it('has userfaultfd alone catch everybody where the VMM maps the memory that the guest uses', () => {
    for (const design of [uffdMissing, uffdMinor]) {
      for (const access of ['a vCPU', 'KVM itself', 'vhost', 'the VMM']) {
        expect([design.name, access, outcome(mapped, design, access)]).toEqual([
          design.name,
          access,
          'page, userfaultfd',
        ]);
      }
    }
  });

  it('cannot trap a guest_memfd by userfaultfd before 7.1, and even then catches no vCPU', () => {
    for (const design of [uffdMissing, uffdMinor]) {
      expect(outcome(gmem, design, 'a vCPU')).toBe('EINVAL');
      expect(outcome(gmem71, design, 'vhost')).toBe('page, userfaultfd');
      expect(outcome(gmem71, design, 'a vCPU')).toBe('zeros');
    }
  });

  it('needs asynchronous faults for KVM’s own accesses until userfaultfd takes them', () => {
    expect(outcome(gmem, userfaultBitmap, 'KVM itself')).toBe('zeros');
    expect(outcome(gmem, userfaultAttribute, 'KVM itself')).toBe('page, async fault');
    expect(outcome(gmem71, userfaultBitmap, 'KVM itself')).toBe('page, userfaultfd');
    for (const list of [gmem, gmem71]) {
      for (const design of [userfaultAttribute, userfaultBitmap]) {
        expect(outcome(list, design, 'a vCPU')).toBe('page, exit');
      }
    }
    for (const access of ['vhost', 'the VMM']) {
      expect(outcome(gmem, userfaultAttribute, access)).toBe('zeros');
      expect(outcome(gmem71, userfaultBitmap, access)).toBe('page, userfaultfd');
    }
  });

  it('serves a confidential guest by conversion exits and userfaultfd, with no new interface, and no ordinary guest', () => {
    expect(outcome(confidential, conversionExits, 'a vCPU, private page')).toBe('page, exit');
    for (const access of ['a vCPU, shared page', 'KVM itself, shared page', 'vhost, shared page']) {
      expect(outcome(confidential, conversionExits, access)).toBe('page, userfaultfd');
    }
    expect(outcome(gmem71, conversionExits, 'a vCPU')).toBe('zeros');
  });

  it('has everything-private-first catch vCPUs, and nobody else', () => {
    expect(outcome(gmem, privateFirst, 'a vCPU')).toBe('page, exit');
    for (const access of ['KVM itself', 'vhost', 'the VMM']) {
      expect(outcome(gmem71, privateFirst, access)).toBe('zeros');
    }
  });

  it('has exit-on-missing see pages of a mapping, and none of a guest_memfd', () => {
    expect(outcome(mapped, exitOnMissing, 'a vCPU')).toBe('page, exit');
    expect(outcome(gmem71, exitOnMissing, 'a vCPU')).toBe('zeros');
  });

  it('gives vhost the shared page of a gfn that is private, under every design', () => {
    for (const design of CONTENDERS) {
      expect(outcome(confidential, design, 'vhost, private page')).toMatch(/^zeros/);
    }
    expect(outcome(confidential, CONTENDERS[0], 'vhost, private page')).toBe('zeros');
  });

  it('takes at least the network’s time where somebody was told, and less than it otherwise', () => {
    for (const row of run({ latency: 1000, release: '7.1' })) {
      expect((row.micros as number) > 1000).toBe(row.told !== '');
    }
  });

  it('names the mail of each design', () => {
    expect(new Set(CONTENDERS.map(design => design.name)).size).toBe(CONTENDERS.length);
    for (const { mail } of CONTENDERS) expect(cite(mail)).toMatch(/lore\.kernel\.org/);
  });

  it('ends at the ends of its parameters', () => {
    for (const latency of [0, 100_000]) {
      for (const row of run({ latency, memory: 'private' })) expect(Number.isFinite(row.micros)).toBe(true);
    }
  });
});
