import { describe, expect, it } from 'vitest';
import { type AnyValues, defaults } from '../params.ts';
import { litmusExperiment } from './litmus.ts';

const values = defaults(litmusExperiment.params);
const run = (changes: AnyValues = {}) => litmusExperiment.run({ ...values, ...changes });
type Rows = ReturnType<typeof run>;
const rows = run();

function seen(list: Rows, writer: string, reader: string): unknown {
  return list.find(r => r.writer === writer && String(r.reader).includes(reader))!.seen;
}

describe('memory-type/litmus', () => {
  it('explores every order', () => {
    for (const row of rows) expect(row.complete).toBe(true);
  });

  it('is coherent where guest and host are write-back, and for a device that snoops', () => {
    expect(seen(rows, 'WB', 'host CPU, WB')).toBe('new');
    expect(seen(rows, 'WB', 'that snoops')).toBe('new');
  });

  it('hides what a forced write-back guest writes from a device that does not snoop, unless it flushes', () => {
    expect(seen(rows, 'WB', 'does not snoop')).toBe('new or old');
    expect(seen(run({ sync: 'writer' }), 'WB', 'does not snoop')).toBe('new');
  });

  it('serves a migration thread that reads write-back old data of a guest that is not', () => {
    for (const writer of ['WC', 'UC']) expect(seen(rows, writer, 'host CPU, WB')).toBe('new or old');
    const writerOnly = run({ sync: 'writer' });
    expect(seen(writerOnly, 'WC', 'host CPU, WB')).toBe('new or old');
  });

  it('is right for every pair when both keep to the brackets', () => {
    for (const row of run({ sync: 'both' }))
      expect([row.writer, row.reader, row.seen]).toEqual([row.writer, row.reader, 'new']);
  });

  it('is right for equal uncached types without brackets, and for combined writes with the writer’s alone', () => {
    expect(seen(rows, 'UC', 'host CPU, UC')).toBe('new');
    expect(seen(rows, 'WC', 'host CPU, WC')).toBe('new or old');
    expect(seen(run({ sync: 'writer' }), 'WC', 'host CPU, WC')).toBe('new');
  });

  it('lets old lines of the host be written over what the guest wrote past them', () => {
    const before = run({ hostWroteBefore: true });
    for (const row of before.filter(r => r.writer === 'UC')) expect(row.left).toContain('old');
    const flushed = run({ hostWroteBefore: true, wbinvd: true });
    for (const row of flushed.filter(r => r.writer === 'UC')) expect(row.left).toContain('old');
  });

  it('has self-snoop mend what one CPU does through two types, and not what two do', () => {
    const own = run({ hostWroteBefore: true, sameCpu: true });
    for (const row of own.filter(r => r.writer === 'UC')) expect(row.left).toBe('new');
    const without = run({ hostWroteBefore: true, sameCpu: true, selfSnoop: false });
    for (const row of without.filter(r => r.writer === 'UC')) expect(row.left).toContain('old');
  });

  it('does not leave old lines behind on AMD, whose WC snoops every cache', () => {
    const amd = run({ hostWroteBefore: true, amd: true });
    const plain = run({ hostWroteBefore: true });
    for (const row of amd.filter(r => r.writer === 'WC+')) expect(row.left).toBe('new');
    expect(plain.filter(r => r.writer === 'WC').every(r => String(r.left).includes('old'))).toBe(true);
  });

  it('is coherent, once the writer has fenced, where what is not cached looks into every cache', () => {
    const all = { snoopsAll: true, hostWroteBefore: true };
    for (const row of run({ ...all, sync: 'writer' }).filter(r => String(r.reader).startsWith('host CPU'))) {
      expect([row.writer, row.reader, row.seen]).toEqual([row.writer, row.reader, 'new']);
    }
    for (const row of run(all)) expect([row.writer, row.left]).toEqual([row.writer, 'new']);
    // Combined writes still wait until they are fenced, and a device that does not snoop still sees no cache.
    expect(seen(run(all), 'WC', 'host CPU, WB')).toBe('new or old');
    expect(seen(run(all), 'WB', 'does not snoop')).toBe('new or old');
    // Without self-snoop there is nothing to extend.
    expect(run({ ...all, selfSnoop: false })).toEqual(run({ hostWroteBefore: true, selfSnoop: false }));
  });

  it('ends, with everything that can happen turned on', () => {
    for (const row of run({ sync: 'both', hostWroteBefore: true, wbinvd: true }))
      expect(row.complete).toBe(true);
  });
});
