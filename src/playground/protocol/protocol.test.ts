import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Shown } from '../../model/index.ts';
import { readMessage, whyUnread } from './messages.ts';
import { visible } from './visible.ts';

const good: Shown[] = [
  { kind: 'log', level: 'warn', text: 'x' },
  {
    kind: 'table',
    title: 't',
    columns: [{ key: 'a', label: 'A', unit: 'ns', digits: 2 }],
    rows: [{ a: 1, b: 'x', c: null, d: true }],
  },
  {
    kind: 'plot',
    title: 't',
    summary: 's',
    mark: 'stack',
    x: { key: 'a', label: 'A', scale: 'band' },
    y: { key: 'b', label: 'B' },
    series: 'c',
    seriesKinds: { c: 'private' },
    rows: [{ a: 'x', b: 1, c: 'c' }],
    published: [{ x: 'x', y: 2, label: 'l', series: 'c' }],
    horizontal: true,
  },
  {
    kind: 'memory-map',
    title: 't',
    summary: 's',
    ranges: [{ gfn: 0, pages: 512, kind: 'shared', slot: null, backing: 'memfd', note: 'n' }],
  },
  {
    kind: 'page-table',
    title: 't',
    summary: 's',
    levels: 4,
    entries: [
      {
        root: 'r',
        gfn: 3,
        level: 1,
        kind: 'private',
        pfn: null,
        bits: [{ name: 'n', where: 'bit 1', value: 'yes' }],
      },
    ],
  },
  {
    kind: 'timeline',
    title: 't',
    summary: 's',
    lanes: [
      {
        name: 'l',
        slices: [{ start: 0, end: 5, name: 'n', kind: 'hold' }],
        instants: [{ at: 1, name: 'i' }],
      },
    ],
  },
];

const shown = (item: unknown) => readMessage(JSON.stringify({ type: 'shown', item }));

describe('a message that the worker sends is read as it was sent', () => {
  test.each(good.map(item => [item.kind, item] as const))('%s', (_, item) => {
    expect(shown(item)).toEqual({ type: 'shown', item });
  });

  test.each([
    { type: 'progress', fraction: 0.5 },
    { type: 'cut' },
    { type: 'done' },
    { type: 'failed', error: { name: 'E', message: 'm', stack: 's' } },
  ])('%j', message => {
    expect(readMessage(JSON.stringify(message))).toEqual(message);
  });
});

describe('what is no message is none', () => {
  test.each([
    ['no JSON', 'hello'],
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['an unknown type', '{"type":"run"}'],
    ['a field too many', '{"type":"done","x":1}'],
    ['__proto__', '{"type":"done","__proto__":{"x":1}}'],
    ['a progress that is no number', '{"type":"progress","fraction":"1"}'],
    ['a progress past all numbers', '{"type":"progress","fraction":1e999}'],
    ['an error without a stack', '{"type":"failed","error":{"name":"E","message":"m"}}'],
    [
      'an error of a megabyte',
      JSON.stringify({ type: 'failed', error: { name: 'E', message: 'x'.repeat(1e6), stack: '' } }),
    ],
    ['brackets without end', '['.repeat(200_000)],
  ])('%s', (_, text) => {
    expect(readMessage(text)).toBeUndefined();
  });

  test.each([
    ['an item of no kind', {}],
    ['an item of a kind of its own', { kind: 'html', html: '<b>' }],
    ['a kind from the prototype', { kind: 'constructor' }],
    ['a log that is no text', { kind: 'log', level: 'log', text: { toString: 1 } }],
    ['a cell that is an object', { ...good[1], rows: [{ a: { b: 1 } }] }],
    ['a title that is no text', { ...good[1], title: 5 }],
    ['a field too many', { ...good[1], html: '<b>' }],
    ['digits past sense', { ...good[1], columns: [{ key: 'a', label: 'A', digits: 1e9 }] }],
    [
      'too many columns',
      { ...good[1], columns: Array.from({ length: 41 }, () => ({ key: 'a', label: 'a' })) },
    ],
    ['a mark of its own', { ...good[2], mark: 'pie' }],
    [
      'a range of half a page',
      { ...good[3], ranges: [{ gfn: 0, pages: 0.5, kind: 'shared', slot: null, backing: '' }] },
    ],
    [
      'a page kind of its own',
      { ...good[3], ranges: [{ gfn: 0, pages: 1, kind: 'url(x)', slot: null, backing: '' }] },
    ],
    ['lanes that are no list', { ...good[4], lanes: { length: 1e9 } }],
  ])('%s', (_, item) => {
    expect(shown(item)).toBeUndefined();
  });
});

test('a row with a field called __proto__ keeps it as a field', () => {
  const text =
    '{"type":"shown","item":{"kind":"table","title":"","columns":[],"rows":[{"__proto__":5,"constructor":1}]}}';
  expect(JSON.stringify(readMessage(text))).toBe(text);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test('any text and any JSON is read to an end', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), text => {
      expect(readMessage(text)).toBeUndefined();
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 5000) },
  );
});

test('a message with any part of it changed is read whole or not at all', () => {
  const anyItem = fc.constantFrom(...good);
  fc.assert(
    fc.property(anyItem, fc.nat(), fc.jsonValue({ maxDepth: 2 }), (item, at, value) => {
      let count = 0;
      const changed = JSON.parse(JSON.stringify(item), (_, old) => (count++ === at % 12 ? value : old));
      const read = shown(changed);
      if (read?.type === 'shown')
        expect(JSON.stringify(read.item)).toHaveLength(JSON.stringify(changed).length);
      else expect(read).toBeUndefined();
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 5000) },
  );
});

test('what cannot be seen is made visible; what can is left alone', () => {
  expect(visible('a\u202eb\u0000c\u001b[31md\u200be\ud800f')).toBe(
    'a\\u202eb\\u0000c\\u001b[31md\\u200be\\ud800f',
  );
  expect(visible('line\n\ttab äöü 漢字 😀 עברית <img onerror=x>')).toBe(
    'line\n\ttab äöü 漢字 😀 עברית <img onerror=x>',
  );
});

describe('of what is no message it is said why', () => {
  const columns = Array.from({ length: 41 }, () => ({ key: 'a', label: 'A' }));
  test.each([
    ['not JSON', 'it is not text that JSON can be read from'],
    ['null', 'it is not a message of a run'],
    ['{"type":"run"}', 'it is not a message of a run'],
    [
      JSON.stringify({ type: 'shown', item: { kind: 'html' } }),
      'it is not of one of the kinds log, table, plot, memory-map, page-table, timeline',
    ],
    [
      JSON.stringify({ type: 'shown', item: { kind: 'table', title: 't', columns, rows: [] } }),
      "'columns' of a table is not a list of at most 40",
    ],
    [
      JSON.stringify({ type: 'shown', item: { ...good[1], rows: [{ ['x'.repeat(501)]: 1 }] } }),
      "a name in 'rows[0]' of a table is not text of at most 500 characters",
    ],
    [
      JSON.stringify({ type: 'shown', item: { ...good[3], ranges: [{ gfn: -1 }] } }),
      "'ranges[0].gfn' of a memory map is not a whole number from 0",
    ],
  ])('%s', (data, why) => {
    expect(readMessage(data)).toBeUndefined();
    expect(whyUnread(data)).toBe(why);
  });

  test('in few words, however long the name of a field is', () => {
    const item = { ...good[0], ['x'.repeat(1_000_000)]: 1 };
    const why = whyUnread(JSON.stringify({ type: 'shown', item }));
    expect(why).toMatch(/^'x+…' of a line of text is not a field of it$/);
    expect(why.length).toBeLessThan(200);
  });
});
