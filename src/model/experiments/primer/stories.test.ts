import { describe, expect, test } from 'vitest';
import { COST_TABLE } from '../../costs/table.ts';
import { defaults } from '../params.ts';
import type { PageTableView, Row, TimelineView } from '../view.ts';
import { conversionExperiment } from './conversion.ts';
import { dirtyLogExperiment } from './dirtyLog.ts';
import { faultExperiment } from './fault.ts';
import { postCopyExperiment } from './postCopy.ts';
import { sequenceExperiment } from './sequence.ts';

const ns = (name: keyof typeof COST_TABLE) => COST_TABLE[name].value;
const sum = (rows: readonly Row[], key: string) => rows.reduce((total, row) => total + Number(row[key]), 0);

describe('primer/fault', () => {
  const run = (access: string) => faultExperiment.run({ access });

  test('names every cost an access has, and draws them one after the other', () => {
    const access = faultExperiment.params.access;
    if (access.kind !== 'choice') throw new Error('the access is a choice');
    expect(access.options.length).toBeGreaterThanOrEqual(6);
    for (const { value } of access.options) {
      const rows = run(value);
      expect(rows.map(row => row.what).filter(what => String(what).includes('unknown'))).toEqual([]);
      const [timeline] = faultExperiment.views(rows, { access: value }) as [TimelineView];
      const { slices } = timeline.lanes[0];
      expect(slices.slice(1).map(({ start }) => start)).toEqual(slices.slice(0, -1).map(({ end }) => end));
    }
  });

  test('costs an exit, the host’s share and KVM’s on the first write', () => {
    const rows = run('first-shared');
    expect(sum(rows, 'ns')).toBe(ns('vmExit') + ns('hostFault') + ns('pageAllocate') + ns('stage2Fault'));
    expect(rows[0]).toMatchObject({ faults: 1, outcome: 'mapped, and the guest goes on' });
  });

  test('leaves out the host’s share where the host has the page, and everything the second time', () => {
    expect(sum(run('host-has-it'), 'ns')).toBe(ns('vmExit') + ns('stage2Fault'));
    expect(run('again')).toMatchObject([{ ns: 0, faults: 0, outcome: 'no fault: the SPTE was there' }]);
  });

  test('tells the RMP of a private page', () => {
    expect(run('first-private').map(row => row.ns)).toContain(ns('rmpUpdate'));
  });

  test('ends with the VMM where the kinds differ, and where no slot is', () => {
    expect(run('mismatch')[0]).toMatchObject({ outcome: 'KVM_EXIT_MEMORY_FAULT, errno EFAULT', pfn: null });
    expect(run('no-slot')[0]).toMatchObject({ outcome: 'KVM_EXIT_MMIO', pfn: null });
  });

  const trees = (access: string) =>
    faultExperiment.views(run(access), { access }).slice(2) as [PageTableView, PageTableView];

  test('grows the tree from its root to a leaf, and spells the bits of that out', () => {
    const [before, after] = trees('first-shared').map(({ entries }) => entries[0]);
    expect(before).toMatchObject({ level: 4, kind: 'unmapped', pfn: null });
    expect(after).toMatchObject({ gfn: 3, level: 1, kind: 'shared', pfn: run('first-shared')[0].pfn });
    for (const name of ['writable', 'accessed', 'dirty', 'host-writable', 'MMU-writable'])
      expect(after.bits.find(bit => bit.name === name)?.value).toBe('yes');
    expect(trees('first-private')[1].entries[0].kind).toBe('private');
  });

  test('leaves the tree as it was where nothing is mapped, and where all is', () => {
    for (const access of ['again', 'mismatch', 'no-slot']) {
      const [before, after] = trees(access);
      expect(after.entries).toEqual(before.entries);
    }
    expect(trees('again')[0].entries[0]).toMatchObject({ level: 1, kind: 'shared' });
  });
});

describe('primer/sequence', () => {
  const rows = sequenceExperiment.run({ delay: 1500 });

  test('starts over in a window in the middle, and never maps a page that was given back', () => {
    const attempts = rows.map(row => Number(row.attempts));
    expect(attempts[0]).toBe(1);
    expect(attempts.at(-1)).toBe(1);
    const again = rows.filter(row => Number(row.attempts) > 1);
    expect(again.length).toBeGreaterThan(3);
    const first = rows.indexOf(again[0]);
    expect(rows.slice(first, first + again.length)).toEqual(again);
    expect(rows.filter(row => row.stale)).toEqual([]);
  });

  test('zaps what was mapped before the host came, and nothing else', () => {
    for (const { attempts, zapped, delay, ended } of rows)
      expect(zapped).toBe(attempts === 1 && Number(delay) > Number(ended) - 500 ? 1 : 0);
  });

  test('draws the meeting with two lanes that have a name for everything', () => {
    for (const delay of [0, 1500, 4000]) {
      const [timeline] = sequenceExperiment.views(sequenceExperiment.run({ delay }), { delay }) as [
        TimelineView,
      ];
      expect(timeline.lanes.map(({ name }) => name).sort()).toEqual(['VMM', 'vCPU']);
      const names = timeline.lanes.flatMap(({ slices }) => slices.map(({ name }) => name));
      expect(names.filter(name => name.includes('unknown'))).toEqual([]);
    }
  });
});

describe('primer/conversion', () => {
  const run = (values: Row) => {
    const rows = conversionExperiment.run({ pages: '2', buffer: 'moving', count: 64, ...values } as never);
    const at = (policy: RegExp) =>
      rows.filter(row => policy.test(String(row.policy)) && row.transaction === values.count);
    return { kept: at(/kept/)[0], given: at(/given/)[0] };
  };

  test('holds a page more for each one shared, where nothing is given back', () => {
    const { kept, given } = run({ count: 64 });
    expect(kept).toMatchObject({ held: 256 + 128, discards: 0 });
    expect(given).toMatchObject({ held: 256, discards: 128 });
    expect(Number(given.micros)).toBeGreaterThan(Number(kept.micros));
  });

  test('holds no more than the buffer twice, where it is always the same', () => {
    expect(run({ count: 64, buffer: 'same' }).kept.held).toBe(256 + 2);
  });
});

describe('primer/dirty-log', () => {
  const rows = dirtyLogExperiment.run(defaults(dirtyLogExperiment.params));

  test('finds exactly the pages that were written, each by one fault a round', () => {
    const on = rows.filter(({ phase }) => phase === 'log on');
    expect(on).toHaveLength(4);
    for (const { written, found, faults } of on) {
      expect(found).toBe(written);
      expect(faults).toBe(written);
    }
  });

  test('takes no fault before, and leaves write protection behind', () => {
    expect(rows[0]).toMatchObject({ phase: 'log off', faults: 0, found: 0 });
    expect(rows.at(-1)).toMatchObject({ phase: 'log off again', found: 0 });
    expect(Number(rows.at(-2)!.faults)).toBeGreaterThan(Number(rows.at(-1)!.faults));
  });
});

describe('primer/post-copy', () => {
  const run = (values: Row) =>
    postCopyExperiment.run({ ...defaults(postCopyExperiment.params), ...values } as never);
  const waits = (rows: readonly Row[]) => rows.filter(({ lane }) => lane === 'vCPU');

  test('brings each page once, in turn', () => {
    const rows = run({ pages: 4 });
    expect(waits(rows).map(({ page }) => page)).toEqual([0, 1, 2, 3]);
    expect(rows.filter(({ lane }) => lane === 'network')).toHaveLength(4);
  });

  test('is slower by the latency, and by the time 4 KiB take on the wire', () => {
    const [none, slow] = [run({ latency: 0, pages: 1 }), run({ latency: 100, pages: 1 })];
    expect(sum(waits(slow), 'ns') - sum(waits(none), 'ns')).toBe(100_000);
    const narrow = run({ bandwidth: 1, pages: 1 });
    const wide = run({ bandwidth: 10, pages: 1 });
    expect(sum(waits(narrow), 'ns') - sum(waits(wide), 'ns')).toBe(4096 * 8 - Math.ceil(4096 * 0.8));
  });

  test('costs two wake-ups even over a network that takes no time', () => {
    expect(sum(waits(run({ latency: 0, bandwidth: 400, pages: 1 })), 'ns')).toBeGreaterThan(
      2 * ns('wakeSleeper'),
    );
  });

  test('ends at the ends of its parameters', () => {
    for (const values of [
      { latency: 0, bandwidth: 0.1, pages: 16 },
      { latency: 1000, bandwidth: 400, pages: 16 },
    ])
      expect(waits(run(values))).toHaveLength(16);
  });
});
