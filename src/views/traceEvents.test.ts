import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { experiments } from '../model/experiments/index.ts';
import { defaults } from '../model/experiments/params.ts';
import type { TimelineLane } from '../model/experiments/view.ts';
import { type TraceEvent, type TraceFile, toTraceEvents } from './traceEvents.ts';
import { brokenRules } from './traceRules.ts';

const of = (...lanes: TimelineLane[]) => toTraceEvents([{ name: 'model', lanes }], { what: 'a test' });
const phases = ({ traceEvents }: TraceFile, ph: TraceEvent['ph']) => traceEvents.filter(e => e.ph === ph);

describe('lanes as a trace file', () => {
  const vcpu: TimelineLane = {
    name: 'vCPU 0',
    slices: [
      { start: 0, end: 900, name: 'guest', kind: 'run' },
      { start: 1300, end: 1900, name: 'mmu_lock', kind: 'wait' },
    ],
    instants: [{ at: 1300, name: 'fault' }],
  };

  test('have µs with fractions, names for process and track, and the unit in which a viewer shows them', () => {
    const file = of(vcpu);
    expect(file.displayTimeUnit).toBe('ns');
    expect(file.otherData).toEqual({ what: 'a test' });
    expect(phases(file, 'X')).toMatchObject([
      { name: 'guest', cat: 'run', ts: 0, dur: 0.9, pid: 1, tid: 1 },
      { name: 'mmu_lock', cat: 'wait', ts: 1.3, dur: 0.6 },
    ]);
    expect(phases(file, 'i')).toMatchObject([{ name: 'fault', ts: 1.3, s: 't' }]);
    expect(phases(file, 'M').map(({ name, args }) => [name, Object.values(args ?? {})[0]])).toEqual([
      ['process_name', 'model'],
      ['process_sort_index', 1],
      ['thread_name', 'vCPU 0'],
      ['thread_sort_index', 1],
    ]);
    expect(brokenRules(file)).toEqual([]);
  });

  test('a lock that is released to one who waits is an arrow, whether locks or holders have the lane', () => {
    const byLock = of(vcpu, {
      name: 'mmu_lock',
      slices: [{ start: 800, end: 1900, name: 'VMM', kind: 'hold' }],
    });
    const byHolder = of(vcpu, {
      name: 'VMM',
      slices: [{ start: 800, end: 1900, name: 'mmu_lock', kind: 'hold' }],
    });
    for (const file of [byLock, byHolder]) {
      expect(phases(file, 's')).toMatchObject([{ tid: 2, ts: 1.3 }]);
      expect(phases(file, 'f')).toMatchObject([{ tid: 1, ts: 1.3, bp: 'e' }]);
      expect(brokenRules(file)).toEqual([]);
    }
  });

  test('slices that overlap without nesting are async events', () => {
    const file = of({
      name: 'invalidations',
      slices: [
        { start: 0, end: 100, name: 'a', kind: 'run' },
        { start: 50, end: 150, name: 'b', kind: 'run' },
        { start: 60, end: 90, name: 'inside', kind: 'run' },
      ],
    });
    expect(phases(file, 'X').map(({ name }) => name)).toEqual(['a', 'inside']);
    expect([...phases(file, 'b'), ...phases(file, 'e')].map(({ name }) => name)).toEqual(['b', 'b']);
    expect(brokenRules(file)).toEqual([]);
  });

  const lane = fc.record({
    name: fc.constantFrom('vCPU 0', 'vCPU 1', 'mmu_lock'),
    slices: fc.array(
      fc
        .record({
          start: fc.integer({ min: -30, max: 60 }),
          length: fc.nat(40),
          name: fc.constantFrom('mmu_lock', 'guest', 'zap'),
          kind: fc.constantFrom('run', 'wait', 'hold', 'block', 'stall'),
        })
        .map(({ start, length, ...rest }) => ({ start, end: start + length, ...rest })),
    ),
    instants: fc.array(fc.record({ at: fc.integer({ min: -40, max: 99 }), name: fc.constant('kick') })),
  });
  test('any lanes keep the rules, and nothing of them is lost', () => {
    fc.assert(
      fc.property(fc.array(lane, { maxLength: 4 }), lanes => {
        const file = of(...lanes);
        expect(brokenRules(file)).toEqual([]);
        const slices = lanes.flatMap(one => one.slices).length;
        expect(phases(file, 'X').length + phases(file, 'b').length).toBe(slices);
        expect(phases(file, 'i').length).toBe(lanes.flatMap(one => one.instants).length);
      }),
    );
  });

  const shown = experiments.flatMap(({ id, run, views, params }) => {
    const values = defaults(params);
    return views(run(values), values).flatMap(view =>
      view.kind === 'timeline' ? [[id, view] as const] : [],
    );
  });
  test('some experiments have a timeline', () => expect(shown.length).toBeGreaterThan(2));
  test.each(shown)('the timeline of %s keeps the rules', (_id, { title, lanes }) => {
    const file = toTraceEvents([{ name: title, lanes }], {});
    expect(phases(file, 'X').length).toBeGreaterThan(0);
    expect(brokenRules(file)).toEqual([]);
  });
});

describe('the rules object to', () => {
  const names = (tid: number): TraceEvent[] => [
    { name: 'process_name', ph: 'M', pid: 1, tid: 0, args: { name: 'p' } },
    { name: 'thread_name', ph: 'M', pid: 1, tid, args: { name: 't' } },
  ];
  const at = { name: 'a', cat: 'c', pid: 1, tid: 1 };
  const wrong: [string, TraceEvent[]][] = [
    [
      'times go back',
      [
        { ...at, ph: 'i', s: 't', ts: 2 },
        { ...at, ph: 'i', s: 't', ts: 1 },
      ],
    ],
    [
      'an E of b ends no B',
      [
        { ...at, ph: 'B', ts: 1 },
        { ...at, ph: 'E', ts: 2, name: 'b' },
      ],
    ],
    ['the B of a has no E', [{ ...at, ph: 'B', ts: 1 }]],
    [
      'overlaps',
      [
        { ...at, ph: 'X', ts: 0, dur: 2 },
        { ...at, ph: 'X', ts: 1, dur: 2 },
      ],
    ],
    ['b of c 1 has no e', [{ ...at, ph: 'b', ts: 0, id: '1' }]],
    ['e of c 1 has no b before it', [{ ...at, ph: 'e', ts: 0, id: '1' }]],
    [
      'begins twice',
      [
        { ...at, ph: 'b', ts: 0, id: '1' },
        { ...at, ph: 'b', ts: 0, id: '1' },
      ],
    ],
    [
      's of c 1 has no f',
      [
        { ...at, ph: 'X', ts: 0, dur: 1 },
        { ...at, ph: 's', ts: 0, id: '1' },
      ],
    ],
    [
      'lies in no slice',
      [
        { ...at, ph: 's', ts: 0, id: '1' },
        { ...at, ph: 'f', ts: 0, id: '1' },
      ],
    ],
    ['track 1.2 has no thread_name', [{ ...at, ph: 'i', s: 't', ts: 1, tid: 2 }]],
    ['track 2.1 has no process_name', [{ ...at, ph: 'i', s: 't', ts: 1, pid: 2 }]],
    ['event 2 has no time from 0 on', [{ ...at, ph: 'i', s: 't', ts: -1 }]],
    ['event 2 has no duration', [{ ...at, ph: 'X', ts: 0, dur: Number.NaN }]],
    ['event 2 has no name', [{ ...at, ph: 'i', s: 't', ts: 1, name: '' }]],
  ];
  test.each(wrong)('%s', (says, events) => {
    const traceEvents = [...names(1), ...events];
    expect(brokenRules({ traceEvents, displayTimeUnit: 'ns', otherData: {} }).join('; ')).toContain(says);
  });

  test('a unit that no viewer knows', () => {
    const file = { traceEvents: [], displayTimeUnit: 's', otherData: {} } as unknown as TraceFile;
    expect(brokenRules(file)).toEqual(['displayTimeUnit is neither ns nor ms']);
  });
});
