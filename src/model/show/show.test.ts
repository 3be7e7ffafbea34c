import { expect, test } from 'vitest';
import { buildMachine } from '../machine.ts';
import { makeShow, show, showTo } from './show.ts';
import type { Shown } from './shown.ts';

/** What a program that is handed a `show` of its own shows. */
function shownBy(program: (show: ReturnType<typeof makeShow>) => void): Shown[] {
  const out: Shown[] = [];
  program(makeShow({ shown: item => out.push(item), progress: () => undefined }));
  return out;
}

test('a table has the columns of its rows, in the order of their first showing', () => {
  expect(shownBy(s => s.table([{ a: 1 }, { b: true, a: null }]))).toEqual([
    {
      kind: 'table',
      title: 'Table',
      columns: [
        { key: 'a', label: 'a' },
        { key: 'b', label: 'b' },
      ],
      rows: [
        { a: 1, b: null },
        { a: null, b: true },
      ],
    },
  ]);
});

test('a table shows the columns it is told to, under their labels', () => {
  const [view] = shownBy(s =>
    s.table([{ t: 1.25, x: 'hidden' }], {
      title: 'Boot',
      columns: [{ key: 't', label: 'time', unit: 's', digits: 1 }],
    }),
  );
  expect(view).toEqual({
    kind: 'table',
    title: 'Boot',
    columns: [{ key: 't', label: 'time', unit: 's', digits: 1 }],
    rows: [{ t: 1.25 }],
  });
});

test('cells that are no plain values become text', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const throwing = {
    get cell() {
      throw new Error('no');
    },
  };
  const [view] = shownBy(s =>
    s.table([
      { n: Number.NaN, i: -Infinity, big: 5n, f: () => 1, y: Symbol('s'), u: undefined, c: cyclic },
      throwing,
    ]),
  );
  expect(view).toMatchObject({
    rows: [
      {
        n: 'NaN',
        i: '-Infinity',
        big: '5n',
        f: '[function f]',
        y: 'Symbol(s)',
        u: null,
        c: '{self: [circular]}',
      },
      { cell: '[unreadable]' },
    ],
  });
});

test('a column called __proto__ is a column', () => {
  const [view] = shownBy(s => s.table([JSON.parse('{"__proto__": "x"}')]));
  expect(view.kind === 'table' && view.columns.map(c => c.key)).toEqual(['__proto__']);
  expect(JSON.stringify(view)).toContain('"rows":[{"__proto__":"x"}]');
  expect(({} as Record<string, unknown>).x).toBeUndefined();
});

test('more rows than a view takes are counted in its title', () => {
  const [view] = shownBy(s =>
    s.table(
      Array.from({ length: 10_001 }, (_, i) => ({ i })),
      { title: 'All' },
    ),
  );
  expect(view.kind === 'table' && [view.title, view.rows.length]).toEqual([
    'All (first 10000 of 10001 rows)',
    10_000,
  ]);
});

test('a plot keeps the columns it draws and draws what is not finite as a gap', () => {
  expect(
    shownBy(s =>
      s.plot(
        [
          { x: 1, y: 2, z: 3 },
          { x: 2, y: Number.NaN, z: 3 },
          { x: 3, y: 0, z: 3 },
        ],
        { x: 'x', y: { key: 'y', scale: 'log' } },
      ),
    ),
  ).toEqual([
    {
      kind: 'plot',
      title: 'y over x',
      summary: 'y over x, 3 points; 2 of them not drawn, being not finite or on a log axis not above 0.',
      mark: 'line',
      x: { key: 'x', label: 'x' },
      y: { key: 'y', label: 'y', scale: 'log' },
      rows: [
        { x: 1, y: 2 },
        { x: 2, y: null },
        { x: 3, y: 0 },
      ],
    },
  ]);
});

test('a memory map and a timeline are checked and completed', () => {
  expect(shownBy(s => s.memoryMap([{ gfn: 0, pages: 512, kind: 'private' }]))).toEqual([
    {
      kind: 'memory-map',
      title: 'Guest memory',
      summary: '512 pages in 1 range.',
      ranges: [{ gfn: 0, pages: 512, kind: 'private', slot: null, backing: '' }],
    },
  ]);
  expect(
    shownBy(s => s.timeline([{ name: 'vcpu0', slices: [{ start: 0, end: 5, name: 'fault', kind: 'run' }] }])),
  ).toMatchObject([{ kind: 'timeline', summary: '1 lane, 1 mark.', lanes: [{ name: 'vcpu0' }] }]);
});

test('a log prints what it is given, whatever that is', () => {
  const hostile = new Proxy(
    {},
    {
      ownKeys() {
        throw new Error('no');
      },
    },
  );
  const [line] = shownBy(s =>
    s.log('a', 'b', ['c'], new Map([[1, { d: -0 }]]), new Uint8Array(2), hostile, null, new TypeError('t')),
  );
  expect(line).toEqual({
    kind: 'log',
    level: 'log',
    text: 'a b ["c"] Map(1) {1 => {d: -0}} Uint8Array(2) [0, 0] [unreadable] null TypeError: t',
  });
});

test('a log ends: long text, long lists and deep objects are cut and counted', () => {
  let deep: unknown = 1;
  for (let i = 0; i < 50; i++) deep = { deep };
  const wide = Array.from({ length: 300 }, () => Array.from({ length: 300 }, () => 'xxxxxxxxxx'));
  const [text, list, nested, many] = shownBy(s => {
    s.log('x'.repeat(20_000));
    s.log(Array.from({ length: 200 }, (_, i) => i));
    s.log(deep);
    s.log(wide, wide, wide);
  }).map(item => (item.kind === 'log' ? item.text : ''));
  expect(text.length).toBeLessThan(10_050);
  expect(text).toMatch(/x… \(10000 more characters\)$/);
  expect(list).toMatch(/98, 99, … 100 more\]$/);
  expect(nested).toBe('{deep: {deep: {deep: {deep: {deep: …}}}}}');
  expect(many.length).toBeLessThan(10_050);
});

test.each<[string, (s: ReturnType<typeof makeShow>) => void, string]>([
  ['rows that are no list', s => s.table('x' as never), 'show.table takes a list of rows, got "x"'],
  ['a row that is no object', s => s.table([1] as never), 'show.table takes a list of objects; item 0 is 1'],
  [
    'a column that is not there',
    s => s.table([{ a: 1 }], { columns: ['b'] }),
    "show.table: no row has a column 'b'; there are 'a'",
  ],
  [
    'a plot without axes',
    s => s.plot([{ a: 1 }], undefined as never),
    'show.plot takes rows and {x, y}, the columns of its axes',
  ],
  [
    'an axis without a key',
    s => s.plot([{ a: 1 }], { x: 'a' } as never),
    'show.plot y is the key of a column or {key, label, unit, scale}, got undefined',
  ],
  [
    'a y that is text',
    s => s.plot([{ a: 1, b: 'x' }], { x: 'a', y: 'b' }),
    'show.plot: column \'b\' is its y and must be numbers, got "x"',
  ],
  [
    'a kind of page that is none',
    s => s.memoryMap([{ gfn: 0, pages: 1, kind: 'secret' as never }]),
    'show.memoryMap: range 0: kind is one of shared, private, pinned, faulting, free, unmapped, got "secret"',
  ],
  [
    'a range of no pages',
    s => s.memoryMap([{ gfn: 0, pages: 0, kind: 'shared' }]),
    'show.memoryMap: range 0: pages is a whole number from 1, got 0',
  ],
  [
    'a slice that ends before it starts',
    s => s.timeline([{ name: 'a', slices: [{ start: 5, end: 1, name: 'x', kind: 'run' }] }]),
    'show.timeline: lane 0: a slice runs from start to end in ns, got 5 to 1',
  ],
])('%s is refused with what would be right', (_, program, message) => {
  expect(() => shownBy(program)).toThrow(message);
});

test('progress stays between 0 and 1', () => {
  const seen: number[] = [];
  const { progress } = makeShow({ shown: () => undefined, progress: f => seen.push(f) });
  for (const f of [-1, 0.5, 2, Number.NaN]) progress(f);
  expect(seen).toEqual([0, 0.5, 1, 0]);
});

test('the shared show goes where it is told, and nowhere without', () => {
  expect(() => show.log('x')).toThrow('show works only in a program that is being run');
  const seen: Shown[] = [];
  const restore = showTo({ shown: item => seen.push(item), progress: () => undefined });
  show.log('x');
  restore();
  expect(seen).toHaveLength(1);
  expect(() => show.log('x')).toThrow();
});

test('a page-table tree has the entries of a machine in words', () => {
  const { vm } = buildMachine({});
  vm.mmu.install(0x203, 0x41, true, false);
  const [view] = shownBy(s =>
    s.pageTable([{ gfn: 0x203, ...vm.mmu.entry(0x203, false)! }], { format: 'EPT' }),
  );
  if (view.kind !== 'page-table') throw new Error('a page-table tree is one');
  expect(view).toMatchObject({ levels: 4, summary: '1 frame in 1 place of EPT.' });
  expect(view.entries[0]).toMatchObject({ root: 'EPT', gfn: 0x203, level: 1, kind: 'shared', pfn: 0x41 });
  expect(view.entries[0].bits).toContainEqual({ name: 'writable', where: 'bit 1', value: 'yes' });
});

test.each([
  [{ gfn: -1, level: 1, low: 0, high: 0 }, {}, 'entry 0: gfn is a whole number from 0, got -1'],
  [{ gfn: 1, level: 5, low: 0, high: 0 }, {}, 'entry 0: level is a whole number from 1 to 4, got 5'],
  [{ gfn: 1, level: 1, low: 0.5, high: 0 }, {}, 'entry 0: low and high are the halves'],
  [{ gfn: 1, level: 1, low: 0, high: 0 }, { format: 'ARM' as 'EPT' }, 'format is one of EPT, NPT'],
])('a page-table tree of %j with %j is refused', (entry, options, message) => {
  expect(() => shownBy(s => s.pageTable([entry], options))).toThrow(message);
});
