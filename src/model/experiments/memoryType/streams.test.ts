import { describe, expect, it } from 'vitest';
import {
  alwaysHonour,
  dmaBuf,
  forcedBySlot,
  forceWriteBack,
  guestFlushes,
  hostType,
  slotFlag,
  slotFlagNoDirtyLog,
} from '../../designs/memoryType/proposals.ts';
import { release611rc, release616 } from '../../designs/memoryType/releases.ts';
import type { MemoryTypeDesign } from '../../kvm/memoryType.ts';
import { type AnyValues, defaults } from '../params.ts';
import { streamsExperiment } from './streams.ts';

const values = defaults(streamsExperiment.params);
const run = (changes: AnyValues = {}) => streamsExperiment.run({ ...values, ...changes });
const rows = run();
const of = (design: MemoryTypeDesign, list = rows) => list.find(r => r.design === design.title)!;
const stream = (type: string, direction: string) =>
  rows.find(r => r.type === type && r.direction === direction)!.millis as number;

describe('memory-type/streams', () => {
  it('meets the two published copies, on both of which a constant was fitted', () => {
    const evidence = streamsExperiment.evidence(rows, values);
    expect(evidence.map(e => [e.published, e.fitted])).toEqual([
      [1.24, true],
      [0.01, true],
    ]);
    for (const point of evidence) expect(Math.abs(point.error)).toBeLessThan(0.01);
  });

  it('writes combined more than a hundred times as fast as uncached, and reads no faster', () => {
    expect(stream('UC', 'write') / stream('WC', 'write')).toBeGreaterThan(100);
    expect(stream('WC', 'read')).toBe(stream('UC', 'read'));
  });

  it('shows a GPU that does not snoop old data as long as write-back is forced and nobody flushes', () => {
    expect(of(forceWriteBack)).toMatchObject({ gpuType: 'WB', gpuSees: 'new or old' });
    for (const design of [slotFlag, alwaysHonour, forcedBySlot, dmaBuf, slotFlagNoDirtyLog]) {
      expect(of(design)).toMatchObject({ gpuType: 'WC', gpuSees: 'new' });
    }
    expect(of(guestFlushes)).toMatchObject({ gpuType: 'WB', gpuSees: 'new' });
    expect(of(guestFlushes).gpuMillis as number).toBeGreaterThan(of(forceWriteBack).gpuMillis as number);
  });

  it('has the host’s own type decide rightly only while the VMM maps the buffer as the GPU process does', () => {
    expect(of(hostType)).toMatchObject({ gpuType: 'WC', gpuSees: 'new' });
    expect(of(hostType).firstTouchMicros as number).toBeGreaterThan(0);
    const cached = run({ dmaBufIsCached: true });
    expect(of(hostType, cached)).toMatchObject({ gpuType: 'WB', gpuSees: 'new or old' });
    expect(of(slotFlag, cached)).toMatchObject({ gpuType: 'WC', gpuSees: 'new' });
  });

  it('migrates old data through a write-back mapping, unless the flag gives way to dirty logging', () => {
    for (const design of [slotFlag, alwaysHonour, dmaBuf]) {
      expect(of(design).cachedMigrationSees).toBe('new or old');
      expect(of(design).migrationSees).toBe('new');
    }
    expect(of(slotFlagNoDirtyLog).cachedMigrationSees).toBe('new');
  });

  it('migrates new data under honouring for all where every cache is looked into, as in 2024', () => {
    const all = run({ snoopsAll: true });
    for (const design of [alwaysHonour, release611rc, slotFlag]) {
      expect(of(design, all)).toMatchObject({ cachedMigrationSees: 'new', migrationSees: 'new' });
    }
    expect(of(forceWriteBack, all).gpuSees).toBe('new or old');
  });

  it('slows an old driver that maps video memory UC- where everybody is honoured, which ended 6.11-rc1', () => {
    for (const design of [alwaysHonour, release611rc, release616]) {
      expect(of(design).bochsMillis as number).toBeGreaterThan(1000);
    }
    for (const design of [slotFlag, slotFlagNoDirtyLog, dmaBuf, hostType, forceWriteBack]) {
      expect(of(design).bochsMillis as number).toBeLessThan(10);
    }
    expect(of(release616, run({ quirkOff: false })).bochsMillis as number).toBeLessThan(10);
  });

  it('cannot force a type other than write-back on AMD', () => {
    const impossible = rows.filter(r => r.part === 'design' && r.portable === false).map(r => r.design);
    expect(impossible).toEqual([forcedBySlot.title]);
  });

  it('ends with numbers at the ends of its parameters', () => {
    for (const end of ['min', 'max'] as const) {
      const ends: Record<string, number | boolean> = {};
      for (const [name, param] of Object.entries(streamsExperiment.params)) {
        if (param.kind === 'number' || param.kind === 'int') ends[name] = param[end];
        else ends[name] = end === 'max';
      }
      for (const row of run(ends)) {
        for (const value of Object.values(row)) {
          if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
        }
      }
    }
  });
});
